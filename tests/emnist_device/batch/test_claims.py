from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.claims import Claim, find_claims, told
from emnist_device.batch.places import keep_places
from emnist_device.batch.results import Results
from emnist_device.batch.settling import settle
from emnist_device.batch.sheets import sheet_formats
from emnist_device.batch.tasks import Outcome
from emnist_device.correcting.table import open_sheets
from emnist_device.forms.reading.result import FieldReading, SheetReading

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.batch.settling import Tally
    from emnist_device.correcting.table import ReadSheet

FIELDS = ("id", "name", "mark")
COLUMNS = {"exam": frozenset({"id", "name"})}
RUN: dict[str, str | float | bool | None] = {"form": "x"}
SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])


def sheet(
    name: str, row: int | None, page: int = 1, reason: str = "", form: str = "exam"
) -> Outcome:
    fields = tuple(
        FieldReading(each, "7", "7", 0.9999, (), reason if each == "name" else "")
        for each in FIELDS
    )
    read = SheetReading(form, page, 7, row, fields, 0, 1.0, 0.1, 7.9, "small-int8")
    return Outcome(name, sheet=read, size=(10, 20))


def read_settled(
    path: Path, sheets: list[Outcome], *, resume: bool = False
) -> tuple[Tally, dict[str, ReadSheet]]:
    """Return what becomes of ``sheets`` in a file of results, and what it then says of each."""
    formats = sheet_formats(FIELDS)
    with Results(path, resume=resume, run=RUN, formats=formats) as results:
        for _, outcome in keep_places(iter(enumerate(sheets)), path, resume=resume):
            results.add(outcome)
        tally = settle(results, formats[path.suffix], 0.01, COLUMNS)
    with open_sheets(path) as file:
        return tally, {each.name: each for _, each in file.records() if each is not None}


def reasons(sheet: ReadSheet) -> dict[str, str]:
    """Return the reasons of the fields that are not accepted."""
    return {field.name: field.reason for field in sheet.fields if not field.accepted}


@SUFFIXES
def test_sheets_of_one_row_are_in_doubt_and_named(tmp_path: Path, suffix: str) -> None:
    others = [
        sheet("c", 4), sheet("d", None), sheet("e", None), sheet("f", 3, page=2),
        sheet("g", 3, form="quiz"), Outcome("h", error="no corner marker can be seen"),
    ]  # fmt: skip
    first = [sheet("a", 3), sheet("b", 3, reason="it is faint"), *others]
    tally, read = read_settled(tmp_path / f"out{suffix}", first)
    assert tally.claims == (Claim("exam", 3, ("a", "b")),)
    why = "the roster has one row for this sheet and for "
    assert reasons(read["a"]) == {"id": f"{why}b", "name": f"{why}b"}
    assert reasons(read["b"]) == {"id": f"{why}a", "name": "it is faint"}
    assert not any(reasons(read[name]) for name in "cdefg")
    assert (tally.accepted, tally.doubtful) == (1 + 1 + 5 * 3, 4)


@SUFFIXES
def test_a_claim_that_comes_later_makes_no_other_reading(tmp_path: Path, suffix: str) -> None:
    """What was said of a sheet by then still holds."""
    path = tmp_path / f"out{suffix}"
    _, before = read_settled(path, [sheet("a", 3), sheet("b", 4, reason="it is faint")])
    assert reasons(before["a"]) == {}
    _, then = read_settled(path, [sheet("c", 3), sheet("e", 4)], resume=True)
    tally, after = read_settled(path, [sheet("d", 3)], resume=True)
    assert tally.claims[0].sheets == ("a", "c", "d")
    assert reasons(then["a"])["id"].endswith(" for c")
    assert reasons(after["a"])["id"].endswith(" for c and 1 more")
    assert reasons(after["b"])["name"] == "it is faint"
    for name in "ab":
        assert before[name].reading == then[name].reading == after[name].reading


def test_sheets_whose_names_are_shown_alike_are_named() -> None:
    (claim,) = find_claims((("exam", 1, 3), "a\\n.png") for _ in range(2)).values()
    assert claim.reason("a\\n.png").endswith("for a\\n.png")


def test_claims_are_told_in_few_lines() -> None:
    claims = find_claims((("exam", 1, n // 3), f"{n}.png") for n in range(36))
    first, second, rest = told(claims.values(), most=2)
    assert first == (
        "0.png and 1.png and 1 more are taken for the same row of the roster of exam, row 0; all "
        "are in doubt"
    )
    assert second.startswith("3.png and 4.png and 1 more are")
    assert rest == "so are sheets of 10 more rows"
    assert list(told([])) == []
