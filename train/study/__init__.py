"""The study: depth, regularization, cross-validation, noise: ``python -m train.study``."""
