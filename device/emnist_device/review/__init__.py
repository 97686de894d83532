"""Doubtful characters for a person to correct, and what comes of it."""
