from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.results import Results
from emnist_device.batch.settling import settle
from emnist_device.batch.sheets import REVIEWED, SheetTable, sheet_formats
from emnist_device.batch.tasks import Outcome
from emnist_device.forms.reading.result import FieldReading, SheetReading

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("number", "page", "note")
RUN: dict[str, str | float | bool | None] = {"form": "x"}


def outcome(name: str, *fields: FieldReading) -> Outcome:
    sheet = SheetReading("exam", 1, 7, None, fields, 0, 1.0, 0.1, 7.9, "small-int8")
    return Outcome(name, sheet=sheet, size=(10, 20))


def read(name: str, text: str, probability: float, reason: str = "") -> FieldReading:
    return FieldReading(name, text, text, probability, (), reason)


SHEETS = (
    outcome("a.jpg", read("number", "12", 0.9999), read("page", "=1+1", 0.9)),
    outcome("b.jpg", read("number", "é;\n", 0.999, 'is a "joke", it\'s 1; 2')),
    Outcome("c.jpg", error="no corner marker can be seen"),
    outcome("d.jpg", read("number", "-5", 0.9985)),
)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_all_are_settled_together(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    formats = sheet_formats(FIELDS)
    form = formats[suffix]
    with Results(path, resume=False, run=RUN, formats=formats) as results:
        for sheet in SHEETS[:2]:
            results.add(sheet)
    with Results(path, resume=True, run=RUN, formats=formats) as results:
        assert set(results.done) == {("a.jpg", 1), ("b.jpg", 1)}
        for sheet in SHEETS[2:]:
            results.add(sheet)
        tally = settle(results, form, 0.001)
        again = settle(results, form, 0.001)
    assert tally == again
    assert (tally.sheets, tally.refused, tally.accepted, tally.doubtful) == (3, 1, 2, 2)
    assert tally.expected == pytest.approx(0.0001 + 0.0015)
    assert tally.threshold == pytest.approx(0.9985)
    with Results(path, resume=True, run=RUN, formats=formats) as results:
        assert results.done == {
            ("a.jpg", 1): False, ("b.jpg", 1): False, ("c.jpg", 1): True, ("d.jpg", 1): False,
        }  # fmt: skip


def test_a_table_has_a_column_for_each_field(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    formats = sheet_formats(FIELDS)
    with Results(path, resume=False, run=RUN, formats=formats) as results:
        for sheet in SHEETS:
            results.add(sheet)
        settle(results, SheetTable(FIELDS), 0.001)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    assert [row["number"] for row in rows] == ["12", "é;\n", "", "-5"]
    assert [row["field page"] for row in rows] == ["\\=1+1", "", "", ""]
    assert [row["doubtful"] for row in rows] == ["page", "number", "", ""]
    assert [row["error"] for row in rows] == ["", "", "no corner marker can be seen", ""]
    assert [row["copy"] for row in rows] == ["7", "7", "", "7"]
    assert json.loads(rows[1]["reasons"]) == {"number": 'is a "joke", it\'s 1; 2'}


def test_no_two_columns_of_a_corrected_table_have_one_name() -> None:
    own = (*SheetTable.of_sheet, *SheetTable.of_doubt, *SheetTable.of_version, REVIEWED)
    table = SheetTable(own)
    assert len({*table.columns, *table.of_version, REVIEWED}) == 2 * len(own)
    assert SheetTable.of(table.heading(kept=True)).names == own


def test_lines_say_of_each_field_whether_it_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    formats = sheet_formats(FIELDS)
    with Results(path, resume=False, run=RUN, formats=formats) as results:
        for sheet in SHEETS:
            results.add(sheet)
        settle(results, formats[".jsonl"], 0.001)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["fields"]["number"]["accepted"] is True
    assert lines[0]["fields"]["page"]["accepted"] is False
    assert lines[1]["fields"]["number"]["accepted"] is False
    assert lines[2]["error"]
    assert lines[0]["form_page"] == 1
