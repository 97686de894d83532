"""Forms that are printed, filled by hands that no model learned from, and photographed, with truth."""
