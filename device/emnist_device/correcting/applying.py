"""A file of sheets, and what was said of its doubtful fields -> the file with that in it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.batch.sheets import BETWEEN, SheetTable, cell_of, line_of, row_of
from emnist_device.correcting.doubts import asked_for
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.journal import Answer, Asked, Said
    from emnist_device.correcting.table import ReadSheet, SheetsFile


@dataclass
class Summary:
    """What became of the fields of a file.

    sheets, refused: how many were read, and were not. accepted: fields that nobody looked at.
    expected: how many of these are expected to be wrong. reviewed: fields that a person looked at.
    corrected: those of them that were read otherwise. doubtful: fields that are left to look at.
    left_out: of the fields that a person looked at, those of sheets that were read anew since.
    """

    sheets: int = 0
    refused: int = 0
    accepted: int = 0
    expected: float = 0.0
    reviewed: int = 0
    corrected: int = 0
    doubtful: int = 0
    left_out: int = 0

    def add(self, sheet: ReadSheet | None, answers: Mapping[str, Answer]) -> None:
        """Count a sheet whose fields have ``answers``; None is one that was refused."""
        if sheet is None:
            self.refused += 1
            return
        self.sheets += 1
        for field in sheet.fields:
            if field.name in answers:
                self.reviewed += 1
                self.corrected += answers[field.name][0] != field.text
            elif field.accepted:
                self.accepted += 1
                self.expected += 1 - field.probability
            else:
                self.doubtful += 1

    def __str__(self) -> str:
        sheets = f"{self.sheets} sheets read, {self.refused} refused"
        accepted = f"{self.accepted} fields accepted (errors expected among them: "
        looked = f"{self.reviewed} reviewed ({self.corrected} of them corrected)"
        return f"{sheets}; {accepted}{self.expected:.1f}), {looked}, {self.doubtful} doubtful"


def summarize(file: SheetsFile, said: Said) -> Summary:
    """Return what became of the fields of ``file`` by what was said of them."""
    summary = Summary(left_out=len(said.answers))
    for _, sheet in file.records():
        answers = answers_to(sheet, said.answers)
        summary.add(sheet, answers)
        summary.left_out -= len(answers)
    return summary


def answers_to(sheet: ReadSheet | None, said: Mapping[Asked, Answer]) -> dict[str, Answer]:
    """Return what was said of the fields of ``sheet``, by their names."""
    if sheet is None:
        return {}
    asked = {field.name: asked_for(sheet, field) for field in sheet.fields}
    return {name: said[each] for name, each in asked.items() if each in said}


def write_corrected(file: SheetsFile, said: Said, out: Path) -> None:
    """Write ``file`` with what was said in it to ``out``, whole or not at all.

    Raises:
        OutputError: ``out`` is there already, or cannot be written.
        FormError: a record of ``file`` is damaged.
    """
    try:
        out.open("xb").close()
    except FileExistsError as error:
        raise OutputError(f"{shown(out)}: is there already; name another file") from error
    except (OSError, ValueError) as error:
        raise OutputError(f"{shown(out)}: cannot be written ({_reason(error)})") from error
    try:
        with written_whole(out) as part, part.open("wb") as target:
            target.write(_heading(file))
            for record, sheet in file.records():
                target.write(_corrected(file, record, sheet, answers_to(sheet, said.answers)))
    except OSError as error:
        raise OutputError(f"{shown(out)}: cannot be written ({_reason(error)})") from error
    finally:
        with suppress(OSError):
            if not out.stat().st_size:
                out.unlink()


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def _heading(file: SheetsFile) -> bytes:
    """Return the heading of what is written."""
    if not isinstance(file.form, SheetTable):
        return b""
    return row_of(_with_reviewed(dict.fromkeys(file.form.columns + file.form.of_version), None))


def _with_reviewed(row: Mapping[str, object], names: str | None) -> list[object]:
    """Return the cells of ``row`` with ``names`` reviewed, or where these are None, its columns."""
    cells: list[object] = []
    for column, cell in row.items():
        cells.append(column if names is None else cell)
        if column == "doubtful":
            cells.append("reviewed" if names is None else names)
    return cells


def _corrected(
    file: SheetsFile, record: bytes, sheet: ReadSheet | None, answers: Mapping[str, Answer]
) -> bytes:
    """Return ``record`` with ``answers`` in it."""
    if not isinstance(file.form, SheetTable):
        return _corrected_line(record, answers)
    row: dict[str, object] = dict(file.form.cells(record))
    fields = () if sheet is None else sheet.fields
    for field in fields:
        if field.name in answers:
            row[file.form.column(field.name)] = cell_of(answers[field.name][1])
    if sheet is not None:
        row |= _doubt(fields, answers)
    return row_of(_with_reviewed(row, BETWEEN.join(answers)))


def _doubt(fields: tuple[ReadField, ...], answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return what a row says of doubt: none of what a person looked at."""
    chances = {each.name: 1 if each.name in answers else each.probability for each in fields}
    left = [each for each in fields if each.name not in answers]
    reasons = {each.name: each.reason for each in left if each.reason}
    return {
        "doubtful": BETWEEN.join(each.name for each in left if not each.accepted),
        "probabilities": json.dumps(chances) if chances else "",
        "reasons": json.dumps(reasons, ensure_ascii=False) if reasons else "",
    }


def _corrected_line(record: bytes, answers: Mapping[str, Answer]) -> bytes:
    if not answers:
        return record
    content = json.loads(record)
    for name, (text, value) in answers.items():
        field = content["fields"][name]
        field |= {"read": field["text"], "text": text, "value": value, "reviewed": True}
        field["probability"] = 1
        field.pop("reason", None)
    return line_of(content)
