"""Sheets that are taken for one row of a roster, by what was read and said of them."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.claims import told
from emnist_device.correcting.by_now import Roll
from emnist_device.correcting.doubts import UnlikelyError
from emnist_device.correcting.journal import journal_path, read_journal
from emnist_device.correcting.said import After
from emnist_device.forms.reading.candidates import Candidates
from tests.emnist_device.correcting.bound import bound_sheets, open_bound
from tests.emnist_device.correcting.sheets import apply, read_table

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
FIRST: dict[str, Candidates] = {}
SECOND = {"id": Candidates((("4712", 0.9999),)), "name": Candidates((("BOA", 0.9999),))}
# Read as the first, and as the second once its number is corrected.
LIKE_FIRST = {
    "id": Candidates((("4711", 0.9), ("4712", 0.09))),
    "name": Candidates((("BOA", 0.6), ("BOB", 0.3999))),
}
# The number is of no row; the name is that of the second.
LIKE_SECOND = {"id": Candidates((("4772", 0.9),)), "name": Candidates((("BOA", 0.9999),))}
TELLING = ("id", "name")
WHY = "the roster has one row for this sheet and for "


def claims(table: Path) -> list[str]:
    """Return the claims that are left by now, in words."""
    said = read_journal(journal_path(table))
    return [*told(Roll(read_table(table)).claims(said.after).every)]


def written(table: Path) -> dict[str, dict[str, str]]:
    """Return of each sheet of a new table why fields of it are in doubt, and which are doubtful."""
    text = table.read_text(encoding="utf-8")
    if table.suffix == ".csv":
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        reasons = {row["image"]: json.loads(row["reasons"] or "{}") for row in rows}
        doubtful = {row["image"]: set(row["doubtful"].split("; ")) - {""} for row in rows}
    else:
        lines = [json.loads(line) for line in text.splitlines()]
        reasons = {
            line["image"]: {n: f["reason"] for n, f in line["fields"].items() if "reason" in f}
            for line in lines
        }
        doubtful = {
            line["image"]: {
                n for n, f in line["fields"].items() if not (f["accepted"] or f.get("reviewed"))
            }
            for line in lines
        }
    return {
        name: {field: own.get(field, "") for field in {*own, *doubtful[name]}}
        | {f"doubtful {field}": "yes" for field in doubtful[name]}
        for name, own in reasons.items()
    }


def doubted(why: str) -> dict[str, str]:
    return dict.fromkeys(TELLING, why) | {f"doubtful {name}": "yes" for name in TELLING}


@SUFFIXES
def test_a_sheet_that_is_corrected_to_another_row_frees_the_other(
    tmp_path: Path, suffix: str
) -> None:
    sheets = bound_sheets(tmp_path, suffix, {"a.png": FIRST, "b.png": LIKE_FIRST})
    assert sorted(sheets.left()) == [(s, n) for s in ("a.png", "b.png") for n in TELLING]
    (line,) = claims(sheets.table)
    assert line.startswith("a.png and b.png are taken for the same row of the roster of small, row")
    sheets.answer("id", "4712", "b.png")
    assert sheets.left() == []
    assert not sheets.faults()
    changed = sheets.review.changed(sheets.number("id", "b.png"))
    assert {(each["sheet"], each["settled"]) for each in changed if each["name"] == "id"} == {
        ("a.png", "4711"), ("b.png", None)
    }  # fmt: skip
    sheets.review.undo()
    assert len(sheets.left()) == 4
    sheets.answer("id", "4712", "b.png")
    sheets.journal.close()
    out, summary = apply(sheets.table)
    assert claims(sheets.table) == []
    assert written(out) == {"a.png": {}, "b.png": {}}
    assert "3 since others were corrected), 1 reviewed" in summary
    assert summary.endswith(", 0 doubtful")


@SUFFIXES
def test_sheets_that_are_corrected_to_one_row_are_both_in_doubt(
    tmp_path: Path, suffix: str
) -> None:
    """The other one was accepted: nothing but the correction makes it doubtful."""
    sheets = bound_sheets(tmp_path, suffix, {"a.png": FIRST, "b.png": LIKE_SECOND})
    assert claims(sheets.table) == []
    assert {sheet for sheet, _ in sheets.left()} == {"b.png"}
    with pytest.raises(UnlikelyError, match=f"{WHY}a.png"):
        sheets.answer("name", "BOB", "b.png")
    assert ("a.png", "id") not in sheets.left()
    sheets.answer("name", "BOB", "b.png", sure=True)
    described = sheets.review.changed(sheets.number("name", "b.png"))
    assert {each["reason"] for each in described if each["sheet"] == "a.png"} == {f"{WHY}b.png"}
    sheets.answer("id", "4711", "b.png")  # the row is known by then
    assert sheets.left() == [("a.png", name) for name in TELLING]
    sheets.journal.close()
    out, summary = apply(sheets.table)
    (line,) = claims(sheets.table)
    assert line.startswith("a.png and b.png are taken for the same row of the roster of small, row")
    assert written(out) == {
        "a.png": doubted(f"{WHY}b.png"), "b.png": dict.fromkeys(TELLING, f"{WHY}a.png")
    }  # fmt: skip
    assert "2 reviewed (2 of them corrected, 2 fail a check), 2 doubtful" in summary


def test_fields_that_were_accepted_are_gone_on_with_in_another_review(tmp_path: Path) -> None:
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": FIRST, "b.png": LIKE_SECOND})
    sheets.answer("name", "BOB", "b.png", sure=True)
    sheets.answer("id", "4711", "b.png", sure=True)
    sheets.journal.close()
    again = open_bound(sheets.table, sheets.template)
    assert again.left() == [("a.png", name) for name in TELLING]
    again.answer("name", "BOA", sure=True)
    again.answer("id", "4712")
    assert not again.faults()
    again.journal.close()
    last = open_bound(sheets.table, sheets.template)
    assert last.left() == []
    number = last.number("id")
    assert last.review.undo() == number
    assert (last.review.describe(number)["answer"], set(last.faults())) == (None, {"name"})
    last.journal.close()


def test_a_row_that_was_freed_is_claimed_by_a_correction(tmp_path: Path) -> None:
    """Three sheets: what is settled of a sheet by itself is not, beside another one."""
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": FIRST, "b.png": LIKE_FIRST, "c.png": SECOND})
    sheets.answer("id", "4712", "b.png", sure=True)
    assert ("b.png", "name") in sheets.left()
    assert ("c.png", "id") in sheets.left()
    assert not any(sheet == "a.png" for sheet, _ in sheets.left())
    sheets.journal.close()


def test_a_row_that_a_number_was_corrected_to_is_taken_whatever_the_name_says(
    tmp_path: Path,
) -> None:
    """The two names are as far from each other as the two numbers."""
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": FIRST, "b.png": FIRST, "c.png": SECOND})
    assert not any(sheet == "c.png" for sheet, _ in sheets.left())
    with pytest.raises(UnlikelyError, match=r"c\.png"):
        sheets.answer("id", "4712", "b.png")
    sheets.answer("id", "4712", "b.png", sure=True)
    assert ("c.png", "id") in sheets.left()
    sheets.journal.close()


@SUFFIXES
def test_what_speaks_against_the_corrected_row_is_not_settled(tmp_path: Path, suffix: str) -> None:
    """The name was read beside the row that was wrong."""
    otherwise = {"name": Candidates((("BOB", 0.6), ("XYZ", 0.3999)))}
    sheets = bound_sheets(tmp_path, suffix, {"a.png": FIRST, "b.png": otherwise})
    sheets.answer("id", "4712", "b.png", sure=True)
    assert sheets.left() == [("b.png", "name")]
    sheets.journal.close()
    out, _ = apply(sheets.table)
    assert written(out) == {"a.png": {}, "b.png": {"name": "", "doubtful name": "yes"}}


def test_what_a_field_is_in_doubt_of_by_itself_stays_when_a_claim_goes(tmp_path: Path) -> None:
    faint = {"name": Candidates((("BOB", 0.9999),), "it is faint")}
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": faint, "b.png": FIRST})
    sheets.answer("name", "BOA", "b.png", sure=True)
    sheets.answer("id", "4712", "b.png")
    assert sheets.left() == [("a.png", "name")]
    sheets.journal.close()
    out, _ = apply(sheets.table)
    assert written(out)["a.png"] == {"name": "it is faint", "doubtful name": "yes"}


def test_a_claim_that_was_read_is_no_news_where_it_is_confirmed(tmp_path: Path) -> None:
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": FIRST, "b.png": FIRST})
    sheets.answer("id", "4711", "a.png")  # not said once more: the page shows it already
    assert sheets.faults() == {"id": f"{WHY}b.png"}
    assert ("a.png", "name") in sheets.left()
    sheets.journal.close()


def test_nothing_is_freed_that_is_less_sure_than_what_is_accepted(tmp_path: Path) -> None:
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": FIRST, "b.png": FIRST})
    first, second = read_table(sheets.table)
    claims_left = Roll([first, second]).claims({second.key: After(row=2)})
    assert claims_left.freed(first).keys() == set(TELLING)
    assert replace(claims_left, least=math.inf).freed(first) == {}
    sheets.journal.close()
