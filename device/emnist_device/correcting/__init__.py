"""Doubtful fields of a table of sheets for a person to look at, and what comes of it."""
