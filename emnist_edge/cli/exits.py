"""How commands end: the exit codes that README and ``--help`` document.

This module is read by any Python 3: :mod:`emnist_edge.cli.start` imports it.
"""

#: All went well; something could not be read, written or found; wrong usage, as click has it.
EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
#: Stopped by Ctrl-C: what shells report of SIGINT.
EXIT_STOPPED = 128 + 2
