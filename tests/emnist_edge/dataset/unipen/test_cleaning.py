from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.dataset.unipen.cleaning import (
    FAULTS,
    count_faults,
    find_faults,
    find_text_faults,
    smooth,
    usable_texts,
    writer_folds,
)
from tests.pen_strokes import character, cross, several, stroke, texts

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.dataset.unipen.characters import Character

BAR, FOOT = stroke((0, 0), (30, 1000)), stroke((0, 0), (1000, 60))
POINT = stroke((0, 0), (0, 0))
FAULTY = [
    ("A", cross(), ""),
    ("A", (), "empty"),
    ("A", (cross()[0], BAR[:0]), "empty"),
    ("i", (POINT, POINT), "dot"),
    (".", (POINT,), ""),
    ("'", (POINT,), "dot"),
    ("X", (cross()[0][:5],), "short"),
    ("1", (BAR[:3],), ""),
    ("T", (BAR, BAR + 2), "flat"),
    ("E", (FOOT,), "flat"),
    ("1", (BAR,), ""),
    ("-", (FOOT,), ""),
    ("l", (FOOT,), "lying"),
    ("I", (stroke((0, 0), (1000, 300)),), "lying"),
    ("I", (stroke((0, 0), (500, 0)), stroke((250, 0), (250, 900))), ""),
]


@pytest.mark.parametrize(("label", "strokes", "fault"), FAULTY)
def test_each_kind_of_fault_is_found(label: str, strokes: tuple[object, ...], fault: str) -> None:
    made: Character = character(label)
    object.__setattr__(made, "strokes", strokes)
    assert find_faults(make_characters([made])).tolist() == [fault]


def test_of_the_same_points_the_first_stays_or_none() -> None:
    found = find_faults(
        make_characters(
            [
                character("X", *cross(1)),
                character("X", *cross(2)),
                character("X", *cross(1)),
                character("K", *cross(3)),
                character("X", *cross(3)),
                character("X", *cross(1)[::-1]),  # the other way round: it was written again
                character(".", POINT),
                character(".", POINT),
            ]
        )
    )
    assert found.tolist() == ["", "", "repeated", "contradicting", "contradicting", "", "", ""]
    assert count_faults(found) == {"repeated": 1, "contradicting": 2}
    assert set(found.tolist()) - {""} <= set(FAULTS)


def test_nothing_is_wrong_with_nothing() -> None:
    assert find_faults(make_characters([])).shape == (0,)
    assert smooth(make_characters([])).points.shape == (0, 2)


@pytest.mark.parametrize(
    ("label", "size", "fault"),
    [
        ("K", 7, "size"),
        ("K", 5, ""),
        ("K", 0.1, "size"),
        ("#", 7, ""),
        ("#", 20, "size"),
        ("#", 0.1, ""),
    ],
)
def test_sizes_are_absurd_beside_the_others_of_a_text(label: str, size: float, fault: str) -> None:
    text = texts("ABCDE", "F")
    large = [(part * 0.3 * size).astype(np.int32) for part in cross()]
    letters = [*text[0].characters, character(label, *large)]
    together = type(text)(make_characters(letters), np.array([0, 5, 6]), text.clean)
    faults = find_text_faults(together)
    assert faults.tolist() == [""] * 5 + [fault]
    assert usable_texts(together, faults).tolist() == ([0] if fault else [0, 1])


def test_texts_written_over_each_other_are_not_usable() -> None:
    text = texts("AB", "CD", clean=False)
    assert usable_texts(text, find_text_faults(text)).tolist() == []


def test_steps_of_a_tablet_are_smoothed() -> None:
    at = np.linspace(0, 1, 60)
    curve = np.column_stack([1000 * at, 1000 * at**2])
    coarse = np.rint(curve / 50) * 50
    smoothed = smooth(make_characters([character("J", coarse.astype(np.int32))]))
    off = [np.abs(path[3:-3] - curve[3:-3]).mean() for path in (coarse, smoothed.points)]
    assert off[1] < 0.6 * off[0]
    assert smoothed.points[[0, -1]].tolist() == coarse[[0, -1]].tolist()


def test_corners_of_fine_tablets_stay() -> None:
    corner = stroke((0, 1000), (500, 0), (1000, 1000)) + np.array([[0, 1], [0, 0], [1, 0]] * 4)[:11]
    smoothed = smooth(make_characters([character("A", corner)]))
    assert np.abs(smoothed.points - corner).max() <= 0.051 * 1001
    small = smooth(make_characters([character("A", corner), character("V", corner * 20)]))
    assert np.allclose(small.points[11:], 20 * small.points[:11], atol=0.02)


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(*[st.integers(0, 1000)] * 2), max_size=9), max_size=5))
def test_points_move_little_and_only_inside_of_strokes(
    strokes: list[list[tuple[int, int]]],
) -> None:
    made = character("A")
    parts = tuple(np.array(points, np.int32).reshape(-1, 2) for points in strokes)
    object.__setattr__(made, "strokes", parts)
    before = make_characters([made])
    after = smooth(before)
    moved = np.abs(after.points - before.points)
    assert moved.max(initial=0) <= 0.05 * before.sizes().max() + 1e-3
    for one, other in zip(before.strokes_of(0), after.strokes_of(0), strict=True):
        assert np.array_equal(one[:1], other[:1])
        assert np.array_equal(one[-1:], other[-1:])


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=60), st.integers(1, 5))
def test_no_writer_is_in_two_folds(writers: list[int], folds: int) -> None:
    numbers = np.array(writers, np.int64)
    fold = writer_folds(numbers, folds, seed=3)
    assert np.array_equal(fold, writer_folds(numbers, folds, seed=3))
    assert 0 <= fold.min() <= fold.max() < folds
    assert len({*zip(writers, fold.tolist(), strict=True)}) == len(set(writers))
    sizes, counts = np.bincount(fold, minlength=folds), np.bincount(numbers)
    assert sizes.max() - sizes.min() <= counts.max()


def test_most_of_the_collection_is_kept(unipen_data: Path) -> None:
    from emnist_edge.dataset.unipen.packed import load_characters

    characters = load_characters("heldout", unipen_data)
    faults = find_faults(characters)
    assert (faults == "").mean() > 0.95
    assert several(9).points.dtype == np.int32
