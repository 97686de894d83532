from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.alphabet import BYCLASS
from emnist_edge.drawing.character import OVERSAMPLING, DrawnCharacter, Shape, project, stroke_shape


def block(x: int, y: int, width: int = 4, height: int = 6, ink: int = 255) -> DrawnCharacter:
    return DrawnCharacter("I", (x, y, width, height), np.full((height, width), ink, np.uint8))


def turn(angle: float, scale: float = 1.0, dx: float = 0.0, dy: float = 0.0) -> np.ndarray:
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cosine, -sine, dx], [sine, cosine, dy], [0, 0, 1]])


@pytest.mark.parametrize(
    ("other", "touch"),
    [
        (block(4, 0), True),  # side by side
        (block(5, 0), False),  # a blank column between
        (block(4, 6), True),  # corner to corner
        (block(4, 7), False),
        (block(2, 2), True),
        (block(40, 40), False),
        (block(2, 2, ink=100), False),  # too pale to be ink
    ],
)
def test_characters_touch_where_their_ink_is_on_neighbouring_pixels(
    other: DrawnCharacter, touch: bool
) -> None:
    assert block(0, 0).touches(other) == touch
    assert other.touches(block(0, 0)) == touch


@pytest.mark.parametrize("char", "Ag1i")
def test_a_shape_is_moved_by_whole_pixels_without_resampling(char: str) -> None:
    shape = stroke_shape(char, 30, np.random.default_rng(1))
    here, there = shape.placed(), shape.placed(turn(0, dx=7, dy=-3))
    assert np.array_equal(here.coverage, there.coverage)
    assert there.box == here.moved(7, -3).box


def test_warping_without_a_change_keeps_the_ink() -> None:
    shape = stroke_shape("R", 30, np.random.default_rng(1))
    plain, nudged = shape.placed(), shape.placed(turn(1e-9, dx=5))
    assert nudged.box == plain.moved(5, 0).box
    assert np.array_equal(plain.coverage, nudged.coverage)


def test_a_quarter_turn_and_a_doubling_go_where_they_should() -> None:
    side = 10 * OVERSAMPLING
    bar = Shape("I", np.full((side // 5, side), 255, np.uint8), 3, 1)
    assert bar.placed().box == (3, 1, 10, 2)
    assert bar.placed(turn(np.pi / 2, dx=20)).box == (17, 3, 2, 10)
    doubled = bar.placed(turn(0, scale=2))
    assert doubled.box == (6, 2, 20, 4)
    assert doubled.coverage.min() == 255


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(BYCLASS),
    st.integers(0, 99),
    st.floats(-0.3, 0.3, allow_subnormal=False),
    st.floats(0.6, 1.5),
    st.floats(-2e-4, 2e-4, allow_subnormal=False),
)
def test_boxes_stay_exact_through_any_camera(
    char: str, seed: int, angle: float, scale: float, tilt: float
) -> None:
    shape = stroke_shape(char, 40, np.random.default_rng(seed))
    matrix = turn(angle, scale, 100, 120)
    matrix[2, :2] = tilt, -tilt
    drawn = shape.placed(matrix)
    assert cv2.boundingRect(drawn.coverage) == (0, 0, *drawn.box[2:])
    # The mask's own points, projected one by one, say where the ink must be.
    rows, columns = np.nonzero(shape.mask)
    points = np.column_stack([columns, rows]) / OVERSAMPLING + (shape.left, shape.top)
    reached = project(matrix, points + 0.5 / OVERSAMPLING)
    assert np.abs(reached.min(axis=0) - drawn.box[:2]).max() <= 1.25
    assert np.abs(reached.max(axis=0) - (drawn.right, drawn.bottom)).max() <= 1.25
