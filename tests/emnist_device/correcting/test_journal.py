from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.journal import Asked, Journal, journal_path, read_journal
from emnist_edge.errors import FormError

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = (Asked("a\udce9.png", number, "9f", "name") for number in (1, None))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "out.csv")


def say(path: Path, *said: tuple[Asked, str] | None) -> Journal:
    """Return a journal in which this was said now; None takes the last answer back."""
    journal = Journal(path)
    for each in said:
        if each is None:
            journal.undo()
        else:
            journal.say(each[0], "read", (each[1], each[1].lower()))
    return journal


def test_what_was_said_is_there_without_being_closed(path: Path) -> None:
    assert path.name == "out.csv.corrections.jsonl"
    journal = say(path, (ONE, "É"), (TWO, ""), (ONE, "B"))
    assert read_journal(path).answers == {ONE: ("B", "b"), TWO: ("", "")}
    journal.close()


def test_answers_are_taken_back_one_after_another_also_later(path: Path) -> None:
    say(path, (ONE, "A"), (TWO, "C"), (ONE, "B")).close()
    journal = say(path, None)
    assert journal.said.answers == {ONE: ("A", "a"), TWO: ("C", "c")}
    assert journal.undo() == TWO
    assert journal.undo() == ONE
    assert journal.undo() is None
    assert journal.said.answers == {}
    journal.say(TWO, "", ("D", "d"))
    journal.close()
    assert read_journal(path).answers == {TWO: ("D", "d")}


def test_a_journal_cut_anywhere_has_what_was_whole(path: Path) -> None:
    say(path, (ONE, "A"), (TWO, "B"), None).close()
    content = path.read_bytes()
    ends = [0, *(place + 1 for place, byte in enumerate(content) if byte == ord("\n"))]
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        lines = sum(end <= cut for end in ends[1:])
        assert len(read_journal(path).answers) == (0, 1, 2)[lines]
        if cut % 40 == 0:
            say(path, (ONE, "Z")).close()
            assert read_journal(path).answers[ONE] == ("Z", "z")


def test_one_at_a_time_and_none_is_left_where_nothing_was_said(path: Path) -> None:
    first = Journal(path)
    with pytest.raises(FormError, match="another form review of this table is running"):
        Journal(path)
    first.close()
    assert not path.exists()
    Journal(path).close()


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[1]",
        b"[" * 9999,
        b'{"image": "a", "page": [], "reading": "b", "field": "c", "text": "d", "value": "e"}',
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": 3, "value": "e"}',
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "undo": true}',
        b"\xff",
    ],
)
def test_a_damaged_line_is_named_and_nothing_is_lost(path: Path, line: bytes) -> None:
    say(path, (ONE, "A")).close()
    content = path.read_bytes() + line + b"\n"
    path.write_bytes(content)
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match="line 2 is no correction"):
            read(path)
    assert path.read_bytes() == content


def test_what_cannot_be_a_journal_is_said(path: Path) -> None:
    path.mkdir()
    with pytest.raises(FormError, match="is no file"):
        Journal(path)
    with pytest.raises(FormError, match="cannot be read"):
        read_journal(path)
