from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from train.tiers import nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: An upright bar 1 high, and a lying one 0.5 long, well below and right of 0.
BARS = [
    [np.stack([np.full(21, 3.0), np.linspace(4, 5, 21)], axis=1)],
    [np.stack([np.linspace(3, 3.5, 21), np.full(21, 5.0)], axis=1)],
]


def box(strokes: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def test_things_are_many_and_none_is_larger_than_sheets_have_room_for() -> None:
    things = nothing.draw_nothing(BARS, 300, seed=1)
    assert len(things) == 300
    for strokes in things:
        assert all(part.ndim == 2 and part.shape[1] == 2 and len(part) > 1 for part in strokes)
        low, high = box(strokes)
        assert 0 < (high - low).max() <= 1.6 + 1e-9
    again, other = (nothing.draw_nothing(BARS, 300, seed) for seed in (1, 2))
    same = [
        all(np.array_equal(a, b) for a, b in zip(one, two, strict=False))
        for one, two in zip(things, again, strict=True)
    ]
    assert all(same)
    assert any(len(one) != len(two) for one, two in zip(things, other, strict=True))


def test_characters_are_joined_on_one_line_and_stacked_on_two() -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        joined = nothing.join(BARS[:1], rng)
        assert len(joined) in {2, 3}
        assert all(part[:, 1].min() == -1 and part[:, 1].max() == 0 for part in joined)
        stacked = nothing.stack(BARS[:1], rng)
        upper, lower = (box([part]) for part in stacked)
        assert upper[1][1] == pytest.approx(lower[0][1], abs=0.16)


def test_a_wrong_cut_has_a_part_of_each_neighbour() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        left, right = nothing.cut_between(BARS[1:], rng)
        for part in (left, right):
            assert 0.1 < np.ptp(part[:, 0]) < 0.4  # not the whole bar of 0.5
        assert left[:, 0].min() > 0.1
        assert right[:, 0].min() >= left[:, 0].max()


def test_what_has_no_part_to_cut_is_joined_whole() -> None:
    dots = [[np.zeros((1, 2))]]
    assert len(nothing.cut_between(dots, np.random.default_rng(4))) == 2


def test_what_is_crossed_out_is_crossed_from_side_to_side() -> None:
    rng = np.random.default_rng(5)
    wide = [[*BARS[0], *BARS[1]]]
    for _ in range(20):
        *under, line = nothing.cross_out(wide, rng)
        (low, high), (first, last) = box([line]), box(under)
        assert ((high - low) > 0.6 * (last - first)).all()
        directions = np.sign(np.diff(line, axis=0))
        assert max((np.diff(axis[axis != 0]) != 0).sum() for axis in directions.T) >= 2


def test_a_piece_of_a_table_is_no_u_and_no_cross() -> None:
    rng = np.random.default_rng(6)
    for _ in range(40):
        assert len(nothing.grid([], rng)) >= 4
    for _ in range(20):
        assert len(nothing.scatter([], rng)) >= 4
