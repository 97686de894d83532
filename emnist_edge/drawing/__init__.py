"""Drawn pages of hand-printed characters, with the truth of each character."""
