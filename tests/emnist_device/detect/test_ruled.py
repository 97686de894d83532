"""Grids of cells: at an angle, with soft rules, in noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.detect.ruled import find_cells
from emnist_device.detect.tilted import straighten

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE, _MARGIN = 60, 50
_ROWS, _COLUMNS = 5, 6
_WRITTEN = {(0, 1), (2, 4), (4, 5)}


def _grid(*, outer: bool = True, pen: int = 4) -> NDArray[np.uint8]:
    """Return a grid with a cross in some cells, with or without its outer rules."""
    high, wide = _ROWS * _SIDE, _COLUMNS * _SIDE
    picture = np.full((high + 2 * _MARGIN, wide + 2 * _MARGIN), 230, np.uint8)
    rim = 0 if outer else 1
    for row in range(rim, _ROWS + 1 - rim):
        y = _MARGIN + row * _SIDE
        cv2.line(picture, (_MARGIN, y), (_MARGIN + wide, y), 50, 3)
    for column in range(rim, _COLUMNS + 1 - rim):
        x = _MARGIN + column * _SIDE
        cv2.line(picture, (x, _MARGIN), (x, _MARGIN + high), 50, 3)
    for row, column in _WRITTEN:
        x, y = _MARGIN + column * _SIDE, _MARGIN + row * _SIDE
        cv2.line(picture, (x + 18, y + 15), (x + 42, y + 45), 80, pen, cv2.LINE_AA)
        cv2.line(picture, (x + 42, y + 15), (x + 18, y + 45), 80, pen, cv2.LINE_AA)
    return picture


def _plane(size: tuple[int, int]) -> NDArray[np.float64]:
    """Return how a picture of ``size`` is seen from the side, turned a little."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[60, 10], [width - 10, 45], [width - 45, height - 5], [5, height - 40]])
    return np.asarray(cv2.getPerspectiveTransform(corners, seen.astype(np.float32)))


def _written(picture: NDArray[np.uint8]) -> set[tuple[int, int]]:
    cells = list(find_cells(picture, _ROWS, _COLUMNS))
    return {divmod(number, _COLUMNS) for number, cell in enumerate(cells) if cell.ink.any()}


@pytest.mark.parametrize("outer", [True, False], ids=["framed", "open"])
def test_a_grid_at_an_angle_is_cut_along_its_rules(outer: bool) -> None:
    grid = _grid(outer=outer)
    size = grid.shape[1], grid.shape[0]
    plane = _plane(size)
    picture = cv2.warpPerspective(grid, plane, size, borderValue=(230,))
    cells = list(find_cells(picture, _ROWS, _COLUMNS))
    assert _written(picture) == _WRITTEN
    for row, column in _WRITTEN:
        cell = cells[row * _COLUMNS + column]
        middle = _MARGIN + (np.array([column, row]) + 0.5) * _SIDE
        x, y = cv2.perspectiveTransform(middle[None, None], plane)[0, 0].tolist()
        assert abs(cell.box.x + cell.box.width / 2 - x) < 6
        assert abs(cell.box.y + cell.box.height / 2 - y) < 6
        ink = cv2.boundingRect(cell.ink)
        assert cell.place[0] + (ink[0] + ink[2] / 2) / cell.scale == pytest.approx(x, abs=6)
        assert cell.place[1] + (ink[1] + ink[3] / 2) / cell.scale == pytest.approx(y, abs=6)


def test_noise_in_blank_cells_is_no_ink() -> None:
    rng = np.random.default_rng(3)
    grid = _grid().astype(float) + rng.normal(0, 6, _grid().shape)
    for row, column in ((1, 1), (3, 2), (4, 0)):  # a dark pixel, as a camera makes them
        grid[_MARGIN + row * _SIDE + 31, _MARGIN + column * _SIDE + 25] = 60
    assert _written(np.clip(grid, 0, 255).astype(np.uint8)) == _WRITTEN


def test_what_is_left_along_rules_is_no_part_of_what_is_written() -> None:
    grid = _grid(pen=1)
    for row, column in _WRITTEN:
        x, y = _MARGIN + column * _SIDE, _MARGIN + row * _SIDE
        grid[y + 15 : y + 34, x + 5] = 130  # shorter than what is told as a rule
    cells = list(find_cells(grid, _ROWS, _COLUMNS))
    for row, column in _WRITTEN:
        cell = cells[row * _COLUMNS + column]
        assert cv2.boundingRect(cell.ink)[2] / cell.scale < 36


def test_a_picture_without_rules_is_not_laid_straight() -> None:
    assert straighten(np.zeros((200, 300), np.uint8), 4, 6) is None
