"""Processes with limits, for work that may crash."""
