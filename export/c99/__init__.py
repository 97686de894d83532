"""Networks in int8 -> C99 for microcontrollers: ``python -m export.c99 tiny --output DIR``."""
