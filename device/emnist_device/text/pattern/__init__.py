"""Patterns as users write them -> automata."""
