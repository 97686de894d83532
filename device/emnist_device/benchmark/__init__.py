"""Accuracy, noise, latency: what ``emnist-edge benchmark`` measures."""
