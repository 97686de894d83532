"""Files that are written whole or not at all, and read or named."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from pickle import UnpicklingError
from typing import IO, TYPE_CHECKING, TypeVar
from zipfile import BadZipFile

from emnist_edge.errors import DataError, EmnistEdgeError, OutputError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Content = TypeVar("_Content")

# What JSON, NumPy, Keras and joblib raise for files that are missing, cut or something else.
_UNREADABLE = (OSError, EOFError, ValueError, KeyError, BadZipFile, UnpicklingError, zlib.error)


def read_file(path: Path, read: Callable[[Path], _Content], advice: str) -> _Content:
    """Return what ``read`` makes of ``path``.

    Raises :class:`DataError` that names it and gives ``advice`` where it is missing or damaged.
    """
    try:
        return read(path)
    except _UNREADABLE as error:
        what = "damaged" if path.exists() else "not there"
        raise DataError(f"{shown(path)}: {what}; {advice}") from error


def read_within(
    path: Path, most: int, error: type[EmnistEdgeError], *, what: str, larger: str
) -> bytes:
    """Return what is in the file ``path``, of at most ``most`` bytes.

    Raises ``error`` that names it where it cannot be read, is no file (``what`` is what to write to
    one), or has more bytes (``larger`` says so).
    """
    try:
        with open_regular(path, error, f"write {what} to one") as file:
            content = file.read(most + 1)
    except OSError as fault:
        raise error(f"{shown(path)}: cannot be read ({fault.strerror})") from fault
    if len(content) > most:
        raise error(f"{shown(path)}: {larger}")
    return content


def open_regular(path: Path, error: type[EmnistEdgeError], advice: str) -> IO[bytes]:
    """Return the file ``path``, open for reading; a pipe is not waited for.

    Raises:
        FileNotFoundError: it is not there.
        EmnistEdgeError: it cannot be opened, or is a pipe, a device or a folder; an ``error`` that
            names it, and gives ``advice`` on what is no file.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:  # of names that no file can have
        reason = getattr(fault, "strerror", None) or fault
        raise error(f"{shown(path)}: cannot be read ({reason})") from fault
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise error(f"{shown(path)}: is no file; {advice}")
    return os.fdopen(number, "rb")


def no_folder(path: Path) -> str:
    """Return advice to make the folder of ``path`` first, for the end of a message; "" if it is."""
    return "" if path.parent.is_dir() else f"; make the folder {shown(path.parent)} first"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file beside ``path`` to write, which takes its place once it is written.

    Where the block fails or is interrupted, ``path`` is as before, and the other file is gone. A
    link stays one: what it leads to is written.
    """
    path = Path(os.path.realpath(path))
    part = path.with_name(f"part-{path.name}")  # keeps the suffix, by which writers tell formats
    try:
        yield part
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_json(path: Path, content: object) -> None:
    """Write ``content`` as indented JSON, whole or not at all.

    Raises :class:`OutputError` where a figure in it is not finite, or the file cannot be written.
    """
    try:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise OutputError(f"{shown(path)}: a figure for it is not finite; not written") from error
    try:
        with written_whole(path) as part:
            # Names of files may hold bytes that are no text; JSON escapes them as Python does.
            part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written ({error.strerror})") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that lock ``path``, a file beside what is changed, out until the end.

    Waits for those that came before; the lock of a process that was killed is free.
    """
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what the system refuses inside into an :class:`OutputError` that names ``folder``."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{shown(folder)}: cannot be written to ({error.strerror})") from error
