"""Probabilities -> text: word kinds, n-grams, pattern, lexicon, case, spaces."""
