"""The ``emnist-edge form`` commands: a module for each."""
