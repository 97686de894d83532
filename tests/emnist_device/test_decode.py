from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_device.decode import decode, word_gaps, words
from emnist_device.page import Box
from emnist_edge.alphabet import BYMERGE


def boxes(*lefts: int, y: int = 0) -> list[Box]:
    return [Box(left, y, 20, 40) for left in lefts]


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


def test_decode_gives_text_boxes_and_ranked_alternatives() -> None:
    table = np.full((3, 47), 0.001, np.float32)
    for row, char in enumerate("AB7"):
        table[row, BYMERGE.index(char)] = 0.9
    table[0, BYMERGE.index("H")] = 0.05
    lines = decode(table, [boxes(0, 25), boxes(3, y=80)], BYMERGE, 2)
    assert [line.text for line in lines] == ["AB", "7"]
    assert lines[0].box == Box(0, 0, 45, 40)
    first = lines[0].characters[0]
    assert first.box == Box(0, 0, 20, 40)
    assert len(first.alternatives) == 2
    assert first.alternatives[0].char == "H"
    assert first.confidence > first.alternatives[0].confidence > first.alternatives[1].confidence


@pytest.mark.parametrize("top_k", [0, 1, 46])
def test_as_many_alternatives_as_asked_for(top_k: int) -> None:
    table = np.random.default_rng(0).dirichlet(np.ones(47), 1).astype(np.float32)
    (line,) = decode(table, [boxes(0)], BYMERGE, top_k)
    alternatives = line.characters[0].alternatives
    assert len(alternatives) == top_k
    assert line.characters[0].char not in {alternative.char for alternative in alternatives}


def test_an_empty_page_has_no_lines() -> None:
    assert decode(np.zeros((0, 47), np.float32), [], BYMERGE, 3) == ()
