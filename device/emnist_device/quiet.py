"""Silence for libraries that write to standard error behind Python's back.

What they write goes through the C library's ``stderr``, a variable of the process, or OpenCV's log.
Both are turned off for a while; file descriptor 2 stays as it is, so that nothing which Python
writes in other threads is lost, and processes that are started meanwhile have their standard error.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Level of OpenCV's log at which it writes nothing.
OPENCV_SILENT = 0


class _Silence:
    """Whether libraries are silent; they are while at least one block asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0
        self._opencv_level = OPENCV_SILENT
        self._stderr, self._nowhere = _c_stderr()
        self._heard = self._stderr.value
        os.register_at_fork(after_in_child=self._begin_again)

    def enter(self) -> None:
        """Be silent from now on."""
        with self._lock:
            self._blocks += 1
            if self._blocks == 1:
                self._heard, self._stderr.value = self._stderr.value, self._nowhere
                self._opencv_level = set_opencv_level(OPENCV_SILENT)

    def leave(self) -> None:
        """Be heard again, unless another block is still to be silent."""
        with self._lock:
            self._blocks -= 1
            if self._blocks == 0:
                self._stderr.value = self._heard
                if self._opencv_level != OPENCV_SILENT:
                    set_opencv_level(self._opencv_level)

    def _begin_again(self) -> None:
        """Have a forked process be heard, whose other threads are gone, even if in a block."""
        self._lock = threading.Lock()
        if self._blocks:
            self._stderr.value = self._heard
            self._blocks = 0


def _c_stderr() -> tuple[ctypes.c_void_p, int | None]:
    """Return C's variable ``stderr``, and a stream to nowhere that it may point to.

    Only the GNU C library's may be set; elsewhere a variable of our own stands in for it, and
    libraries are heard.
    """
    try:
        known = (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
        library = ctypes.CDLL(None)
        variable = ctypes.c_void_p.in_dll(library, "stderr")
    except (OSError, ValueError):
        known = False
    if not known:
        return ctypes.c_void_p(), None
    library.fopen.restype = ctypes.c_void_p
    return variable, library.fopen(os.devnull.encode(), b"we")


def set_opencv_level(level: int) -> int:
    """Set the level of OpenCV's log, if that is in use, and return the one it had."""
    opencv: Any = sys.modules.get("cv2")
    logging = getattr(
        getattr(opencv, "utils", None), "logging", opencv
    )  # before 4.7: in cv2 itself
    set_level = getattr(logging, "setLogLevel", None)
    return level if set_level is None else set_level(level)


_silence = _Silence()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what libraries write to C's ``stderr`` and to OpenCV's log nowhere inside the block.

    Blocks may be nested, and run in several threads at once. Exceptions pass through.
    """
    _silence.enter()
    try:
        yield
    finally:
        _silence.leave()
