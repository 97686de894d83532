"""Scores of read pages: errors and their causes, doubt, boxes."""
