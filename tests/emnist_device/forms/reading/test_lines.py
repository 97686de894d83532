"""Printed lines are taken out wherever they run, and what is written over them stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_device.forms.reading.lines import _median, without_lines

RESOLUTION = 12.0
WIDE, HIGH = 63.0, 9.0
AROUND = 2.0
AREA = (-AROUND, -AROUND, WIDE + AROUND, HIGH + AROUND)
SHIFT = 4


def comb(gap: float = 0.0, count: int = 7) -> list[tuple[float, float, float, float]]:
    """Return the cells of a comb, left, top, right and bottom in mm."""
    step = (WIDE + gap) / count
    return [(n * step, 0.0, (n + 1) * step - gap, HIGH) for n in range(count)]


def draw(
    cells: list[tuple[float, float, float, float]],
    *,
    tilt: float = 0.0,
    bend: float = 0.0,
    off: tuple[float, float] = (0.0, 0.0),
    level: int = 97,
    ink: list[tuple[float, float, float, float]] | None = None,
) -> np.ndarray:
    """Return the contrast of ``cells``, all off by so many mm, tilted and bent over their width.

    ``ink`` are strokes, from x, y to x, y in mm.
    """

    def place(x: float, y: float) -> list[int]:
        along = 2 * x / WIDE - 1
        y = y + off[1] + tilt * along / 2 + bend * along**2
        shifted = (np.array([x + off[0], y]) + AROUND) * RESOLUTION * 2**SHIFT
        return np.rint(shifted).astype(int).tolist()

    fine = np.zeros(
        (round((HIGH + 2 * AROUND) * RESOLUTION), round((WIDE + 2 * AROUND) * RESOLUTION)), np.uint8
    )
    for left, top, right, bottom in cells:
        for y in (top, bottom):
            steps = [place(x, y) for x in np.linspace(left, right, 12)]
            cv2.polylines(fine, [np.array(steps)], False, level, 3, cv2.LINE_AA, SHIFT)
        for x in (left, right):
            cv2.line(fine, place(x, top), place(x, bottom), level, 3, cv2.LINE_AA, SHIFT)
    for x0, y0, x1, y1 in ink or []:
        cv2.line(fine, place(x0, y0), place(x1, y1), 200, 6, cv2.LINE_AA, SHIFT)
    return fine


def left_over(
    contrast: np.ndarray, cells: list[tuple[float, float, float, float]]
) -> tuple[np.ndarray, float]:
    """Return ``contrast`` without lines, and how many square mm of it are darker than paper."""
    bare = without_lines(contrast, AREA, cells, RESOLUTION)
    return bare, float((bare > 40).sum()) / RESOLUTION**2


@pytest.mark.parametrize("gap", [0.0, 0.5, 1.5])
@pytest.mark.parametrize(
    ("tilt", "bend", "off"),
    [
        (0.0, 0.0, (0.0, 0.0)),
        (0.13, 0.0, (0.04, -0.03)),
        (0.5, 0.0, (-0.15, 0.1)),
        (-0.5, 0.0, (0.2, -0.2)),
        (0.0, 0.2, (0.1, 0.0)),
    ],
)
def test_nothing_is_left_of_a_comb_wherever_it_runs(
    gap: float, tilt: float, bend: float, off: tuple[float, float]
) -> None:
    cells = comb(gap)
    contrast = draw(cells, tilt=tilt, bend=bend, off=off)
    assert left_over(contrast, [])[1] > 20
    assert left_over(contrast, cells)[1] < 0.05


@pytest.mark.parametrize("level", [97, 200])
def test_what_is_written_over_a_line_stays(level: int) -> None:
    cells = comb()
    strokes = [(4.5, 2.0, 4.5, 11.0), (13.0, 4.0, 22.0, 5.0), (31.5, 2.0, 31.5, 7.0)]
    bare, _ = left_over(draw(cells, tilt=0.3, level=level, ink=strokes), cells)
    want = draw([], tilt=0.3, ink=strokes) > 100
    assert (bare[want] > 100).mean() > 0.93
    assert (bare[~cv2.dilate(want.astype(np.uint8), np.ones((9, 9))).astype(bool)] < 40).all()


def test_a_row_of_strokes_near_a_line_does_not_draw_it_away() -> None:
    """Feet of characters stand half a mm above the line, in every cell."""
    cells = comb()
    feet = [(9 * n + 2.0, HIGH - 0.55, 9 * n + 7.0, HIGH - 0.55) for n in range(7)]
    bare, _ = left_over(draw(cells, tilt=0.2, ink=feet), cells)
    own = np.s_[round((HIGH + AROUND) * RESOLUTION) :]
    assert (bare[own] > 40).sum() / RESOLUTION**2 < 0.3
    want = draw([], tilt=0.2, ink=feet) > 150
    assert (bare[want] > 100).mean() > 0.6


def test_where_nothing_is_printed_nothing_is_taken() -> None:
    cells = comb()
    strokes = [(4.5, 2.0, 4.5, 11.0), (13.0, 4.0, 22.0, 5.0)]
    contrast = draw([], ink=strokes)
    assert (without_lines(contrast, AREA, cells, RESOLUTION) == contrast).all()


@pytest.mark.parametrize("shape", [(1,), (4,), (7,), (2, 3), (9, 5), (10, 4)])
def test_the_median_is_that_of_numpy(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(len(shape)).integers(0, 256, shape).astype(float)
    np.testing.assert_array_equal(_median(values), np.median(values, axis=0))
