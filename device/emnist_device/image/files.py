"""Paths that strangers may have named -> regular files of a size that is allowed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO

from emnist_device.image.limits import DEFAULTS, Limits
from emnist_edge.errors import PictureError, shown

if TYPE_CHECKING:
    from pathlib import Path


def read_file(path: str | Path, limits: Limits = DEFAULTS) -> bytes:
    """Return the content of a regular file; raises :class:`PictureError` as :func:`open_file`."""
    with open_file(path, limits) as file:
        try:
            return read_all(file)
        except OSError as error:
            raise PictureError(f"{shown(path)}: cannot be read ({reason_of(error)})") from error


def open_file(path: str | Path, limits: Limits = DEFAULTS) -> BinaryIO:
    """Return a regular file, open.

    Raises :class:`PictureError` naming ``path`` where it is none, or larger than ``limits`` allow.
    """
    name = shown(path)
    try:
        file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115  # it is returned
    except FileNotFoundError as error:
        raise PictureError(f"{name}: no such file") from error
    except IsADirectoryError as error:
        raise PictureError(f"{name}: is a folder; name the pictures in it") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise PictureError(f"{name}: cannot be read ({reason_of(error)})") from error
    try:
        _check_regular(file, name, limits)
    except BaseException:
        file.close()
        raise
    return file


def read_all(file: BinaryIO) -> bytes:
    """Return what ``file`` holds by now; raises OSError."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return file.read(size)  # no more memory than that is taken


def _open_at_once(path: str, flags: int) -> int:
    """Open ``path``: a pipe without a writer would block."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _check_regular(file: BinaryIO, name: str, limits: Limits) -> None:
    """Raise :class:`PictureError` unless ``file`` ends some time, and is not too large."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise PictureError(f"{name}: is a pipe or device; a pipe is read by the name -")
    limits.check_file(status.st_size, name)


def reason_of(error: Exception) -> str:
    """Return why a file could not be opened, read or written."""
    return getattr(error, "strerror", None) or str(error)
