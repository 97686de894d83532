from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.forms.reading.comb import BLANKS
from emnist_device.forms.reading.ink import (
    RESOLUTION,
    find_ink,
    histogram,
    quantile,
    take_cell,
    take_picture,
)
from emnist_device.forms.registration.mapping import Mapping

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAPPING = Mapping((40.0, 20.0), np.diag([RESOLUTION, RESOLUTION, 1.0]))
FIELD = (5.0, 5.0, 35.0, 15.0)


def test_noise_of_a_dark_photograph_is_no_ink() -> None:
    mapping = Mapping((30.0, 20.0), np.diag([RESOLUTION, RESOLUTION, 1.0]))
    noise = np.random.default_rng(1).normal(0, 14, (240, 360, 3))
    picture = np.clip(110 + noise, 0, 255).astype(np.uint8)
    cell = (10.0, 6.0, 18.0, 14.0)
    assert take_cell(find_ink(picture, mapping, cell, [], [cell]), cell)[1] < BLANKS.blank
    picture[90:150, 160:168] = 30
    assert take_cell(find_ink(picture, mapping, cell, [], [cell]), cell)[1] > BLANKS.written


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_a_quantile_of_what_was_counted_is_that_of_the_levels(share: float) -> None:
    rng = np.random.default_rng(1)
    for shape in ((1, 1), (1, 2), (3, 7), (40, 30)):
        levels = np.minimum(rng.exponential(40, shape), 255).astype(np.uint8)
        counts = histogram(levels)
        assert counts.sum() == levels.size
        assert quantile(counts, share) == pytest.approx(np.quantile(levels, share))
    assert histogram(np.zeros((0, 4), np.uint8)).sum() == 0


def _paper(*marks: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """Return a page with black ``marks``: left, top, right, bottom in mm."""
    picture = np.full((240, 480), 240, np.uint8)
    for mark in marks:
        left, top, right, bottom = (round(RESOLUTION * at) for at in mark)
        picture[top:bottom, left:right] = 40
    return picture


def _written(*marks: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Return what is written in ``FIELD`` of a page with these ``marks``."""
    ink = find_ink(_paper(*marks), MAPPING, FIELD, [], [FIELD])
    return take_picture(ink, FIELD)[0] < 128


def _mm(ink: NDArray[np.bool_]) -> tuple[float, float]:
    """Return height and area of ``ink`` in mm."""
    rows = np.flatnonzero(ink.any(axis=1))
    return len(rows) / RESOLUTION, float(ink.sum()) / RESOLUTION**2


def test_what_is_written_over_the_edge_of_a_field_is_whole() -> None:
    ink = _written((10.0, 8.0, 11.0, 16.0))  # a stroke that ends 1 mm below it
    assert _mm(ink) == pytest.approx((8.0, 8.0), abs=0.4)


def test_a_neighbour_is_not_in_a_field() -> None:
    stroke = (10.0, 8.0, 11.0, 13.0)
    alone = _mm(_written(stroke))
    assert alone[1] == pytest.approx(5.0, abs=0.3)
    below = (20.0, 15.5, 24.0, 19.0)
    descender = (20.0, 1.0, 21.0, 5.5)  # of the line above, half a mm into the field
    assert _mm(_written(stroke, below, descender)) == pytest.approx(alone, abs=0.1)


def test_a_thick_line_at_the_edge_of_a_field_is_no_ink() -> None:
    stroke = (10.0, 7.0, 11.0, 12.0)
    line = (0.0, 14.6, 40.0, 16.2)
    assert _mm(_written(stroke, line)) == pytest.approx(_mm(_written(stroke)), abs=0.1)
