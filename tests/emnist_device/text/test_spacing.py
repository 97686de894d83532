from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emnist_device.page import Box
from emnist_device.text.spacing import word_gaps, words


def boxes(*lefts: int) -> list[Box]:
    return [Box(left, 0, 20, 40) for left in lefts]


def test_a_wide_gap_parts_words() -> None:
    assert word_gaps(boxes(0, 25, 50, 120, 145)) == [False, False, True, False]


def test_evenly_spaced_characters_are_one_word_however_wide_the_gap() -> None:
    assert word_gaps(boxes(0, 100, 200, 300)) == [False] * 3


def test_one_character_has_no_gap() -> None:
    assert word_gaps(boxes(5)) == []


def test_words_are_runs_between_spaces_and_lone_characters_go_together() -> None:
    assert words([[False, True, False], []]) == [[0, 1], [2, 3], [4]]
    assert words([[True, True, True, False]]) == [[0, 1, 2], [3, 4]]


@given(st.lists(st.lists(st.booleans(), max_size=6), max_size=5))
def test_words_hold_each_row_once_in_order(spaces: list[list[bool]]) -> None:
    rows = [row for word in words(spaces) for row in word]
    assert rows == list(range(sum(len(gaps) + 1 for gaps in spaces)))
