from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.doubts import UnlikelyError, WrongError, find_doubts, tidy
from emnist_device.correcting.journal import journal_path, read_journal
from emnist_edge.errors import FormError
from tests.emnist_device.correcting.sheets import (
    FIELDS,
    outcomes,
    read_table,
    review_of,
    template,
    write_table,
)
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.correcting.doubts import Review


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "out.csv", outcomes(tmp_path))


@pytest.fixture
def review(table: Path) -> Iterator[Review]:
    review, journal = review_of(table)
    yield review
    journal.close()


def said(table: Path) -> list[tuple[str, str, str]]:
    """Return field, text and value of what was said, in order."""
    answers = read_journal(journal_path(table)).answers
    return [(asked.field, *answer) for asked, answer in answers.items()]


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
    assert review.state(0) == {"number": 0, "answer": "24.12.1910"}


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
    assert [review.state(n)["answer"] for n in (0, 2)] == ["24.12.1910", "115061"]
    assert [review.undo(), review.undo(), review.undo()] == [2, 0, None]
    assert review.state(0)["answer"] is None
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
    assert review.state(0)["answer"] is None
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
    ("field", "typed", "text"),
    [
        ("number", "12", "12"),
        ("born", "24121910", "24.12.1910"),
        ("born", "24.12.1910", "24.12.1910"),
        ("born", "99999999", "99.99.9999"),
        ("name", "ada  love", "ADA LOVE"),
        ("tools", "tables;ruler;ruler", "ruler;tables"),
        ("tools", "", ""),
    ],
)
def test_what_is_typed_is_tidied(tmp_path: Path, field: str, typed: str, text: str) -> None:
    leaves = {leaf.name: leaf for _, leaf in template(tmp_path).leaves()}
    assert tidy(leaves[field], typed) == text
