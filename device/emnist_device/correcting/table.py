"""A file of sheets that ``form read`` has written -> what was read in their fields."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from emnist_device.batch.places import places_path
from emnist_device.batch.results import records_in
from emnist_device.batch.sheets import BETWEEN, SheetLines, SheetTable, cell_of
from emnist_device.batch.tasks import Version, title
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emnist_device.batch.sheets import SheetFormat
    from emnist_device.batch.tasks import Key

# What reading a record raises that something else has written.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error)
# Digits of what tells one reading of a sheet from another.
_DIGITS = 16


@dataclass(frozen=True)
class ReadField:
    """What the file says of a field.

    text, value, probability, reason, corners: as those of
    :class:`~emnist_device.forms.reading.result.FieldReading`; no corners where they are not known.
    accepted: whether nobody needs to look at it. others: other texts with their probabilities.
    """

    name: str
    text: str
    value: str
    probability: float
    reason: str
    accepted: bool
    others: tuple[tuple[str, float], ...] = ()
    corners: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class ReadSheet:
    """What the file says of a sheet.

    name, number: of its file and page. version: of the file. form, page: which it is.
    reading: tells it from another reading of the same page, however what it accepts is chosen.
    """

    name: str
    number: int | None
    version: Version | None
    form: str
    page: int
    reading: str
    fields: tuple[ReadField, ...]

    @property
    def title(self) -> str:
        """What messages call it."""
        return title(self.name, self.number, 2 if (self.number or 1) > 1 else 1)


class SheetsFile:
    """A file of sheets, open for reading while no run writes to it; see :func:`open_sheets`.

    form: how it is written. path: of it.
    """

    def __init__(self, path: Path, form: SheetFormat, file: IO[bytes]) -> None:
        self.path, self.form, self._file = path, form, file
        self._places = _Places(path) if isinstance(form, SheetTable) else None

    @property
    def heading(self) -> bytes:
        """What stands before the first record."""
        return self.form.heading(kept=True)

    def records(self) -> Iterator[tuple[bytes, ReadSheet | None]]:
        """Yield each record, and its sheet; None of what was refused.

        Raises :class:`FormError` where one is damaged.
        """
        heading = self.heading
        for number, record in enumerate(records_in(self._file, self.form), start=1):
            if record == heading:
                continue
            try:
                yield record, self._sheet(record)
            except _DAMAGE as error:
                raise FormError(
                    f"{shown(self.path)}: record {number} is not of this program "
                    f"({shown(error)}); read the sheets again"
                ) from error

    def _sheet(self, record: bytes) -> ReadSheet | None:
        entry = self.form.entry(record)
        if entry.failed:
            return None
        if isinstance(self.form, SheetTable):
            row = self.form.cells(record)
            places = {} if self._places is None else self._places.of(entry.key, entry.version)
            fields = _fields_of_row(self.form, row, places)
            told = {name: cell for name, cell in row.items() if name != "doubtful"}
            form, page = row["form"], int(row["form_page"])
        else:
            content = json.loads(record)
            fields = tuple(_field(name, each) for name, each in content["fields"].items())
            told = _without_accepted(content)
            form, page = content["form"], content["form_page"]
        told_as = json.dumps(told, sort_keys=True).encode()
        reading = hashlib.sha256(told_as).hexdigest()[:_DIGITS]
        return ReadSheet(entry.name, entry.number, entry.version, form, page, reading, fields)


@contextmanager
def open_sheets(path: Path) -> Iterator[SheetsFile]:
    """Hold the file of sheets ``path`` open.

    Raises:
        FormError: it cannot be read, is none, or a run is writing to it.
    """
    if path.suffix not in {".csv", ".jsonl"}:
        raise FormError(f"{shown(path)}: name what form read wrote, which ends in .csv or .jsonl")
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")  # a pipe waits else
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormError(f"{shown(path)}: cannot be read ({reason})") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FormError(f"{shown(path)}: is no file; name what form read wrote")
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FormError(
                f"{shown(path)}: a run is writing to it; wait until it has ended"
            ) from error
        except OSError:
            pass  # a file system without locks, on which no run writes
        yield SheetsFile(path, _format_of(path, file), file)


def _format_of(path: Path, file: IO[bytes]) -> SheetFormat:
    """Return how ``file`` is written."""
    if path.suffix == ".jsonl":
        return SheetLines()
    heading = next(records_in(file, SheetTable(())), b"")
    try:
        return SheetTable.of(heading)
    except (ValueError, csv.Error) as error:
        raise FormError(
            f"{shown(path)}: is no table as form read writes it; leave that as it is, and edit a "
            "copy"
        ) from error


class _Places:
    """What is known of the fields of a table besides, by file and page; on disk until asked for."""

    def __init__(self, table: Path) -> None:
        self._path = places_path(table)
        self._starts: dict[Key, int] = {}
        if not self._path.is_file():
            return
        form = SheetLines()
        with self._path.open("rb") as file:
            start = 0
            for line in file:
                with suppress(ValueError, RecursionError):  # of a line that was cut
                    self._starts[form.entry(line).key] = start
                start += len(line)

    def of(self, key: Key, version: Version | None) -> Mapping[str, Any]:
        """Return the fields of a page by their names; none of another version of its file."""
        if key not in self._starts:
            return {}
        with self._path.open("rb") as file:
            file.seek(self._starts[key])
            line = file.readline()
        fields = json.loads(line).get("fields", {})
        return fields if SheetLines().entry(line).version == version else {}


def _fields_of_row(
    form: SheetTable, row: Mapping[str, str], places: Mapping[str, Any]
) -> tuple[ReadField, ...]:
    """Return the fields of a row, with what ``places`` have of them where they read the same."""
    chances, reasons = (json.loads(row[name] or "{}") for name in ("probabilities", "reasons"))
    doubtful = set(row["doubtful"].split(BETWEEN))
    fields = []
    for name, chance in chances.items():
        cell, accepted = row[form.column(name)], name not in doubtful
        placed = places.get(name)
        if placed is not None and cell_of(placed["value"]) == cell:
            fields.append(_field(name, placed | {"accepted": accepted}))
        else:
            value = cell[1:] if cell.startswith("\\") else cell
            reason = reasons.get(name, "")
            fields.append(ReadField(name, value, value, float(chance), reason, accepted))
    return tuple(fields)


def _field(name: str, content: Mapping[str, Any]) -> ReadField:
    """Return a field as JSON Lines have it."""
    return ReadField(
        name,
        content["text"],
        content["value"],
        float(content["probability"]),
        content.get("reason", ""),
        bool(content.get("accepted", False)),
        tuple((other["text"], float(other["probability"])) for other in content["alternatives"]),
        tuple((float(x), float(y)) for x, y in content["corners"]),
    )


def _without_accepted(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without what is settled when all sheets are read."""
    fields = {
        name: {key: value for key, value in field.items() if key != "accepted"}
        for name, field in content["fields"].items()
    }
    return {**content, "fields": fields}
