"""A file of sheets that ``form read`` has written -> what was read in their fields."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import re
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from emnist_device.batch.claims import without_claims
from emnist_device.batch.records import digits_of, number_of
from emnist_device.batch.results import records_in
from emnist_device.batch.sheets import BETWEEN, SheetLines, SheetTable, cell_of, object_of
from emnist_device.batch.tasks import title
from emnist_device.correcting.fields import (
    DAMAGE,
    ReadField,
    field_of,
    file_name_of,
    parsed,
    probability_of,
    text_of,
)
from emnist_device.correcting.headings import heading_faults
from emnist_device.correcting.kept_places import KeptPlaces
from emnist_edge.errors import FormError, shown
from emnist_edge.files import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emnist_device.batch.records import Entry
    from emnist_device.batch.sheets import SheetFormat
    from emnist_device.batch.tasks import Key, Version
    from emnist_device.correcting.said import SheetKey

# Digits of what tells one reading of a sheet from another.
_DIGITS = 16
# What a sheet may have besides, and the least of it.
_NUMBERS = {"copy": 0, "row": 1}
# Bytes of a file to look for its first row in.
_MOST_OF_HEADING = 2**16
# The end of a row: the time of a file, which has six decimals, or nothing.
_ENDS = re.compile(rb"(,|\.[0-9]{6})\r\n$")


@dataclass(frozen=True)
class ReadSheet:
    """What the file says of a sheet.

    name, number: of its file and page. version: of the file. form, page: which it is.
    reading: tells it from another reading of the same page, however what it accepts is chosen. row:
    of the roster, from 1, by what was read; None for none.
    """

    name: str
    number: int | None
    version: Version | None
    form: str
    page: int
    reading: str
    fields: tuple[ReadField, ...]
    row: int | None = None

    @property
    def key(self) -> SheetKey:
        """What it is in the journal."""
        return self.name, self.number, self.reading

    @property
    def title(self) -> str:
        """What messages call it."""
        return title(self.name, self.number, 2 if (self.number or 1) > 1 else 1)


class SheetsFile:
    """A file of sheets, open for reading while no run writes to it; see :func:`open_sheets`.

    form: how it is written. path: of it. places: what is known besides, if it is a table. lacking:
    pages of which that is known, and that the table has not; once all records were gone through.
    """

    def __init__(
        self, path: Path, form: SheetFormat, file: IO[bytes], places: KeptPlaces | None
    ) -> None:
        self.path, self.form, self._file, self._places = path, form, file, places
        self.lacking: list[Key] = []

    @property
    def heading(self) -> bytes:
        """What stands before the first record."""
        return self.form.heading(kept=True)

    def records(self) -> Iterator[tuple[bytes, ReadSheet | None]]:
        """Yield each record, and its sheet; None of what was refused.

        A last record is whole without the end of its line, which editors leave out.

        Raises :class:`FormError` where one is damaged or cut off, two are of one page, or there is
        none.
        """
        heading = self.heading
        numbers: dict[Key, int] = {}
        for number, record in self._numbered():
            if record == heading:
                continue
            try:
                entry = self.form.entry(record)
                file_name_of(entry.name, "image")
                sheet = None if entry.failed else self._sheet(entry, record)
            except DAMAGE as error:
                raise self._fault(
                    number, f"is damaged ({_told(error)}); mend it, or read the sheets again"
                ) from error
            before = numbers.setdefault(entry.key, number)
            if before != number:
                raise self._fault(
                    number, f"is of the same page as record {before}; take one of them out"
                )
            yield record, sheet
        if not numbers:
            raise FormError(f"{shown(self.path)}: has no sheet; read some by form read")
        self.lacking = [] if self._places is None else self._places.beyond(numbers.keys())

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        """Yield each record with its number from 1, a heading included."""
        number = end = 0
        for number, record in enumerate(records_in(self._file, self.form), start=1):
            yield number, record
            end += len(record)
        with os.fdopen(self._file.fileno(), "rb", closefd=False) as file:
            file.seek(end)
            rest = file.read()
        if rest:
            yield number + 1, self._ended(number + 1, rest)

    def _ended(self, number: int, rest: bytes) -> bytes:
        """Return the last record, which lacks the end of its line, with it."""
        record = rest.rstrip(b"\r\n") + (b"\r\n" if isinstance(self.form, SheetTable) else b"\n")
        try:
            self.form.entry(record)
            if isinstance(self.form, SheetTable) and not _ENDS.search(record):
                why = "its last cell is cut off"
            else:
                return record
        except DAMAGE as error:
            why = _told(error)
        again = ", or let form read --resume read it again" if self.form.is_begun(rest) else ""
        raise self._fault(number, f"is not whole ({why}); mend it{again}")

    def _fault(self, number: int, what: str) -> FormError:
        return FormError(f"{shown(self.path)}: record {number} {what}")

    def _sheet(self, entry: Entry, record: bytes) -> ReadSheet:
        if isinstance(self.form, SheetTable):
            row = self.form.cells(record)
            places = {} if self._places is None else self._places.of(entry.key, entry.version)
            fields = _fields_of_row(self.form, row, places)
            told = _without_doubt(row)
            form, page = row["form"], digits_of(row["form_page"], "form_page")
            given = {name: least for name, least in _NUMBERS.items() if row[name]}
            numbers = {name: digits_of(row[name], name, least) for name, least in given.items()}
        else:
            content = parsed(record)
            fields = tuple(field_of(name, each) for name, each in content["fields"].items())
            told = _without_accepted(content)
            form = text_of(content["form"], "form")
            page = number_of(content["form_page"], "form_page")
            given = {n: least for n, least in _NUMBERS.items() if content.get(n) is not None}
            numbers = {name: number_of(content[name], name, least) for name, least in given.items()}
        told_as = json.dumps(told, sort_keys=True).encode()
        reading = hashlib.sha256(told_as).hexdigest()[:_DIGITS]
        return ReadSheet(
            entry.name, entry.number, entry.version, form, page, reading, fields, numbers.get("row")
        )


@contextmanager
def open_sheets(path: Path) -> Iterator[SheetsFile]:
    """Hold the file of sheets ``path`` open.

    Raises:
        FormError: it cannot be read, is none, or a run is writing to it.
    """
    if path.suffix not in {".csv", ".jsonl"}:
        raise FormError(f"{shown(path)}: name what form read wrote, which ends in .csv or .jsonl")
    try:
        file = open_regular(path, FormError, "name what form read wrote")
    except FileNotFoundError as error:
        raise FormError(f"{shown(path)}: cannot be read ({error.strerror})") from error
    with ExitStack() as opened:
        opened.enter_context(file)
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FormError(
                f"{shown(path)}: a run is writing to it; wait until it has ended"
            ) from error
        except OSError:
            pass  # a file system without locks, on which no run writes
        form = _format_of(path, file)
        places = None
        if isinstance(form, SheetTable):
            places = opened.enter_context(closing(KeptPlaces(path)))
        yield SheetsFile(path, form, file, places)


def _format_of(path: Path, file: IO[bytes]) -> SheetFormat:
    """Return how ``file`` is written."""
    if path.suffix == ".jsonl":
        return SheetLines()
    heading = next(records_in(file, SheetTable(())), b"")
    try:
        return SheetTable.of(heading)
    except (ValueError, csv.Error) as error:
        file.seek(0)
        faults = heading_faults(file.read(_MOST_OF_HEADING))
        told = "; leave that as it is, and edit a copy"
        if faults:
            told = f": {'; '.join(faults)}; mend that in a copy"
        raise FormError(f"{shown(path)}: is no table as form read writes it{told}") from error


def _fields_of_row(
    form: SheetTable, row: Mapping[str, str], places: Mapping[str, ReadField]
) -> tuple[ReadField, ...]:
    """Return the fields of a row, with what ``places`` have of them where they read the same."""
    chances, reasons = (parsed(row[name] or "{}") for name in ("probabilities", "reasons"))
    doubtful = set(row["doubtful"].split(BETWEEN)) - {""}
    filled = {name for name in form.names if row[form.column(name)]}
    for names, where in (
        (set(chances) - set(form.names), "probabilities name {}, which has no column"),
        (doubtful - set(chances), "doubtful names {}, which is no field of this sheet"),
        (set(reasons) - set(chances), "reasons name {}, which is no field of this sheet"),
        (filled - set(chances), "column {} is filled in, and probabilities do not name it"),
    ):
        if names:
            raise ValueError(where.format(repr(min(names))))
    fields = []
    for name, chance in chances.items():
        cell, accepted = row[form.column(name)], name not in doubtful
        value = cell[1:] if cell.startswith("\\") else cell
        reason = text_of(reasons.get(name, ""), "a reason")
        read = ReadField(name, value, value, probability_of(chance), reason, accepted)
        placed = places.get(name)
        same = placed is not None and cell_of(placed.value) == cell
        if placed and same:
            read = replace(placed, accepted=accepted, reason=reason)
        fields.append(read)
    return tuple(fields)


def _told(error: Exception) -> str:
    """Return what ``error`` says of a record."""
    return shown(f"{error} is missing" if isinstance(error, KeyError) else error)


def _without_accepted(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without what is settled when all sheets are read."""
    fields = {}
    for name, field in content["fields"].items():
        fields[name] = {key: value for key, value in field.items() if key != "accepted"}
        if "reason" in field and not without_claims({name: field["reason"]}):
            del fields[name]["reason"]
    return {**content, "fields": fields}


def _without_doubt(row: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row without what is settled when all sheets are read."""
    cells = {name: cell for name, cell in row.items() if name != "doubtful"}
    reasons = parsed(row["reasons"] or "{}")
    kept = without_claims(reasons)
    return cells if kept == reasons else cells | {"reasons": object_of(kept)}
