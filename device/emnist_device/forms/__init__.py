"""Forms: their templates, and checks of what is filled in."""
