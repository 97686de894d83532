"""Programs that measure the package on data at hand: ``python -m benchmarks.pages DIR``."""
