"""A table of sheets to correct: small, and read from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.batch.places import keep_places
from emnist_device.batch.results import Results
from emnist_device.batch.settling import settle
from emnist_device.batch.sheets import sheet_formats
from emnist_device.batch.tasks import Outcome, version_of
from emnist_device.correcting.applying import summarize, write_corrected
from emnist_device.correcting.by_now import Roll
from emnist_device.correcting.doubts import find_doubts
from emnist_device.correcting.journal import Journal, journal_path, read_journal
from emnist_device.correcting.rechecking import Rechecker
from emnist_device.correcting.review import Review
from emnist_device.correcting.table import open_sheets
from emnist_device.forms.reading.result import FieldReading, SheetReading
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from emnist_device.batch.sheets import SheetFormat
    from emnist_device.correcting.table import ReadSheet
    from emnist_device.forms.model import Template

FIELDS = (
    "number: {kind: digits, label: Student number, box: [20, 60, 42, 9], cells: 6}\n"
    "born: {kind: date, box: [20, 80, 85, 9], cells: 8, format: DD.MM.YYYY}\n"
    "tools: {kind: choice, box: [20, 100, 100, 6], options: [ruler, compass, tables], many: true}\n"
    "name: {kind: upper, box: [20, 120, 90, 9], cells: 10}"
)
NAMES = ("number", "born", "tools", "name")
RUN: dict[str, str | float | bool | None] = {"form": "x"}
#: Where the number lies on each picture, which is blue there; upside down on the second.
PLACES = ((100, 50), (220, 50), (220, 70), (100, 70))


def template(folder: Path) -> Template:
    return make_template(folder, FIELDS)


def outcomes(folder: Path) -> list[Outcome]:
    """Return two sheets and a refused one; the number of the first is surely right."""
    made = []
    for name, number, chance, turned in (
        ("a.png", "403821", 0.9999, 0),
        ("b.png", "115067", 0.6, 2),
    ):
        path = folder / name
        if not path.exists():
            picture = np.full((300, 400, 3), 250, np.uint8)
            picture[50:70, 100:220] = (200, 80, 30)
            picture[50:60, 100:120] = 0  # at the top left of the field
            cv2.imwrite(str(path), np.rot90(picture, turned))
        corners = PLACES if not turned else tuple((400.0 - x, 300.0 - y) for x, y in PLACES)
        fields = (
            FieldReading("number", number, number, chance, (("115061", 0.3),), "", corners),
            FieldReading("born", "09.12.1906", "1906-12-09", 0.7, (), "", corners),
            FieldReading("tools", "ruler", "ruler", 0.9, (), "it is faint", corners),
            FieldReading("name", "ADA", "ADA", 0.99991, (("AOA", 0.00001),), "", corners),
        )
        sheet = SheetReading("small", 1, 7, None, fields, 0, 1.0, 0.1, 7.9, "small-int8")
        made.append(Outcome(str(path), sheet=sheet, size=(400, 300), version=version_of(str(path))))
    return [*made, Outcome(str(folder / "c.png"), error="no corner marker can be seen")]


def write_table(path: Path, sheets: Sequence[Outcome], accept: float = 0.001) -> Path:
    """Write a table as form read does."""
    return write_settled(path, sheets, sheet_formats(NAMES), accept)


def write_settled(
    path: Path,
    sheets: Sequence[Outcome],
    formats: Mapping[str, SheetFormat],
    accept: float = 0.001,
    columns: Mapping[str, frozenset[str]] | None = None,
) -> Path:
    """Write a table of forms with other fields."""
    with Results(path, resume=False, run=RUN, formats=formats) as results:
        for _, outcome in keep_places(iter(enumerate(sheets)), path, resume=False):
            results.add(outcome)
        settle(results, formats[path.suffix], accept, columns)
    return path


def read_table(path: Path) -> list[ReadSheet]:
    with open_sheets(path) as file:
        return [sheet for _, sheet in file.records() if sheet is not None]


def review_of(path: Path) -> tuple[Review, Journal]:
    """Return the doubtful fields of a table, and the journal that answers are kept in."""
    journal, forms = Journal(journal_path(path)), [template(path.parent)]
    rechecker = Rechecker(forms, {}, least=0.9999)
    sheets = read_table(path)
    return Review(find_doubts(sheets, forms), journal, rechecker, Roll(sheets)), journal


def apply(table: Path, out: Path | None = None) -> tuple[Path, str]:
    """Return a new table with the answers in it, and the summary."""
    said, out = read_journal(journal_path(table)), out or table.with_name(f"new{table.suffix}")
    claims = Roll(read_table(table)).claims(said.after)
    with open_sheets(table) as file:
        write_corrected(file, said, claims, out)
        return out, str(summarize(file, said, claims))
