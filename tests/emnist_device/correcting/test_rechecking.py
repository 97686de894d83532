from __future__ import annotations

import csv
import io
import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.doubts import UnlikelyError
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.together import weigh_together
from emnist_device.forms.roster import Roster
from tests.emnist_device.correcting import bound as bound_module
from tests.emnist_device.correcting.bound import PARTS, bound, bound_sheets
from tests.emnist_device.correcting.sheets import apply

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
WRONG_TOTAL = Candidates((("9", 0.9999),))


@SUFFIXES
def test_parts_are_in_doubt_no_more_once_the_sum_is_corrected(tmp_path: Path, suffix: str) -> None:
    sheet = bound(tmp_path, suffix, total=WRONG_TOTAL)
    assert [each.field.name for each in sheet.review.doubts] == [*PARTS, "total"]
    sheet.answer("total", "7")
    assert sheet.settled() == {PARTS[0]: "3", PARTS[1]: "4"}
    sheet.journal.close()
    out, summary = apply(sheet.table)
    assert summary == (
        "1 sheet read, 0 refused; 6 fields accepted (errors expected among them: 0.0; 2 since "
        "others were corrected), 1 reviewed (1 of them corrected), 0 doubtful"
    )
    if suffix == ".csv":
        (row,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline=""))
        assert (row["doubtful"], row["reviewed"], row["reasons"]) == ("", "total", "")
        assert (row["total"], row[PARTS[0]], row[PARTS[1]]) == ("7", "3", "4")
        assert json.loads(row["probabilities"])[PARTS[0]] > 0.999
    else:
        fields = json.loads(out.read_text(encoding="utf-8"))["fields"]
        assert [fields[name]["accepted"] for name in PARTS] == [True, True]
        assert not any("reason" in fields[name] for name in (*PARTS, "total"))


def test_a_sum_that_fails_still_settles_nothing(tmp_path: Path) -> None:
    sheet = bound(tmp_path, total=WRONG_TOTAL)
    sheet.answer(PARTS[0], "4")
    assert sheet.settled() == {}
    sheet.answer(PARTS[0], "5")  # 5 + 4 is the 9 that was read
    assert sheet.settled() == {"total": "9", PARTS[1]: "4"}
    sheet.review.undo()
    assert sheet.settled() == {}
    sheet.journal.close()


def test_what_a_field_is_in_doubt_of_by_itself_stays(tmp_path: Path) -> None:
    faint = Candidates((("3", 0.9999),), "it is faint")
    sheet = bound(tmp_path, total=WRONG_TOTAL, marks_Q1_a=faint, points=Candidates((("0.5", 0.6),)))
    sheet.answer("total", "7")
    assert sheet.settled() == {PARTS[1]: "4"}
    sheet.journal.close()


def test_nothing_is_settled_that_is_less_sure_than_what_is_accepted(tmp_path: Path) -> None:
    rare = Candidates((("4", 0.6), ("9", 0.39)))
    sheet = bound(tmp_path, total=Candidates((("", 0.6),)), marks_Q1_b=rare)
    assert [each.field.name for each in sheet.review.doubts] == [PARTS[1], "total"]
    sheet.answer("total", "7")
    assert sheet.settled() == {}  # 0.99 is less than 0.9999
    sheet.review.undo()
    sheet.review.answer(sheet.number("total"), "12", sure=False)
    assert sheet.settled() == {}
    sheet.journal.close()


def test_others_are_read_anew_by_the_roster(tmp_path: Path) -> None:
    sheet = bound(tmp_path, id=Candidates((("4771", 0.9999),)), name=Candidates((("BOB", 0.9999),)))
    assert [each.field.name for each in sheet.review.doubts] == ["id", "name"]
    sheet.answer("id", "4711")
    assert sheet.settled() == {"name": "BOB"}
    sheet.journal.close()
    out, _ = apply(sheet.table)
    (row,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline=""))
    assert (row["id"], row["name"], row["row"], row["doubtful"]) == ("4711", "BOB", "1", "")


def test_what_others_asked_for_is_taken_back_where_they_were_wrong(tmp_path: Path) -> None:
    """The number was read as that of the other row, whose name is alike."""
    sheet = bound(
        tmp_path,
        id=Candidates((("4712", 0.9), ("4711", 0.09))),
        name=Candidates((("BOB", 0.6), ("BOA", 0.3999))),
    )
    texts = {each.field.name: each.field.text for each in sheet.review.doubts}
    assert texts == {"id": "4712", "name": "BOA"}
    sheet.answer("id", "4711")
    assert sheet.settled() == {"name": "BOB"}
    sheet.journal.close()
    out, summary = apply(sheet.table)
    (row,) = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline=""))
    assert (row["name"], row["row"]) == ("BOB", "1")
    assert "1 since others were corrected" in summary


