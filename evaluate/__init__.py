"""Programs that measure the package: ``python -m evaluate.pages DIR``, ``glyphs``, ``timing``."""
