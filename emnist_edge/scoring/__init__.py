"""Scores: of classes, of confidence, and of texts."""
