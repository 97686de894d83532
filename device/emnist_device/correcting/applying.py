"""A file of sheets, and what was said of its doubtful fields -> the file with that in it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.batch.sheets import BETWEEN, REVIEWED, SheetTable, cell_of, line_of, row_of
from emnist_device.correcting.by_now import SaidOf, said_of
from emnist_device.correcting.said import Answer
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import written_whole
from emnist_edge.tables import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emnist_device.correcting.by_now import Claims
    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.said import Said
    from emnist_device.correcting.table import ReadSheet, SheetsFile


@dataclass
class Summary:
    """What became of the fields of a file.

    sheets, refused: how many were read, and were not. accepted: fields that nobody looked at.
    expected: how many of these are expected to be wrong. settled: how many of them were accepted
    since others were corrected. reviewed: fields that a person looked at. corrected: those of them
    that were read otherwise. faulty: those of them that fail a check. doubtful: fields that are
    left to look at. left_out: of the fields that a person looked at, those of sheets that were read
    anew since.
    """

    sheets: int = 0
    refused: int = 0
    accepted: int = 0
    expected: float = 0.0
    settled: int = 0
    reviewed: int = 0
    corrected: int = 0
    faulty: int = 0
    doubtful: int = 0
    left_out: int = 0

    def add(self, sheet: ReadSheet | None, said: SaidOf) -> None:
        """Count a sheet of which this was ``said``; None is one that was refused."""
        if sheet is None:
            self.refused += 1
            return
        self.sheets += 1
        for each in sheet.fields:
            if (answer := said.answers.get(each.name)) is not None:
                self.reviewed += 1
                self.corrected += answer.text != each.text
                self.faulty += each.name in said.after.faults
            elif (settled := said.after.settled.get(each.name)) is not None:
                self._accept(settled.probability)
                self.settled += 1
            elif said.is_open(each):
                self.doubtful += 1
            else:
                self._accept(each.probability)

    def _accept(self, probability: float) -> None:
        self.accepted += 1
        self.expected += 1 - probability

    def __str__(self) -> str:
        sheets = f"{counted(self.sheets, 'sheet')} read, {self.refused} refused"
        settled = f"; {self.settled} since others were corrected" if self.settled else ""
        accepted = f"{counted(self.accepted, 'field')} accepted (errors expected among them: "
        faulty = f", {self.faulty} fail a check" if self.faulty else ""
        looked = f"{self.reviewed} reviewed ({self.corrected} of them corrected{faulty})"
        return (
            f"{sheets}; {accepted}{self.expected:.1f}{settled}), {looked}, {self.doubtful} doubtful"
        )


def summarize(file: SheetsFile, said: Said, claims: Claims) -> Summary:
    """Return what became of the fields of ``file`` by what was said of them.

    ``claims`` are those that are left then.
    """
    summary = Summary(left_out=len(said.answers))
    for _, sheet in file.records():
        own = said_of(sheet, said, claims)
        summary.add(sheet, own)
        summary.left_out -= len(own.answers)
    return summary


def write_corrected(file: SheetsFile, said: Said, claims: Claims, out: Path) -> None:
    """Write ``file`` with what was said in it to ``out``, whole or not at all.

    ``claims`` are those that are left then.

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
                target.write(_corrected(file, record, sheet, said_of(sheet, said, claims)))
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
            cells.append(REVIEWED if names is None else names)
    return cells


def _corrected(file: SheetsFile, record: bytes, sheet: ReadSheet | None, said: SaidOf) -> bytes:
    """Return ``record`` with what was ``said`` in it."""
    if not isinstance(file.form, SheetTable):
        return record if sheet is None else _corrected_line(record, sheet, said)
    row: dict[str, object] = dict(file.form.cells(record))
    for name, each in said.known.items():
        row[file.form.column(name)] = cell_of(each.value)
    if sheet is not None:
        row |= _doubt(sheet.fields, said)
    if said.after.row != 0:
        row["row"] = said.after.row
    return row_of(_with_reviewed(row, BETWEEN.join(said.answers)))


def _doubt(fields: tuple[ReadField, ...], said: SaidOf) -> dict[str, str]:
    """Return what a row says of doubt: of what a person looked at, only what fails a check."""
    settled = said.after.settled
    looked = dict.fromkeys(said.answers, 1.0)
    known = looked | {name: each.probability for name, each in settled.items()}
    left = [each for each in fields if each.name not in known]
    reasons = {each.name: reason for each in left if (reason := said.reason(each))}
    reasons |= said.after.faults
    chances = {each.name: known.get(each.name, each.probability) for each in fields}
    return {
        "doubtful": BETWEEN.join(each.name for each in fields if said.is_open(each)),
        "probabilities": json.dumps(chances) if chances else "",
        "reasons": json.dumps(reasons, ensure_ascii=False) if reasons else "",
    }


def _corrected_line(record: bytes, sheet: ReadSheet, said: SaidOf) -> bytes:
    content = json.loads(record)
    for each in sheet.fields:
        own = content["fields"][each.name]
        reason = said.after.faults.get(each.name, "")
        known = said.known.get(each.name)
        if known is None:
            reason = said.reason(each)
            own |= {"accepted": False} if each.name in said.doubts else {}
        else:
            own |= {"read": own["text"], "text": known.text, "value": known.value}
            own |= (
                {"reviewed": True, "probability": 1}
                if isinstance(known, Answer)
                else {"accepted": True, "probability": known.probability}
            )
        own.pop("reason", None)
        if reason:
            own["reason"] = reason
    if said.after.row != 0:
        content["row"] = said.after.row
    return record if content == json.loads(record) else line_of(content)
