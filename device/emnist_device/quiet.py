"""Silence for libraries that write to standard error behind Python's back, and what they said.

What they write goes through the C library's streams, C++'s included, or OpenCV's log. For a while,
the streams write to another file; file descriptors 1 and 2 stay as they are, so that nothing which
Python writes in other threads is lost, and processes that are started meanwhile have theirs.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Level of OpenCV's log at which it writes nothing.
OPENCV_SILENT = 0
# Level at which all of its versions pass on what libtiff says; that of 4.12 and later, its errors.
_OPENCV_DEBUG = 5
# What lies before the file number in a FILE of glibc, on every processor: flags and 13 pointers.
_BEFORE_NUMBER = 14 * ctypes.sizeof(ctypes.c_void_p)
# Bytes of what was said that are kept: a codec says the same of each row.
_MOST_HEARD = 65_536
_FIRST_FREE = 3


class _Stream:
    """A stream of the C library, which writes to any file that is open."""

    def __init__(self, name: str) -> None:
        self._number, self._flush = _number_of(name)
        self._own = self._number.value

    def write_to(self, descriptor: int | None) -> None:
        """Write to ``descriptor`` from now on; None: where it wrote at first."""
        number = self._own if descriptor is None else descriptor
        if number != self._number.value:
            self._flush()
            self._number.value = number


def _number_of(name: str) -> tuple[ctypes.c_int, Any]:
    """Return the file number of the stream ``name``, which may be set, and what flushes it.

    Only the GNU C library's may be set; elsewhere a number of our own stands in for it, and
    libraries are heard.
    """
    try:
        known = (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
        library = ctypes.CDLL(None)
        stream = ctypes.c_void_p.in_dll(library, name)
    except (OSError, ValueError):
        known = False
    if known and stream.value:
        number = ctypes.c_int.from_address(stream.value + _BEFORE_NUMBER)
        if number.value == library.fileno(stream):
            return number, lambda: library.fflush(stream)
    return ctypes.c_int(), lambda: None


def _opened(descriptor: int) -> int:
    """Return another number of the file ``descriptor``, none of the standard streams."""
    number = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    os.close(descriptor)
    return number


def _scratch() -> int:
    """Return a file without a name: in memory, or as Pythons for old systems have no such, not."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("heard")
    with tempfile.TemporaryFile(buffering=0) as file:
        return os.dup(file.fileno())


class _Silence:
    """Whether libraries are silent, or heard by us; they are while a block asks for it."""

    def __init__(self) -> None:
        self._errors, self._output = _Stream("stderr"), _Stream("stdout")
        self._nowhere = _opened(os.open(os.devnull, os.O_WRONLY))
        self._own_level: int | None = None
        self._begin()
        os.register_at_fork(after_in_child=self._begin_again)

    def _begin(self) -> None:
        self._lock, self._one_hears = threading.Lock(), threading.Lock()
        self._blocks = 0
        self._hears = False
        self._heard = _opened(_scratch())

    def enter(self) -> None:
        """Be silent from now on."""
        with self._lock:
            self._blocks += 1
            self._apply()

    def leave(self) -> None:
        """Be heard again, unless another block is still to be silent."""
        with self._lock:
            self._blocks -= 1
            self._apply()

    @contextmanager
    def hearing(self) -> Iterator[list[str]]:
        """Keep what is said inside the block, and give it; other threads that want it wait."""
        said: list[str] = []
        with self._one_hears:
            self._hear(True)
            try:
                yield said
            finally:
                self._hear(False)
                said.append(self._take_heard())

    def _hear(self, hears: bool) -> None:
        with self._lock:
            self._hears = hears
            self._apply()

    def _take_heard(self) -> str:
        said = os.pread(self._heard, _MOST_HEARD, 0)
        os.ftruncate(self._heard, 0)
        os.lseek(self._heard, 0, os.SEEK_SET)
        return said.decode(errors="replace")

    def _apply(self) -> None:
        """Have libraries write where they are to write now."""
        if self._hears:
            self._direct(self._heard, self._heard, _OPENCV_DEBUG)
        elif self._blocks:
            self._direct(self._nowhere, None, OPENCV_SILENT)
        else:
            self._direct(None, None, None)

    def _direct(self, errors: int | None, output: int | None, level: int | None) -> None:
        """Set streams and OpenCV's level; None: as they were at first."""
        self._errors.write_to(errors)
        self._output.write_to(output)
        before = set_opencv_level(self._own_level if level is None else level)
        if level is None:
            self._own_level = None
        elif self._own_level is None:
            self._own_level = before

    def _begin_again(self) -> None:
        """Have a forked process be heard, whose other threads are gone, even if in a block."""
        os.close(self._heard)
        self._begin()
        self._apply()


def set_opencv_level(level: int | None) -> int | None:
    """Set the level of OpenCV's log and return the one it had; None where that is not in use.

    ``level`` None changes nothing.
    """
    opencv: Any = sys.modules.get("cv2")
    logging = getattr(
        getattr(opencv, "utils", None), "logging", opencv
    )  # before 4.7: in cv2 itself
    set_level = getattr(logging, "setLogLevel", None)
    return None if set_level is None or level is None else set_level(level)


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


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Keep what libraries say inside the block from the user, and give it.

    Blocks of several threads wait for each other, and are not nested. Exceptions pass through.

    Yields:
        A list, which holds what was said once the block has ended, its first 64 KiB.
    """
    with _silence.hearing() as said:
        yield said
