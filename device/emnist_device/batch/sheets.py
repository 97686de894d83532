"""Sheets of forms, read in processes as pictures are, and their records."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from emnist_device.batch.claims import without_claims
from emnist_device.batch.reading import unread
from emnist_device.batch.records import Csv, JsonLines, cells_of, escaped
from emnist_edge.errors import PictureError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from emnist_device.batch.claims import Row
    from emnist_device.batch.reading import Shelf
    from emnist_device.batch.records import Entry
    from emnist_device.batch.tasks import Outcome, Task
    from emnist_device.forms.reading.reader import SheetReader
    from emnist_device.image.limits import Limits

#: Between the names of doubtful fields in a cell of a table.
BETWEEN = "; "
#: The column that corrections add to a table.
REVIEWED = "reviewed"


def load_sheet_reader(
    forms: Sequence[Path],
    model: str,
    rosters: Mapping[Path, Path],
    *,
    threads: int,
    limits: Limits,
) -> SheetReader:
    """Return the reader of sheets of ``forms``; ``rosters`` name that of a form, if not its own.

    What it needs is loaded where it is called.
    """
    load_base()
    from emnist_device.forms.reading.reader import SheetReader
    from emnist_device.forms.roster import read_roster
    from emnist_device.forms.template import load_template

    templates = [load_template(path) for path in forms]
    files = {each.form: rosters.get(each.path, each.roster) for each in templates}
    known = {form: read_roster(file) for form, file in files.items() if file is not None}
    return SheetReader(templates, model, rosters=known, threads=threads, limits=limits)


def read_sheet(task: Task, reader: SheetReader, shelf: Shelf) -> Outcome:
    """Read the sheet on one page.

    Raises:
        EmnistEdgeError: the page cannot be read, or shows no such sheet.
    """
    picture = shelf.open(task).picture(task.number or 1)
    outcome = unread(task, None)
    height, width = picture.shape[:2]
    try:
        return replace(outcome, sheet=reader.read(picture), size=(width, height))
    except PictureError as error:
        return replace(outcome, error=str(error), size=(width, height))


class SheetLines(JsonLines):
    """An object a line: all that is known of a sheet, and whether each field is accepted."""

    def record(self, outcome: Outcome, *, kept: bool) -> bytes:
        """Return the sheet, or the reason why there is none."""
        content: dict[str, Any] = {"image": outcome.name}
        if outcome.number is not None:
            content |= {"page": outcome.number, "pages": outcome.pages}
        if outcome.size is not None:
            content["size"] = list(outcome.size)
        content |= {"error": outcome.error} if outcome.sheet is None else outcome.sheet.to_dict()
        if kept and outcome.version is not None:
            content["file"] = asdict(outcome.version)
        return line_of(content)

    def entry(self, record: bytes) -> Entry:
        """Return what a line says of its page; ValueError where it is damaged."""
        entry = super().entry(record)
        if entry.failed:
            content = json.loads(record)
            if content.keys() & {"form", "fields"}:
                raise ValueError("it has an error, and fields as well")
            if not isinstance(content["error"], str):
                raise ValueError("error is no text")
        return entry

    def fields(self, record: bytes) -> dict[str, tuple[float, str]] | None:
        """Return probability and reason of doubt of each field; None of what was refused."""
        content = json.loads(record)
        if "fields" not in content:
            return None
        reasons = without_claims(_reasons(content["fields"]))
        return {
            name: (field["probability"], reasons.get(name, ""))
            for name, field in content["fields"].items()
        }

    def row(self, record: bytes) -> Row | None:
        """Return the row of a roster that a sheet is of; None for none."""
        content = json.loads(record)
        row = content.get("row")
        return None if row is None else (content["form"], content["form_page"], row)

    def settled(self, record: bytes, accepted: frozenset[str], doubts: Mapping[str, str]) -> bytes:
        """Return ``record`` saying of each field whether it is among the ``accepted``.

        ``doubts`` are reasons that are of all sheets, by fields.
        """
        content = json.loads(record)
        reasons = {**doubts, **without_claims(_reasons(content["fields"]))}
        for name, field in content["fields"].items():
            field.pop("reason", None)
            field["accepted"] = name in accepted
            if name in reasons:
                field["reason"] = reasons[name]
        return line_of(content)


def line_of(content: dict[str, Any]) -> bytes:
    """Return ``content`` as a line of JSON."""
    return (json.dumps(content, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


class SheetTable(Csv):
    """A row a sheet, a column a field, by RFC 4180; see :class:`Csv`.

    doubtful: names of fields that are not accepted, which are all until that is settled.
    probabilities: of the fields of this page. reasons: why fields are in doubt whatever their
    probability. Both are objects of JSON.

    Args:
        fields: names of those of all forms, in order.
    """

    of_sheet = ("image", "page", "error", "form", "form_page", "copy", "row")
    of_doubt = ("doubtful", "probabilities", "reasons")

    def __init__(self, fields: Sequence[str]) -> None:
        self.names = tuple(fields)
        self.columns = (*self.of_sheet, *map(self.column, fields), *self.of_doubt)

    @classmethod
    def of(cls, heading: bytes) -> SheetTable:
        """Return the table that ``heading``, of what is kept, is the first row of.

        Raises ValueError where it is that of no such table.
        """
        row = cells_of(heading)
        start, end = len(cls.of_sheet), len(row) - len(cls.of_doubt + cls.of_version)
        table = cls([name.removeprefix("field ") for name in row[start:end]])
        if table.heading(kept=True) != heading:
            raise ValueError("its first row is not the one of a table of sheets")
        return table

    def column(self, field: str) -> str:
        """Return the name of the column of ``field``."""
        taken = field in {*self.of_sheet, *self.of_doubt, *self.of_version, REVIEWED}
        return f"field {field}" if taken else field

    def record(self, outcome: Outcome, *, kept: bool) -> bytes:
        """Return the row."""
        number = "" if outcome.number is None else outcome.number
        row: list[object] = [escaped(outcome.name), number, outcome.error or ""]
        sheet = outcome.sheet
        if sheet is None:
            row += [""] * (len(self.columns) - len(row))
        else:
            read = {field.name: field for field in sheet.fields}
            own = [read[name] for name in self.names if name in read]
            row += [sheet.form, sheet.page]
            row += ["" if value is None else value for value in (sheet.copy, sheet.row)]
            row += [cell_of(read[name].value) if name in read else "" for name in self.names]
            row += [
                BETWEEN.join(field.name for field in own),
                object_of({field.name: round(field.probability, 6) for field in own}),
                object_of({field.name: field.reason for field in own if field.reason}),
            ]
        if kept:
            version = outcome.version
            row += ["", ""] if version is None else [version.bytes, f"{version.modified:.6f}"]
        return row_of(row)

    def entry(self, record: bytes) -> Entry:
        """Return what a row says of its page; ValueError where it is damaged."""
        entry = super().entry(record)
        if entry.failed:
            row = self.cells(record)
            if any(row[column] for column in self.columns[self.columns.index("form") :]):
                raise ValueError("it has an error, and fields as well")
        return entry

    def fields(self, record: bytes) -> dict[str, tuple[float, str]] | None:
        """Return what :meth:`SheetLines.fields` does."""
        row = self.cells(record)
        if row["error"]:
            return None
        chances, reasons = (json.loads(row[name] or "{}") for name in ("probabilities", "reasons"))
        reasons = without_claims(reasons)
        return {name: (chance, reasons.get(name, "")) for name, chance in chances.items()}

    def row(self, record: bytes) -> Row | None:
        """Return what :meth:`SheetLines.row` does."""
        row = self.cells(record)
        return (row["form"], int(row["form_page"]), int(row["row"])) if row["row"] else None

    def settled(self, record: bytes, accepted: frozenset[str], doubts: Mapping[str, str]) -> bytes:
        """Return ``record`` naming the fields that are not among the ``accepted``.

        ``doubts`` are as of :meth:`SheetLines.settled`.
        """
        fields = self.fields(record) or {}
        reasons = {name: reason or doubts.get(name, "") for name, (_, reason) in fields.items()}
        row = self.cells(record) | {
            "doubtful": BETWEEN.join(name for name in fields if name not in accepted),
            "reasons": object_of({name: reason for name, reason in reasons.items() if reason}),
        }
        return row_of([*row.values()])

    def cells(self, record: bytes) -> dict[str, str]:
        """Return the cells of a row by their columns; ValueError where it is damaged."""
        return dict(zip(self.columns + self.of_version, cells_of(record), strict=True))


#: How sheets are written.
SheetFormat = SheetLines | SheetTable


def _reasons(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the reasons of doubt that an object of fields has."""
    return {name: field["reason"] for name, field in fields.items() if "reason" in field}


def object_of(values: Mapping[str, object]) -> str:
    """Return an object of JSON, "" for an empty one."""
    return json.dumps(values, ensure_ascii=False) if values else ""


def row_of(row: Sequence[object]) -> bytes:
    """Return ``row`` as a line of a table."""
    file = io.StringIO()
    csv.writer(file).writerow(row)
    return file.getvalue().encode()


def cell_of(text: str) -> str:
    r"""Return ``text`` with a ``\`` before what would make a formula of it in a spreadsheet."""
    try:
        float(text)
    except ValueError:
        return f"\\{text}" if text.startswith(("=", "+", "-", "@")) else text
    return text


def sheet_formats(fields: Sequence[str]) -> Mapping[str, SheetFormat]:
    """Return the format of a file of results, by its suffix, of forms with these fields."""
    return {".jsonl": SheetLines(), ".csv": SheetTable(fields)}
