"""Pixels -> characters: contrast, scale, network, grouping, lines."""
