"""The page network, and the drawn pages that it learns from."""
