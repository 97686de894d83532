"""Where the ``emnist-edge`` command starts: what it cannot do without is looked at first.

This module is read by any Python 3, and needs no package.
"""

import signal
import sys
from typing import NoReturn

from emnist_edge.cli.exits import EXIT_FAILED

# That of pyproject.toml; what main imports is not written for an older one.
_OLDEST_PYTHON = (3, 11)


def main() -> NoReturn:
    """Run the command; where it cannot, say in one line on stderr why, and what to do.

    Until a command runs, there is nothing to clean up: Ctrl-C ends it as it ends any program.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.version_info < _OLDEST_PYTHON:
        own, needed = (".".join(map(str, each[:2])) for each in (sys.version_info, _OLDEST_PYTHON))
        _end(f"this is Python {own}; run it with Python {needed} or newer")
    from emnist_edge.cli.streams import open_streams
    from emnist_edge.errors import RuntimeMissingError
    from emnist_edge.packages import load_module

    open_streams()
    try:
        load_module("click")
    except RuntimeMissingError as error:
        _end(str(error))
    from emnist_edge.cli.main import main as run

    run()


def _end(message: str) -> NoReturn:
    sys.stderr.write(f"emnist-edge: {message}\n")
    sys.exit(EXIT_FAILED)
