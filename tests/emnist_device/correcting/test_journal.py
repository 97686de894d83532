from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.journal import Journal, journal_path, read_journal
from emnist_device.correcting.said import After, Answer, Asked, Settled
from emnist_edge.errors import FormError

if TYPE_CHECKING:
    from pathlib import Path

# The beginning of a line, which has more.
_ANSWERED = b'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": "d", "value": "e",'
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
            journal.say(each[0], "read", Answer(each[1], each[1].lower()), After())
    return journal


def test_what_was_said_is_there_without_being_closed(path: Path) -> None:
    assert path.name == "out.csv.corrections.jsonl"
    journal = say(path, (ONE, "É"), (TWO, ""), (ONE, "B"))
    assert read_journal(path).answers == {ONE: Answer("B", "b"), TWO: Answer("", "")}
    journal.close()


def test_answers_are_taken_back_one_after_another_also_later(path: Path) -> None:
    say(path, (ONE, "A"), (TWO, "C"), (ONE, "B")).close()
    journal = say(path, None)
    assert journal.said.answers == {ONE: Answer("A", "a"), TWO: Answer("C", "c")}
    assert journal.undo() == TWO
    assert journal.undo() == ONE
    assert journal.undo() is None
    assert journal.said.answers == {}
    journal.say(TWO, "", Answer("D", "d"), After())
    journal.close()
    assert read_journal(path).answers == {TWO: Answer("D", "d")}


def test_a_journal_cut_anywhere_has_what_was_whole(path: Path) -> None:
    say(path, (ONE, "A"), (TWO, "B"), None).close()
    content = path.read_bytes()
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    for cut in sorted({*range(0, len(content), 5), *ends}):
        path.write_bytes(content[:cut])
        lines = sum(end <= cut for end in ends)  # with the end of its line or without
        said = read_journal(path)
        assert len(said.answers) == (0, 1, 2, 1)[lines]
        assert said.cut == (0 if cut in {0, *ends, *(end + 1 for end in ends)} else lines + 1)
        if cut % 40 == 0 or cut in ends:
            say(path, (ONE, "Z")).close()
            assert read_journal(path).answers[ONE] == Answer("Z", "z")
            assert len(read_journal(path).answers) == (1, 1, 2, 1)[lines]


@pytest.mark.parametrize(
    ("before", "after", "number", "told"),
    [
        (b"\n", b"\r", 1, "Extra data.* lines do not end as this program ends them"),
        (b'"value": "b", ', b'"value": "b, ', 3, "Expecting ',' del"),
    ],
)
def test_an_answer_that_an_editor_has_damaged_is_not_taken_for_one_that_is_cut(
    path: Path, before: bytes, after: bytes, number: int, told: str
) -> None:
    say(path, (ONE, "A"), (TWO, "C"), (ONE, "B")).close()
    content = path.read_bytes()
    if number == 1:
        content = content.replace(before, after)
    else:  # the last answer, without the end of its line
        content = content[: content.rindex(before)] + after + content.split(before)[-1][:-1]
    path.write_bytes(content)
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match=rf"line {number} is no correction .{told}"):
            read(path)
    assert path.read_bytes() == content


def test_what_is_left_of_an_answer_is_kept_aside_and_replaces_nothing(path: Path) -> None:
    for name, rest in (("", b'{"image": "a'), ("-2", b"{"), ("-3", b'{"ima')):
        say(path, (ONE, "A")).close()
        path.write_bytes(path.read_bytes() + rest)
        journal = Journal(path)
        journal.close()
        assert journal.kept == path.with_name(f"{path.name}.cut{name}")
    cuts = [each.read_bytes() for each in sorted(path.parent.glob("*.cut*"))]
    assert cuts == [b'{"image": "a', b"{", b'{"ima']
    path.write_bytes(b"{")
    Journal(path).close()
    assert not path.exists()
    assert path.with_name(f"{path.name}.cut-4").read_bytes() == b"{"


def test_nothing_is_deleted_before_something_is_said(path: Path) -> None:
    say(path, (ONE, "A")).close()
    content = path.read_bytes().removesuffix(b"\n")
    path.write_bytes(content)
    Journal(path).close()
    assert path.read_bytes() == content + b"\n"
    assert read_journal(path).answers == {ONE: Answer("A", "a")}


@pytest.mark.parametrize(
    "content", [b"\0", b"\0" * 4096, b"hello", b"{}", b"[1]\n", b'{"imagine": 1', b"\n"]
)
def test_what_is_no_journal_is_neither_taken_for_one_nor_cut(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match="line 1 is no correction"):
            read(path)
    assert path.read_bytes() == content


