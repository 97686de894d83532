from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.places import cut_to_lines, keep_places, places_path
from emnist_device.batch.sheets import SheetLines
from emnist_device.batch.tasks import Outcome
from emnist_device.forms.reading.result import SheetReading
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from pathlib import Path

SHEET = SheetReading("exam", 1, 7, None, (), 0, 1.0, 0.1, 7.9, "small-int8")
OUTCOMES = (
    Outcome("a.jpg", sheet=SHEET),
    Outcome("b.jpg", error="no"),
    Outcome("c.jpg", sheet=SHEET),
)


def keep(table: Path, *outcomes: Outcome, resume: bool = False) -> list[str]:
    """Keep the places of ``outcomes``, and return the names of all that are kept."""
    found = list(enumerate(outcomes))
    assert list(keep_places(iter(found), table, resume=resume)) == found
    path = places_path(table)
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [SheetLines().entry(line).name for line in lines]


def test_sheets_are_kept_beside_a_table_alone(tmp_path: Path) -> None:
    assert keep(tmp_path / "out.csv", *OUTCOMES) == ["a.jpg", "c.jpg"]
    assert keep(tmp_path / "out.jsonl", *OUTCOMES) == []
    assert keep(tmp_path / "none.csv", OUTCOMES[1]) == []
    assert not places_path(tmp_path / "none.csv").exists()


def test_a_run_goes_on_with_them_or_begins_anew(tmp_path: Path) -> None:
    table = tmp_path / "out.csv"
    keep(table, OUTCOMES[0])
    with places_path(table).open("ab") as file:
        file.write(b'{"image": "cut')
    assert keep(table, OUTCOMES[2], resume=True) == ["a.jpg", "c.jpg"]
    assert keep(table, OUTCOMES[2]) == ["c.jpg"]


def test_a_sheet_is_kept_before_it_is_handed_on(tmp_path: Path) -> None:
    """So that a run that is killed between the two reads it once more, and no row lacks it."""
    table = tmp_path / "out.csv"
    running = keep_places(iter(enumerate(OUTCOMES)), table, resume=False)
    next(running)
    assert b"a.jpg" in places_path(table).read_bytes()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    os.mkfifo(places_path(tmp_path / "out.csv"))
    with pytest.raises(EmnistEdgeError, match=r"out\.csv\.fields\.jsonl: is no file"):
        keep(tmp_path / "out.csv", *OUTCOMES)
    with pytest.raises(EmnistEdgeError, match="cannot be written"):
        keep(tmp_path / "none" / "out.csv", *OUTCOMES)


@pytest.mark.parametrize(
    ("content", "kept"),
    [(b"", 0), (b"a", 0), (b"a\n", 2), (b"a\nb", 2), (b"a\n" + 200_000 * b"b", 2), (b"a\n\n", 3)],
)
def test_a_file_is_cut_to_its_whole_lines(content: bytes, kept: int) -> None:
    file = BytesIO(content)
    cut_to_lines(file)
    assert file.getvalue() == content[:kept]
