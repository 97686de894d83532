"""Silence for libraries that write to file descriptor 2 behind Python's back."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR = 2
_lock = threading.RLock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what is written to file descriptor 2 nowhere while the block runs.

    The descriptor belongs to the whole process, so blocks of different threads wait for each other.
    Exceptions pass through. Does nothing where there is no standard error.
    """
    with _lock:
        try:
            saved = os.dup(_STDERR)
        except OSError:  # closed: nothing to silence
            yield
            return
        try:
            if sys.stderr is not None and not sys.stderr.closed:
                sys.stderr.flush()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
            yield
        finally:
            os.dup2(saved, _STDERR)
            os.close(saved)
