from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.doubts import UnlikelyError, WrongError, find_doubts, tidy
from emnist_device.correcting.journal import journal_path, read_journal
from emnist_device.forms.checks import value_of
from emnist_device.forms.reading.candidates import Candidates
from emnist_edge.errors import FormError
from tests.emnist_device.correcting.bound import bound
from tests.emnist_device.correcting.sheets import (
    FIELDS,
    outcomes,
    read_table,
    review_of,
    write_table,
)
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.correcting.review import Review


KINDS = (
    "digits: {kind: digits, box: [20, 40, 42, 9], cells: 6}\n"
    "born: {kind: date, box: [20, 55, 85, 9], cells: 8, format: DD.MM.YYYY}\n"
    "name: {kind: upper, box: [20, 70, 90, 9], cells: 10}\n"
    'tools: {kind: choice, box: [20, 85, 100, 6], options: ["big  ruler", tables], many: true}\n'
    "points: {kind: number, box: [20, 100, 30, 9], cells: 2, decimals: 1}\n"
    'price: {kind: number, box: [20, 115, 50, 9], cells: 4, decimals: 2, decimal_mark: ","}\n'
    "signed: {kind: number, box: [20, 130, 50, 9], cells: 3, decimals: 1, signed: true}\n"
    "written: {kind: number, box: [20, 145, 50, 9], cells: 3, decimals: 1, mark_printed: false}\n"
    "plate: {kind: pattern, box: [20, 160, 60, 9], cells: auto, pattern: AA-999}\n"
    'spaced: {kind: pattern, box: [20, 175, 90, 9], cells: auto, pattern: "9999 9999"}\n'
    'grade: {kind: pattern, box: [20, 190, 9, 9], cells: 1, pattern: "[A-F]"}'
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "out.csv", outcomes(tmp_path))


@pytest.fixture
def review(table: Path) -> Iterator[Review]:
    review, journal = review_of(table)
    yield review
    journal.close()


def answers(review: Review) -> list[str | None]:
    return [review.describe(number)["answer"] for number in range(len(review.doubts))]


def said(table: Path) -> list[tuple[str, str, str]]:
    """Return field, text and value of what was said, in order."""
    kept = read_journal(journal_path(table)).answers
    return [(asked.field, answer.text, answer.value) for asked, answer in kept.items()]


def test_only_what_is_doubtful_is_shown(review: Review) -> None:
    shown = [review.describe(number) for number in range(len(review.doubts))]
    assert [each["name"] for each in shown] == ["born", "tools", "number", "born", "tools"]
    assert [each["sheet"][-5:] for each in shown] == 2 * ["a.png"] + 3 * ["b.png"]
    born, tools, number = shown[:3]
    assert (born["read"], born["hint"], born["numeric"], born["answer"]) == (
        "09.12.1906", "DD.MM.YYYY", True, None,
    )  # fmt: skip
    assert (tools["options"], tools["many"]) == (["ruler", "compass", "tables"], True)
    assert tools["reason"] == "it is faint"
    assert (number["label"], number["others"]) == ("Student number", [["115061", 0.3]])


def test_answers_are_kept_as_the_table_has_them(review: Review, table: Path) -> None:
    review.answer(0, "24121910", sure=False)
    review.answer(1, "tables;ruler", sure=False)
    review.answer(2, " 115 061 ", sure=True)
    assert said(table) == [
        ("born", "24.12.1910", "1910-12-24"),
        ("tools", "ruler;tables", "ruler;tables"),
        ("number", "115 061", "115 061"),
    ]
    assert answers(review)[:2] == ["24.12.1910", "ruler;tables"]


def test_what_fails_a_check_is_taken_from_who_is_sure(review: Review, table: Path) -> None:
    for number, text in ((0, "31.02.1906"), (2, "11506A"), (1, "saw")):
        with pytest.raises((UnlikelyError, WrongError)):
            review.answer(number, text, sure=False)
    assert said(table) == []
    review.answer(0, "31.02.1906", sure=True)
    review.answer(2, "", sure=False)  # blank is no matter where a field may be
    with pytest.raises(WrongError, match="'saw', which is no option"):
        review.answer(1, "saw", sure=True)
    assert said(table) == [("born", "31.02.1906", "31.02.1906"), ("number", "", "")]


def test_two_marks_are_taken_from_who_is_sure(tmp_path: Path) -> None:
    sheet = bound(tmp_path, answer=Candidates((("C;D", 0.9),), "has 2 marks"))
    number = sheet.number("answer")
    with pytest.raises(UnlikelyError, match="has 2 marks, where one may be made"):
        sheet.review.answer(number, "D;C", sure=False)
    sheet.review.answer(number, "D;C", sure=True)
    with pytest.raises(WrongError, match="'E', which is no option"):
        sheet.review.answer(number, "C;E", sure=True)
    assert said(sheet.table) == [("answer", "C;D", "C;D")]
    assert sheet.review.describe(number)["fault"] == "has 2 marks, where one may be made"
    sheet.journal.close()


