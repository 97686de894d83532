"""The page of the study: what its parts left, as tables, pictures and words."""
