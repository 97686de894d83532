"""``python -m emnist_edge``: the same as the ``emnist-edge`` command."""

from emnist_edge.cli.start import main

if __name__ == "__main__":
    main()
