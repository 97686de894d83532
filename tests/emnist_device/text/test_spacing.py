from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emnist_device.page import Box
from emnist_device.text.spacing import find_words, place_lines, word_gaps


def boxes(*lefts: int) -> list[Box]:
    return [Box(left, 0, 20, 40) for left in lefts]


def test_a_wide_gap_parts_words() -> None:
    assert word_gaps(boxes(0, 25, 50, 120, 145)) == [False, False, True, False]


def test_evenly_spaced_characters_are_one_word_however_wide_the_gap() -> None:
    assert word_gaps(boxes(0, 100, 200, 300)) == [False] * 3


def test_gaps_that_differ_a_little_part_no_words() -> None:
    assert word_gaps(boxes(0, 42, 84, 132, 174)) == [False] * 4
    assert word_gaps(boxes(0, 42, 84, 144, 186)) == [False, False, True, False]


def test_one_character_has_no_gap() -> None:
    assert word_gaps(boxes(5)) == []


def test_words_are_runs_between_spaces_and_lone_characters_go_together() -> None:
    assert find_words([False, False, True, False], 0) == (range(2), range(2, 4))
    assert find_words([False, True, True, True, False], 7) == (range(7, 10), range(10, 12))


@given(st.lists(st.booleans(), max_size=6), st.integers(0, 9))
def test_words_hold_each_row_once_in_order(gaps: list[bool], first: int) -> None:
    rows = [row for word in find_words([False, *gaps], first) for row in word]
    assert rows == list(range(first, first + len(gaps) + 1))


def test_lines_know_their_rows_and_the_gaps_of_any_of_them() -> None:
    one, other = place_lines([boxes(5), boxes(0, 25, 50, 120, 145, 200)])
    assert (one.rows, one.words) == (range(1), (range(1),))
    assert (other.rows, other.words) == (range(1, 7), (range(1, 4), range(4, 6), range(6, 7)))
    assert other.gaps_of(other.rows) == other.gaps == (False, False, False, True, False, True)
    assert other.gaps_of(range(4, 6)) == (False, False)
    assert other.gaps_of(range(3, 7)) == (False, True, False, True)
