"""The networks of the tiers: architectures, what they learn from, priors."""
