from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.scoring.matching import BoxLike, f1, match_boxes, name_faults

A, B, C = (0, 0, 10, 20), (12, 0, 10, 20), (40, 0, 10, 20)


def test_boxes_match_from_half_their_union_on() -> None:
    assert match_boxes([A], [A]) == {0: 0}
    assert match_boxes([A], [(0, 0, 10, 10)]) == {0: 0}  # 100 of 200
    assert match_boxes([A], [(0, 0, 10, 9)]) == {}
    assert match_boxes([A], [(0, 0, 10, 41)]) == {}
    assert match_boxes([A], [(5, 0, 10, 20)]) == {}  # 100 of 300
    assert match_boxes([A, B, C], []) == {}
    assert match_boxes([], [A]) == {}


def test_each_box_matches_once_and_the_best_first() -> None:
    near, exact = (0, 0, 10, 18), A
    assert match_boxes([A], [near, exact]) == {0: 1}
    assert match_boxes([near, A], [A]) == {1: 0}
    assert match_boxes([A, B, C], [C, A, B]) == {0: 1, 1: 2, 2: 0}


@pytest.mark.parametrize(
    ("found", "misses", "alarms"),
    [
        ([A, B, C], {}, {}),
        ([(0, 0, 22, 20), C], {"merged": 2}, {"merge": 1}),
        ([A, B, (40, 0, 4, 20), (46, 0, 4, 20)], {"split": 1}, {"part": 2}),
        ([A, B], {"lost": 1}, {}),
        ([A, B, C, (80, 0, 5, 5)], {}, {"paper": 1}),
        ([A, B, (40, 0, 10, 7)], {"partly": 1}, {"part": 1}),
        ([A, B, (44, 8, 24, 24)], {"partly": 1}, {"badly cut": 1}),
    ],
)
def test_faults_are_named(
    found: list[BoxLike], misses: dict[str, int], alarms: dict[str, int]
) -> None:
    truth = [A, B, C]
    named = name_faults(truth, found, match_boxes(truth, found))
    assert named == (misses, alarms)


def test_f1_is_the_harmonic_mean() -> None:
    assert f1(3, 4, 6) == pytest.approx(2 * 0.75 * 0.5 / 1.25)
    assert f1(0, 4, 0) == 0
    assert f1(0, 0, 0) == 1


BOXES = st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2), max_size=8)


@given(BOXES, BOXES)
def test_every_fault_is_counted_once(truth: list[BoxLike], found: list[BoxLike]) -> None:
    matched = match_boxes(truth, found)
    assert len(set(matched.values())) == len(matched)
    misses, alarms = name_faults(truth, found, matched)
    assert misses.total() == len(truth) - len(matched)
    assert alarms.total() == len(found) - len(matched)
