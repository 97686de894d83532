from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emnist_device.page import Box
from emnist_device.text.spelling import Spelled, box_between, split_words, tidy

MARKS = st.text("- /", max_size=4)


def test_words_of_characters_and_of_marks() -> None:
    assert split_words("AB1C", ("#", "", " - ", " ", " %")) == [
        Spelled("#AB", range(2)),
        Spelled("-", range(2, 2)),
        Spelled("1", range(2, 3)),
        Spelled("C", range(3, 4)),
        Spelled("%", range(4, 4)),
    ]


def test_spaces_are_single_and_within_the_line() -> None:
    assert tidy(("  (", " -  ", ")  ")) == ("(", " - ", ")")


@given(
    st.lists(st.tuples(MARKS, st.sampled_from("A7?")), min_size=1, max_size=5),
    MARKS,
)
def test_words_make_up_the_text_and_hold_each_character_once(
    pairs: list[tuple[str, str]], last: str
) -> None:
    chars = [char for _, char in pairs]
    between = tidy((*(mark for mark, _ in pairs), last))
    words = split_words(chars, between)
    text = "".join(mark + char for mark, char in zip(between, [*chars, ""], strict=True))
    assert " ".join(word.text for word in words) == text
    assert [word.text for word in words] == text.split()
    assert [row for word in words for row in word.rows] == list(range(len(chars)))
    for word in words:
        assert [c for c in word.text if c in "A7?"] == [chars[row] for row in word.rows]


def test_marks_lie_in_the_gap_where_they_are_printed() -> None:
    boxes = [Box(10, 5, 20, 30), Box(50, 8, 20, 30), Box(65, 8, 20, 20)]
    assert box_between(boxes, 1) == Box(30, 5, 20, 33)
    assert box_between(boxes, 2) == Box(65, 8, 5, 30)  # where two overlap
    assert box_between(boxes, 0) == Box(10, 5, 1, 30)
    assert box_between(boxes, 3) == Box(84, 8, 1, 20)