def test_an_answer_that_is_not_kept_leaves_the_journal_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = say(path, (ONE, "A"))
    content = path.read_bytes()

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(FormError, match="what was said last is not kept"):
            journal.say(TWO, "", Answer("B", "b"), After())
    write = os.write

    def write_some(number: int, line: bytes) -> int:
        if os.fstat(number).st_size > len(content):
            raise OSError(28, "No space left on device")
        return write(number, line[:9])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write_some)
        with pytest.raises(FormError, match=r"No space left on device.; what was said last"):
            journal.undo()
    assert path.read_bytes() == content
    assert journal.said.answers == {ONE: Answer("A", "a")}
    journal.close()


def test_one_at_a_time_and_none_is_left_where_nothing_was_said(path: Path) -> None:
    first = Journal(path)
    with pytest.raises(FormError, match="another form review of this table is running"):
        Journal(path)
    first.close()
    assert not path.exists()
    Journal(path).close()


def test_what_answers_make_of_a_sheet_goes_with_them(path: Path) -> None:
    first = After({"other": Settled("0.5", "0.5", 0.99)}, {"name": "is no B"}, 4)
    journal = Journal(path)
    journal.say(ONE, "read", Answer("A", "a"), first)
    assert journal.said.after == {ONE.sheet: first}
    journal.say(replace(ONE, field="more"), "read", Answer("B", "b"), After(row=None))
    assert read_journal(path).after == {ONE.sheet: After(row=None)}
    journal.undo()
    assert read_journal(path).after == journal.said.after == {ONE.sheet: first}
    journal.undo()
    assert read_journal(path).after == journal.said.after == {}
    journal.close()


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[1]",
        b"[" * 9999,
        b'{"image": "a", "page": [], "reading": "b", "field": "c", "text": "d", "value": "e"}',
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": 3, "value": "e"}',
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "undo": true}',
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "undo": 1}',
        b'{"image": "a", "page": 1.0, "reading": "b", "field": "c", "text": "d", "value": "e"}',
        b'{"image": "a", "page": 1, "reading": "b',
        rb'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": "\ud800", "value": "e"}',
        rb'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": "d", "value": "\udce9"}',
        rb'{"image": "\ud800", "page": 1, "reading": "b", "field": "c", "text": "d", "value": "e"}',
        b'{"image": "a", "page": true, "reading": "b", "field": "c", "text": "d", "value": "e"}',
        b'{"image": "a", "page": 0, "reading": "b", "field": "c", "text": "d", "value": "e"}',
        _ANSWERED + b' "settled": {"x": {"text": "1", "value": "1", "probability": 2}}}',
        _ANSWERED + b' "page": 1}',  # two lines in one
        _ANSWERED + b' "settled": 1}',
        _ANSWERED + b' "faults": {"c": 1}}',
        _ANSWERED + b' "faults": "c"}',
        _ANSWERED + b' "row": "1"}',
        _ANSWERED + b' "row": -1}',
        _ANSWERED + b' "row": true}',
        _ANSWERED + b' "row": ' + b"9" * 4000 + b"}",
        _ANSWERED + rb' "faults": {"c": "\ud800"}}',
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


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{}", "page is missing"),
        (b"[1]", "it is no object"),
        (b"null", "it is no object"),
        (b'{"page": 1}', "image is missing"),
        (b'{"image": "a", "page": 1, "reading": null}', "reading is no text"),
        (b'{"image": "a", "page": 1, "reading": "b", "field": "c"}', "text is missing"),
        (_ANSWERED + b' "tells": "number"}', "tells is no list"),
        (_ANSWERED + b' "tells": null}', "tells is no list"),
        (_ANSWERED + b' "tells": [null]}', "a name of tells is no text"),
        (_ANSWERED + b' "settled": null}', "settled is no object"),
        (_ANSWERED + b' "settled": {"x": null}}', "settled x is no object"),
        (_ANSWERED + b' "settled": {"x": {"text": "1"}}}', "value is missing"),
        (_ANSWERED + b' "faults": "c"}', "faults is no object"),
        (_ANSWERED + b' "faults": {"c": null}}', "a fault is no text"),
    ],
)
def test_what_is_wrong_in_a_line_is_said_in_plain_words(path: Path, line: bytes, why: str) -> None:
    path.write_bytes(line + b"\n")
    with pytest.raises(FormError, match=rf"line 1 is no correction \({why}\); mend it"):
        read_journal(path)


def test_what_cannot_be_a_journal_is_said(path: Path) -> None:
    path.mkdir()
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match="is no file; move it away"):
            read(path)


def test_a_pipe_or_a_device_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match="is no file; move it away"):
            read(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    for read in (read_journal, Journal):
        with pytest.raises(FormError, match="is no file; move it away"):
            read(path)
