from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.page import Character, Line
from emnist_device.text.spelling import (
    Spelled,
    box_between,
    find_between,
    make_words,
    split_words,
    tidy,
)

MARKS = st.text("- /", max_size=4)


def characters(text: str) -> list[Character]:
    """Return characters 20 wide, 10 apart."""
    boxes = [Box(30 * place, 5, 20, 30) for place in range(len(text))]
    return [Character(char, 0.5, box, ()) for char, box in zip(text, boxes, strict=True)]


def test_words_of_characters_and_of_marks() -> None:
    assert split_words(("#", "", " - ", " (", "/) %")) == [
        Spelled(range(2), ("#", "")),
        Spelled(range(2, 2), (), "-"),
        Spelled(range(2, 3), ("",)),
        Spelled(range(3, 4), ("(",), "/)"),
        Spelled(range(4, 4), (), "%"),
    ]


def test_words_know_what_is_printed_in_them_and_how_sure_they_are() -> None:
    asked: list[range] = []

    def confidence(rows: range) -> float:
        asked.append(rows)
        return 0.4

    words = make_words(characters("AB1C"), ("#", "-", " - ", " ", "!"), confidence)
    assert [word.text for word in words] == ["#A-B", "-", "1", "C!"]
    assert [[c.before for c in word.characters] for word in words] == [["#", "-"], [], [""], [""]]
    assert [word.after for word in words] == ["", "-", "", "!"]
    assert [word.confidence for word in words] == [0.4, 1, 0.4, 0.4]
    assert asked == [range(2), range(2, 3), range(3, 4)]
    assert [word.box for word in words[:2]] == [Box(0, 5, 50, 30), Box(50, 5, 10, 30)]


def test_spaces_are_single_and_within_the_line() -> None:
    assert tidy(("  (", " -  ", ")  ")) == ("(", " - ", ")")


@given(st.lists(st.tuples(MARKS, st.sampled_from("A7?")), min_size=1, max_size=5), MARKS)
def test_words_make_up_the_text_and_hold_each_character_once(
    pairs: list[tuple[str, str]], last: str
) -> None:
    own = characters("".join(char for _, char in pairs))
    between = tidy((*(mark for mark, _ in pairs), last))
    line = Line(make_words(own, between, lambda _: 0.5))
    marked = zip(between, [*(c.char for c in own), ""], strict=True)
    assert line.text == "".join(mark + char for mark, char in marked)
    assert line.text.split() == [word.text for word in line.words]
    assert [(c.char, c.box) for c in line.characters] == [(c.char, c.box) for c in own]
    assert line.box == reduce(Box.union, (c.box for c in own))
    assert find_between(line) == between


def test_marks_lie_in_the_gap_where_they_are_printed() -> None:
    boxes = [Box(10, 5, 20, 30), Box(50, 8, 20, 30), Box(65, 8, 20, 20)]
    assert box_between(boxes, 1) == Box(30, 5, 20, 33)
    assert box_between(boxes, 2) == Box(65, 8, 5, 30)  # where two overlap
    assert box_between(boxes, 0) == Box(10, 5, 1, 30)
    assert box_between(boxes, 3) == Box(84, 8, 1, 20)
