"""Scan of a form that exists on paper -> its template, which a person draws in a browser."""
