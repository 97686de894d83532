"""Forms that are printed, filled in, and photographed, with the truth about them."""
