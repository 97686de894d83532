"""Sheets whose fields are bound to each other by a sum and a roster, read from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.batch.sheets import sheet_formats
from emnist_device.batch.tasks import Outcome
from emnist_device.correcting.by_now import Roll
from emnist_device.correcting.doubts import find_doubts
from emnist_device.correcting.journal import Journal, journal_path
from emnist_device.correcting.rechecking import Rechecker
from emnist_device.correcting.review import Review
from emnist_device.forms.checks import value_of
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.result import FieldReading, SheetReading
from emnist_device.forms.reading.together import weigh_together
from emnist_device.forms.roster import Roster
from tests.emnist_device.correcting.sheets import read_table, write_settled
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Template

FIELDS = (
    "id: {kind: digits, box: [20, 60, 28, 9], cells: 4, roster: id}\n"
    "name: {kind: upper, box: [60, 60, 90, 9], cells: 10, roster: name}\n"
    "marks: {kind: grid, label: Marks, box: [40, 100, 40, 10], rows: [Q1], columns: [a, b], "
    "cell: {kind: digits}}\n"
    "total: {kind: digits, box: [120, 100, 20, 9], cells: 2, sum_of: [marks]}\n"
    "points: {kind: number, box: [150, 100, 30, 9], cells: 2, decimals: 1}\n"
    "answer: {kind: choice, box: [20, 140, 100, 6], options: [A, B, C, D]}"
)
PARTS = ("marks.Q1.a", "marks.Q1.b")
ROSTER = Roster(
    ("id", "name"), ({"id": "4711", "name": "BOB"}, {"id": "4712", "name": "BOA"}),
)  # fmt: skip
#: What the fields say by themselves: all is right, and nobody needs to look at it.
SURE = {
    "id": "4711", "name": "BOB", "marks.Q1.a": "3", "marks.Q1.b": "4", "total": "7",
    "points": "0.5", "answer": "A",
}  # fmt: skip


@dataclass
class Bound:
    """A table of sheets, and its review."""

    table: Path
    template: Template
    review: Review
    journal: Journal

    def number(self, name: str, sheet: str = "a.png") -> int:
        doubts = [(doubt.field.name, doubt.sheet.name) for doubt in self.review.doubts]
        return doubts.index((name, sheet))

    def answer(self, name: str, text: str, sheet: str = "a.png", *, sure: bool = False) -> None:
        self.review.answer(self.number(name, sheet), text, sure=sure)

    def left(self) -> list[tuple[str, str]]:
        """Return sheet and name of the fields that are still to be looked at."""
        described = [self.review.describe(n) for n in range(len(self.review.doubts))]
        left = [each for each in described if each["answer"] is None and each["settled"] is None]
        return [(each["sheet"], each["name"]) for each in left]

    def faults(self) -> dict[str, str]:
        """Return the checks that answers fail."""
        described = [self.review.describe(n) for n in range(len(self.review.doubts))]
        return {each["name"]: each["fault"] for each in described if each["fault"]}

    def settled(self) -> dict[str, str]:
        """Return the texts of the fields that are settled by answers to others."""
        described = [self.review.describe(n) for n in range(len(self.review.doubts))]
        return {each["name"]: each["settled"] for each in described if each["settled"] is not None}


def read_as(template: Template, alone: dict[str, Candidates]) -> SheetReading:
    """Return what a reader makes of fields that say ``alone`` by themselves."""
    page = template.pages[0]
    weighed = weigh_together(template, page, alone, ROSTER)
    leaves = {leaf.name: leaf for leaf in page.leaves()}
    fields = tuple(
        FieldReading(
            name,
            made.text,
            value_of(leaves[name], made.text),
            made.probability,
            made.texts[1:5],
            made.reason,
            (),
            weighed.alone.get(name),
        )
        for name, made in weighed.read.items()
    )
    return SheetReading("small", 1, 0, weighed.row, fields, 0, 1.0, 0.1, 7.9, "small-int8")


def bound(folder: Path, suffix: str = ".csv", **otherwise: Candidates) -> Bound:
    """Return the review of a sheet; ``otherwise``: names with _ for . -> what fields say."""
    return bound_sheets(folder, suffix, {"a.png": otherwise})


def bound_sheets(folder: Path, suffix: str, sheets: dict[str, dict[str, Candidates]]) -> Bound:
    """Return the review of several sheets, each as :func:`bound` has it."""
    template = make_template(folder, FIELDS)
    outcomes = []
    for sheet, otherwise in sheets.items():
        alone = {name: Candidates(((text, 0.9999),)) for name, text in SURE.items()}
        alone |= {name.replace("_", "."): each for name, each in otherwise.items()}
        outcomes.append(Outcome(sheet, sheet=read_as(template, alone), size=(400, 300)))
    formats = sheet_formats([leaf.name for _, leaf in template.leaves()])
    columns = {"small": frozenset(template.roster_columns)}
    table = write_settled(folder / f"out{suffix}", outcomes, formats, columns=columns)
    return open_bound(table, template)


def open_bound(table: Path, template: Template) -> Bound:
    """Return the review of ``table``, which goes on where it ended."""
    journal, sheets = Journal(journal_path(table)), read_table(table)
    roll = Roll(sheets)
    rechecker = Rechecker([template], {"small": ROSTER}, roll.least)
    review = Review(find_doubts(sheets, [template]), journal, rechecker, roll)
    return Bound(table, template, review, journal)
