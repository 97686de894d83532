"""Frames as they come -> steady text: capture, reading, tracking, and what they are shown on."""
