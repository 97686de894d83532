from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.drawing.ink import Ink, draw_stroke, lay_ink, soak, way
from emnist_edge.drawing.pens import BALLPOINT, CHALK, FELT, MARKER, PENCIL, STYLUS, TIPS, Tip

LINE = np.array([[0.0, -1.0], [1.5, -1.0]])
#: As even as a pen can be.
PLAIN = Tip("plain", (0.1, 0.1), ((0, 0, 0),))


def laid(*strokes: Any, tip: Tip = PLAIN, height: float = 100, **options: Any) -> Ink:
    """Return the ink of ``strokes``, by default with a pen 0.2 wide."""
    rng = np.random.default_rng(1)
    parts = [np.array(stroke, float) for stroke in strokes]
    return lay_ink(parts, height, tip, rng, **{"width": 0.2, **options})


def middle(ink: Ink, height: float = 100) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the part along the middle third of :data:`LINE`, 0.12 high."""
    rows = [round(-(1 + side * 0.06) * height) - ink.top for side in (1, -1)]
    columns = [round(at * height) - ink.left for at in (0.5, 1.0)]
    return ink.amount[slice(*rows), slice(*columns)]


@pytest.mark.parametrize("height", [10, 37.5, 160])
def test_an_even_pen_is_as_wide_as_it_is_and_where_it_is(height: float) -> None:
    ink = laid(LINE, height=height)
    y, x = (np.flatnonzero(ink.amount.max(axis=axis) >= 128) for axis in (1, 0))
    assert len(y) == pytest.approx(0.2 * height, abs=1.1)
    assert len(x) == pytest.approx(1.7 * height, abs=1.1)
    assert y.mean() + ink.top + 0.5 == pytest.approx(-height, abs=0.6)
    assert x.mean() + ink.left + 0.5 == pytest.approx(0.75 * height, abs=0.6)
    assert (middle(ink, height) == 255).all()


@pytest.mark.parametrize("tip", TIPS.values(), ids=list(TIPS))
def test_the_same_seed_writes_the_same_with_any_pen(tip: Tip) -> None:
    def write(seed: int) -> bytes:
        ink = lay_ink([LINE, LINE[:1]], 40, tip, np.random.default_rng(seed), width=0.1)
        return ink.amount.tobytes()

    assert write(1) == write(1)
    if tip.swing:
        assert write(1) != write(2)


def test_a_stroke_too_light_to_leave_anything_leaves_the_others() -> None:
    faint = replace(BALLPOINT, load=0.001)
    assert not laid(LINE, tip=faint).amount.any()


@pytest.mark.parametrize("tip", TIPS.values(), ids=list(TIPS))
@settings(deadline=None, max_examples=15)
@given(
    strokes=st.lists(
        st.lists(st.tuples(*[st.floats(-1.5, 1.5)] * 2), min_size=1, max_size=8),
        min_size=1,
        max_size=3,
    ),
    height=st.floats(12, 90),
    timed=st.booleans(),
)
def test_any_strokes_leave_ink_around_them(
    tip: Tip, strokes: list[list[tuple[float, float]]], height: float, timed: bool
) -> None:
    ink = laid(*strokes, tip=tip, height=height, width=0.15, timed=timed)
    assert ink.amount.max() > 50
    points = np.concatenate([np.array(stroke) for stroke in strokes]) * height
    low, high = points.min(axis=0), points.max(axis=0)
    reach = 0.3 * height + 3
    y, x = np.nonzero(ink.amount > 8)
    for axis, found in ((0, x + ink.left), (1, y + ink.top)):
        assert low[axis] - reach <= found.min()
        assert found.max() <= high[axis] + reach


def test_ink_that_hides_little_is_darker_where_strokes_cross() -> None:
    across, down = [[-0.5, 0], [0.5, 0]], [[0, -0.5], [0, 0.5]]
    ink = laid(across, down, opacity=0.6)
    assert ink.amount[-ink.top, -ink.left] == pytest.approx(255 * (1 - 0.4**2), abs=2)
    assert ink.amount[-ink.top, -ink.left + 30] == pytest.approx(255 * 0.6, abs=2)


def test_rough_paper_keeps_pencil_and_chalk_off_in_places() -> None:
    covered = {}
    for name, tip in TIPS.items():
        strip = middle(laid(LINE, tip=tip, height=120), 120).astype(float)
        covered[name] = strip.mean() / 255, strip.std() / 255
    for tip in (PENCIL, CHALK):
        assert 0.35 < covered[tip.name][0] < 0.9
        assert covered[tip.name][1] > 0.15
    for tip in (FELT, MARKER, STYLUS):
        assert covered[tip.name][0] > 0.9
        assert covered[tip.name][1] < 0.1
    assert covered[PENCIL.name][0] < covered[BALLPOINT.name][0] < covered[STYLUS.name][0]


def test_from_far_away_grain_is_grey() -> None:
    near, far = (
        middle(laid(LINE, tip=CHALK, height=height, width=0.3), height) for height in (200, 14)
    )
    assert far.std() < 0.6 * near.std()
    assert far.mean() == pytest.approx(near.mean(), abs=60)


def test_grains_smaller_than_pixels_are_averaged() -> None:
    load = np.full((60, 60), 255, np.uint8)
    tip = replace(CHALK, tooth=0.9, soft=1.0)
    fine, coarse = (soak(load, tip, unit, 0.1, np.random.default_rng(1)) for unit in (25, 250))
    assert fine.std() < 0.75 * coarse.std()
    assert fine.mean() == pytest.approx(coarse.mean(), abs=0.05)


def test_strokes_are_wider_where_the_hand_is_slow() -> None:
    tip = replace(PLAIN, slow=0.3)
    slow_then_fast = np.cumsum([0.0] + [0.01] * 30 + [0.06] * 15)
    timed = np.column_stack([slow_then_fast, np.zeros(46)])
    ink = laid(timed, tip=tip, timed=True)
    wide = (ink.amount >= 128).sum(axis=0)
    assert wide[15 - ink.left] > 1.3 * wide[90 - ink.left]
    untimed = (laid(timed, tip=tip).amount >= 128).sum(axis=0)
    assert np.ptp(untimed[20:-20]) <= 2  # a straight line: nothing tells where it was slow


def test_without_times_hands_are_slow_in_curves() -> None:
    angle = np.linspace(0, 3 * np.pi / 2, 40)
    hook = np.column_stack([0.1 * np.sin(angle), 0.1 * np.cos(angle)])
    straight = np.column_stack([np.linspace(-0.1, -1.5, 40), np.zeros(40)])
    _, widths, _ = way(np.concatenate([hook, straight]), replace(PLAIN, slow=0.3), None)  # type: ignore[arg-type]
    third = len(widths) // 6
    assert widths[:third].mean() > 1.1 * widths[-third:].mean()


def test_ends_taper() -> None:
    ink = laid(LINE, tip=replace(PLAIN, ends=(1.0, 0.4), taper=0.3))
    wide = (ink.amount >= 128).sum(axis=0)
    start, end = wide[5 - ink.left], wide[145 - ink.left]
    assert end < 0.6 * start
    assert wide[75 - ink.left] == pytest.approx(20, abs=1.1)


def test_a_chisel_is_broad_one_way_and_narrow_the_other() -> None:
    narrow = replace(PLAIN, nib=0.3)
    rise = np.array([[0, 0], [1.0, -0.84]])  # along the chisel's edge
    fall = np.array([[0, 0], [0.84, 1.0]])  # across it
    along, across = (
        np.count_nonzero(laid(way_, tip=narrow).amount >= 128) for way_ in (rise, fall)
    )
    assert across > 1.8 * along


def test_sparse_points_are_joined_by_curves_and_dense_ones_thinned() -> None:
    angle = np.linspace(0, np.pi, 6)
    path, widths, loads = way(np.column_stack([np.cos(angle), np.sin(angle)]), PLAIN, None)  # type: ignore[arg-type]
    assert len(path) == len(widths) == len(loads) > 30
    assert np.hypot(*path.T) == pytest.approx(1, abs=0.03)
    line = np.column_stack([np.linspace(0, 1, 900), np.zeros(900)])
    path, _, _ = way(line, PLAIN, None)  # type: ignore[arg-type]
    assert len(path) < 40
    assert path[[0, -1]].tolist() == line[[0, -1]].tolist()


@pytest.mark.parametrize("nib", [1.0, 0.5])
def test_strokes_are_whole_or_smooth_at_their_edges(nib: float) -> None:
    points, widths = np.array([[10.0, 10.0], [50.0, 33.0]]), np.full(2, 9.0)
    whole, smooth = np.zeros((60, 60), np.uint8), np.zeros((60, 60), np.uint8)
    draw_stroke(whole, points, widths, nib=nib)
    draw_stroke(smooth, points, widths, np.array([200, 200]), nib=nib)
    assert set(np.unique(whole).tolist()) == {0, 255}
    assert smooth.max() == 200
    assert ((smooth > 0) & (smooth < 200)).sum() > 20
    assert cv2.countNonZero(cv2.absdiff(whole, cv2.compare(smooth, 100, cv2.CMP_GE))) < 90