def test_what_becomes_of_a_text_is_known_before(tmp_path: Path) -> None:
    sheet = bound(tmp_path, points=Candidates((("0.5", 0.6),)), name=Candidates((("", 0.5),)))
    points, name = sheet.number("points"), sheet.number("name")
    for number, text, unlikely, taken in (
        (points, "05", "", "0.5"),
        (points, "0.5", "", ""),
        (points, "5", "", "5"),
        (points, "", "", ""),
        (points, "Biology", "Biology is no number", ""),
        (points, "0.55", "0.55 has more than 1 decimal", ""),
        (name, "Ada", "", ""),
        (name, "Ada3", "has '3', which it cannot have", ""),
    ):
        assert sheet.review.check(number, text) == {"unlikely": unlikely, "taken": taken}
    with pytest.raises(WrongError, match="500 characters"):
        sheet.review.check(points, "1" * 501)
    sheet.journal.close()
    assert said(sheet.table) == []


def test_what_is_probably_wrong_is_asked_for_before_what_is_in_doubt_beside_it(
    tmp_path: Path,
) -> None:
    sheet = bound(
        tmp_path, total=Candidates((("9", 0.9),)), answer=Candidates((("A", 0.9),), "it is faint")
    )
    names = [doubt.field.name for doubt in sheet.review.doubts]
    assert names == ["answer", "total", "marks.Q1.a", "marks.Q1.b"]
    sheet.journal.close()


def test_cells_of_a_grid_are_called_by_their_row_and_column(tmp_path: Path) -> None:
    sheet = bound(tmp_path, marks_Q1_b=Candidates((("4", 0.9),), "it is faint"))
    labels = {each["name"]: each["label"] for each in map(sheet.review.describe, range(1))}
    assert labels == {"marks.Q1.b": "Marks, row Q1, column b"}
    sheet.journal.close()


@pytest.mark.parametrize("text", ["1" * 501, "1\x002", "\u202e12", "\ud800"])
def test_what_nobody_writes_is_not_taken(review: Review, text: str) -> None:
    with pytest.raises(WrongError):
        review.answer(2, text, sure=True)
    for number in (-1, 5):
        with pytest.raises(WrongError, match="no such field"):
            review.answer(number, "1", sure=True)


def test_the_last_answer_is_taken_back_also_after_a_restart(table: Path) -> None:
    review, journal = review_of(table)
    review.answer(0, "24.12.1910", sure=False)
    review.answer(2, "115061", sure=False)
    journal.close()
    review, journal = review_of(table)
    assert answers(review) == ["24.12.1910", None, "115061", None, None]
    assert [review.undo(), review.undo(), review.undo()] == [2, 0, None]
    assert answers(review) == [None] * 5
    journal.close()


def test_answers_to_another_reading_are_not_shown_nor_taken_back(tmp_path: Path) -> None:
    table = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    review, journal = review_of(table)
    review.answer(0, "24.12.1910", sure=False)
    journal.close()
    (tmp_path / "a.png").write_bytes((tmp_path / "b.png").read_bytes() + b" ")
    table.unlink()
    write_table(table, outcomes(tmp_path))
    review, journal = review_of(table)
    assert answers(review) == [None] * 5
    assert review.undo() is None
    journal.close()


def test_a_template_of_another_form_or_version_is_told(tmp_path: Path, table: Path) -> None:
    sheets = read_table(table)
    other = make_template(tmp_path, FIELDS, form="other")
    with pytest.raises(FormError, match=r"a\.png: is a sheet of form small; name its template"):
        find_doubts(sheets, [other])
    (tmp_path / "b").mkdir()
    newer = make_template(tmp_path / "b", FIELDS.replace("born", "birthday"))
    with pytest.raises(FormError, match="has field born, which is not in the template"):
        find_doubts(sheets, [newer])


@pytest.mark.parametrize(
    ("field", "typed", "text", "value"),
    [
        ("digits", "12", "12", "12"),
        ("born", "24121910", "24.12.1910", "1910-12-24"),
        ("born", "24.12.1910", "24.12.1910", "1910-12-24"),
        ("born", "99999999", "99.99.9999", "99.99.9999"),
        ("born", "24.12.10", "24.12.10", "24.12.10"),
        ("name", "ada  love", "ADA LOVE", "ADA LOVE"),
        ("tools", "tables;big  ruler;tables", "big  ruler;tables", "big  ruler;tables"),
        ("tools", "", "", ""),
        ("points", "05", "0.5", "0.5"),
        ("points", "15", "1.5", "1.5"),
        ("points", "0.5", "0.5", "0.5"),
        ("points", ".5", ".5", "0.5"),
        ("points", "7", "7", "7"),
        ("price", "1234", "12,34", "12.34"),
        ("price", "12,3", "12,3", "12.3"),
        ("price", "1.23", "1.23", "1.23"),
        ("signed", "-15", "-1.5", "-1.5"),
        ("signed", "015", "01.5", "1.5"),
        ("signed", "1.5", "1.5", "1.5"),
        ("written", "105", "105", "105"),
        ("plate", "AB123", "AB-123", "AB-123"),
        ("plate", "AB-123", "AB-123", "AB-123"),
        ("plate", "ab123", "AB-123", "AB-123"),
        ("plate", "ab12", "ab12", "ab12"),
        ("grade", "a", "A", "A"),
        ("grade", "g", "g", "g"),
        ("spaced", "12345678", "1234 5678", "1234 5678"),
    ],
)
def test_what_is_typed_is_tidied(
    tmp_path: Path, field: str, typed: str, text: str, value: str
) -> None:
    leaves = {leaf.name: leaf for _, leaf in make_template(tmp_path, KINDS).leaves()}
    tidied = tidy(leaves[field], typed)
    assert (tidied, value_of(leaves[field], tidied)) == (text, value)
