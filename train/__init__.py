"""Training programs, run from a checkout: ``python -m train.cnn``."""
