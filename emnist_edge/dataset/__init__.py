"""EMNIST: where its files lie, how they are read, fetched and checked."""
