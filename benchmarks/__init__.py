"""Programs that measure the package: ``python -m benchmarks.pages DIR``, ``glyphs``, ``timing``."""
