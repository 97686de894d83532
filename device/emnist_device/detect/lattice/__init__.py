"""What ink makes a character: hypotheses with a score each, and the set of them that fits best."""
