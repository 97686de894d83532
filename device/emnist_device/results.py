"""Outcomes <-> files of results, JSON Lines or CSV, that a killed run can go on with.

A record is appended in one write and names its picture, so what a file holds tells what is done; a
last record that is not whole is cut off. Records hold no times: the same pictures give the same.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import re
import stat
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from emnist_edge.errors import EmnistEdgeError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from emnist_device.batch import Outcome


@dataclass(frozen=True)
class Entry:
    """What a record says of its picture: its name, the model that read it, whether that failed."""

    name: str
    model: str | None
    failed: bool


class Format(Protocol):
    """How outcomes are written down."""

    heading: bytes

    def record(self, outcome: Outcome, *, timed: bool = False) -> bytes:
        """Return the record of ``outcome``, with the times it took where ``timed``."""

    def is_whole(self, record: bytes) -> bool:
        """Say whether the lines of ``record`` make a whole record."""

    def entry(self, record: bytes) -> Entry:
        """Read a record; raises ValueError for what is none."""


class JsonLines:
    """An object a line. A byte of a name that is no UTF-8 is escaped as os.fsdecode has it."""

    heading = b""

    def record(self, outcome: Outcome, *, timed: bool = False) -> bytes:
        """Return the page, or the reason why there is none."""
        content: dict[str, Any] = {"image": outcome.name}
        if outcome.page is not None:
            content |= {**outcome.page.as_dict(), "pages": outcome.pages}
            if not timed:
                del content["timing_ms"]
        else:
            content["error"] = outcome.error
        return (json.dumps(content, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")

    def is_whole(self, record: bytes) -> bool:
        """Say whether there is an end of line."""
        return record.endswith(b"\n")

    def entry(self, record: bytes) -> Entry:
        """Read a line."""
        content = json.loads(record)
        match content:
            case {"image": str(name)}:
                return Entry(name, content.get("model"), "error" in content)
        raise ValueError("no object with the name of an image")


class Csv:
    r"""A row a picture, by RFC 4180.

    In names, ``\`` is ``\\`` and a byte that is no UTF-8 ``\udc..``, as os.fsdecode has it.
    confidence: the least among the characters; empty where there are none.
    """

    columns = ("image", "text", "characters", "confidence", "model", "error")
    heading = (",".join(columns) + "\r\n").encode()

    def record(self, outcome: Outcome, *, timed: bool = False) -> bytes:  # noqa: ARG002
        """Return the row; it has no times."""
        row: tuple[object, ...] = (_escaped(outcome.name), "", "", "", "", outcome.error)
        if outcome.page is not None:
            surely = [c.confidence for line in outcome.page.lines for c in line.characters]
            least = f"{min(surely):.4f}" if surely else ""
            page = outcome.page
            row = (_escaped(outcome.name), page.text, len(surely), least, page.model, "")
        file = io.StringIO()
        csv.writer(file).writerow(row)
        return file.getvalue().encode()

    def is_whole(self, record: bytes) -> bool:
        """Say whether the last line ends, outside of quotes."""
        return record.endswith(b"\r\n") and record.count(b'"') % 2 == 0

    def entry(self, record: bytes) -> Entry:
        """Read a row."""
        row = next(csv.reader(io.StringIO(record.decode(), newline=""), strict=True), [])
        if len(row) != len(self.columns):
            raise ValueError(f"no row of {len(self.columns)} columns")
        return Entry(_unescaped(row[0]), row[4] or None, bool(row[5]))


#: Format of a file of results, by its suffix.
FORMATS: dict[str, Format] = {".jsonl": JsonLines(), ".csv": Csv()}


class Results:
    """A file of results, for this process alone while it is open.

    done: name of each picture that it holds -> whether reading that failed.

    Args:
        path: ends in a suffix of ``FORMATS``.
        resume: go on with a file that is there; without, there may be none.
        model: name of the model; what another model read is not mixed with.

    Raises:
        EmnistEdgeError: the file is there but should not be, is written to by another process, or
            holds what this module did not write.
    """

    def __init__(self, path: Path, *, resume: bool, model: str) -> None:
        if path.suffix not in FORMATS:
            raise EmnistEdgeError(f"{shown(path)}: name a file that ends in .jsonl or .csv")
        self._path = path
        self.format = FORMATS[path.suffix]
        self.done: dict[str, bool] = {}
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_EXCL)
            self._file: IO[bytes] = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
        except FileExistsError as error:
            raise EmnistEdgeError(
                f"{shown(path)}: is there already; go on with it by --resume, or name another file"
            ) from error
        except OSError as error:
            raise EmnistEdgeError(f"{shown(path)}: cannot be written ({error.strerror})") from error
        try:
            self._take_over(path, model)
        except BaseException:
            self._file.close()
            raise

    def _take_over(self, path: Path, model: str) -> None:
        """Learn what the file holds, and cut off what a killed run left unfinished."""
        if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            raise EmnistEdgeError(f"{shown(path)}: is no file; results go on only in one")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmnistEdgeError(f"{shown(path)}: another run is writing to it") from error
        whole = 0
        for number, record in enumerate(_records(self._file, self.format), start=1):
            whole += len(record)
            if number == 1 and self.format.heading:
                if record != self.format.heading:
                    raise EmnistEdgeError(f"{shown(path)}: its first row is not the one of results")
                continue
            try:
                entry = self.format.entry(record)
            except (ValueError, RecursionError, csv.Error) as error:
                raise EmnistEdgeError(
                    f"{shown(path)}: record {number} is not of this program ({shown(error)}); "
                    "take it out"
                ) from error
            if entry.model not in (None, model):
                raise EmnistEdgeError(
                    f"{shown(path)}: was read by {shown(entry.model)}; give that as --model, "
                    "or name another file"
                )
            self.done[entry.name] = entry.failed
        self._file.truncate(whole)
        if not whole:
            self._append(self.format.heading)

    def add(self, outcome: Outcome) -> None:
        """Append ``outcome``; raises :class:`EmnistEdgeError` where there is no room for it."""
        self._append(self.format.record(outcome))
        self.done[outcome.name] = outcome.page is None

    def _append(self, record: bytes) -> None:
        try:
            whole = self._file.write(record) == len(record)
        except OSError as error:
            raise EmnistEdgeError(
                f"{shown(self._path)}: cannot be written ({error.strerror})"
            ) from error
        if not whole:
            raise EmnistEdgeError(f"{shown(self._path)}: there is no room for all of it")

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _records(file: IO[bytes], written_as: Format) -> Iterator[bytes]:
    """Yield the whole records of ``file``; a last one that is not whole is left out."""
    file.seek(0)
    with os.fdopen(file.fileno(), "rb", closefd=False) as lines:
        record = b""
        for line in lines:
            record += line
            if written_as.is_whole(record):
                yield record
                record = b""


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").encode("utf-8", "backslashreplace").decode()


def _unescaped(name: str) -> str:
    return re.sub(
        r"\\(\\|udc[0-9a-f]{2})",
        lambda match: "\\" if match[1] == "\\" else chr(int(match[1][1:], 16)),
        name,
    )
