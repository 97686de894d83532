"""The standard streams of a command, whose failures are reported rather than lost.

Streams that the command was started without are opened on nothing, so that no other file takes
their descriptors; standard output then fails at the first write, as a full disk does.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from emnist_edge.errors import EmnistEdgeError, OutputError

_STDIN, _STDOUT, _STDERR = range(3)


class _Output(io.FileIO):
    """Standard output, whose errors name it."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # whoever reads has enough
            raise
        except OSError as error:
            raise OutputError(f"standard output: cannot be written ({error.strerror})") from error


class _Messages(io.FileIO):
    """Standard error: where messages cannot be written, work goes on without."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def open_streams() -> None:
    """Make the standard streams of this process ready; those that a caller has set stay."""
    for descriptor in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(descriptor)
        except OSError:  # the lowest free descriptor is this one; nothing can be written to it
            os.open(os.devnull, os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115  # for good
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(_Output(_STDOUT, "w", closefd=False), sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Messages(_STDERR, "w", closefd=False), sys.stderr)


def _text(raw: io.FileIO, before: TextIO | None) -> TextIO:
    """Return the stream of text onto ``raw``, as ``before`` was, but that it takes any text."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(before, "encoding", "utf-8"),
        errors="backslashreplace",
        line_buffering=raw.isatty() or isinstance(raw, _Messages),
        write_through=getattr(before, "write_through", False),
    )


def close_output() -> None:
    """Write what is left for standard output, or forget it, which was said by then."""
    try:
        sys.stdout.flush()
    except (OSError, EmnistEdgeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDOUT)
        os.close(nowhere)
