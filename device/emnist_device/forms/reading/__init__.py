"""Registered sheet -> the text of each field, how probable it is, and what speaks against it."""
