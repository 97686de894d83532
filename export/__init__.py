"""Export programs, run from a checkout: ``python -m export.cnn``."""