def test_only_an_answer_to_the_roster_settles_what_is_of_another_row_than_it_was_printed_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bound_module, "weigh_together", partial(weigh_together, printed=2))
    sheet = bound(tmp_path, total=WRONG_TOTAL)
    told = {doubt.field.name: doubt.field.reason for doubt in sheet.review.doubts}
    reason = "its QR code is that of row 2 of the roster: id 4712, name BOA"
    assert (told["id"], told["name"]) == (reason, reason)
    sheet.answer("total", "7")
    assert sheet.settled() == {PARTS[0]: "3", PARTS[1]: "4"}
    sheet.answer("id", "4711")
    assert sheet.settled() == {PARTS[0]: "3", PARTS[1]: "4", "name": "BOB"}
    sheet.journal.close()


def test_of_rows_that_fit_as_well_it_is_still_that_of_the_qr_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = Roster(("id", "name"), ({"id": "4711", "name": "BOB"},) * 3)
    monkeypatch.setattr(bound_module, "ROSTER", twins)
    monkeypatch.setattr(bound_module, "weigh_together", partial(weigh_together, printed=2))
    for name, text in (("total", "7"), ("id", "4711")):
        unsure = {"total": WRONG_TOTAL, "id": Candidates((("4711", 0.6),), "it is faint")}
        folder = tmp_path / name
        folder.mkdir()
        sheet = bound_sheets(folder, ".csv", {"a.png": {name: unsure[name]}})
        sheet.answer(name, text)
        sheet.journal.close()
        with apply(sheet.table)[0].open(newline="") as file:
            assert [row["row"] for row in csv.DictReader(file)] == ["2"]


def test_a_row_that_a_wrong_reading_told_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ({"id": "4711", "name": "BOB"}, {"id": "4712", "name": "BOB"})
    monkeypatch.setattr(bound_module, "ROSTER", Roster(("id", "name"), rows))
    sheet = bound(tmp_path, id=Candidates((("4711", 0.6),), "it is faint"))
    sheet.answer("id", "", sure=True)
    sheet.journal.close()
    with apply(sheet.table)[0].open(newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == [""]


def test_what_no_row_and_no_sum_has_is_said_before_it_is_kept(tmp_path: Path) -> None:
    sheet = bound(tmp_path, total=WRONG_TOTAL, id=Candidates((("4771", 0.9),)))
    with pytest.raises(UnlikelyError, match="no row of the roster has id 4799"):
        sheet.answer("id", "4799")
    sheet.answer("total", "7")
    with pytest.raises(UnlikelyError, match="total is 7, and the sum is 8"):
        sheet.answer(PARTS[0], "4")
    sheet.review.answer(sheet.number(PARTS[0]), "4", sure=True)
    sheet.review.answer(sheet.number(PARTS[1]), "4", sure=True)
    assert sheet.faults() == {
        "total": "is 7, and the sum is 8", **dict.fromkeys(PARTS, "total is 7, and the sum is 8")
    }  # fmt: skip
    sheet.answer("total", "8")
    assert sheet.faults() == {}
    sheet.review.undo()
    assert len(sheet.faults()) == 3
    sheet.journal.close()
    assert "3 fail a check" in apply(sheet.table)[1]


def test_a_total_is_checked_beside_parts_that_are_in_doubt(tmp_path: Path) -> None:
    """Before anything is said of them; not where a part may be what makes it, or is not read."""
    sheet = bound(tmp_path, total=WRONG_TOTAL, marks_Q1_b=Candidates((("4", 0.9), ("5", 0.01))))
    with pytest.raises(UnlikelyError, match="is 9, and the sum is 7"):
        sheet.answer("total", "9")
    sheet.review.answer(sheet.number("total"), "9", sure=True)
    assert sheet.faults() == {"total": "is 9, and the sum is 7"}
    sheet.review.answer(sheet.number(PARTS[0]), "5", sure=False)
    sheet.review.answer(sheet.number(PARTS[1]), "4", sure=False)
    assert sheet.faults() == {}
    sheet.journal.close()
    (tmp_path / "likely").mkdir()
    either = bound(tmp_path / "likely", marks_Q1_b=Candidates((("4", 0.6), ("6", 0.39))),
                   total=Candidates((("9", 0.6),)))  # fmt: skip
    either.answer("total", "9")
    assert either.faults() == {}
    either.journal.close()
    (tmp_path / "unread").mkdir()
    unread = bound(tmp_path / "unread", marks_Q1_b=Candidates((("", 0.0),), "cannot be read"),
                   total=WRONG_TOTAL)  # fmt: skip
    unread.answer("total", "9")
    assert unread.faults() == {}
    unread.journal.close()


def test_what_was_accepted_by_its_reading_counts_in_checks(tmp_path: Path) -> None:
    sheet = bound(tmp_path, id=Candidates((("4711", 0.9999),), "it is faint"))
    assert [each.field.name for each in sheet.review.doubts] == ["id"]
    told = "no row of the roster has id 4712 and name BOB"
    with pytest.raises(UnlikelyError, match=told):
        sheet.answer("id", "4712")
    sheet.review.answer(0, "4712", sure=True)
    assert sheet.faults() == {"id": told}
    sheet.journal.close()
