"""The ``emnist-edge`` command: a module for each of its commands."""
