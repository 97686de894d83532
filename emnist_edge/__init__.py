"""The contract that training, export and device share, and the ``emnist-edge`` command."""

__version__ = "0.1.0"
