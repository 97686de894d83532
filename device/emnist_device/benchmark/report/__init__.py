"""What was measured -> figures, tables, plots and a page."""
