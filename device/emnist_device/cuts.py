"""Where characters that touch may be parted: paths from top to bottom through little ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Seams are looked for in a picture of this height, in pixels.
_HEIGHT = 40
# What a step aside costs a seam, in pixels of ink: it may lean with the writing, not wander.
_STEP = 0.25
_ASIDE = np.array([0, -1, 1])
# No seam is nearer to the ends, nor to another seam, in heights; nor crosses more ink, in strokes.
_FROM_END, _APART, _MOST_INK = 0.18, 0.2, 2.2
# Seams for each height of width.
_PER_HEIGHT = 2.5


def find_seams(mask: NDArray[np.uint8], height: float) -> list[NDArray[np.int64]]:
    """Return the seams through ``mask`` (H, W) uint8, 255 on ink, from left to right.

    A seam is (H,) int64: for each row the first column on its right. ``height`` is that of a
    character of the line, in pixels. Seams are the paths from top to bottom that cross the least
    ink, found by dynamic programming.
    """
    scale = _HEIGHT / height
    rows, columns = (max(4, round(side * scale)) for side in mask.shape)
    small = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cost, origin = _paths(small)
    stroke = 2 * small.sum() / max(_outline(small), 1.0)
    middles = origin.mean(axis=0)
    most = max(2, round(_PER_HEIGHT * columns / _HEIGHT))
    inner = (middles >= _FROM_END * _HEIGHT) & (middles <= columns - _FROM_END * _HEIGHT)
    found: list[int] = []
    for end in np.argsort(cost, kind="stable"):
        if len(found) == most or cost[end] > _MOST_INK * stroke:
            break
        apart = np.abs(middles[end] - middles[found]) >= _APART * _HEIGHT
        if inner[end] and apart.all():
            found.append(int(end))
    found.sort(key=lambda end: float(middles[end]))
    return [_enlarge(origin[:, end], mask.shape, scale) for end in found]


def _paths(small: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return for each end at the bottom the cost of its cheapest path, and the path's columns.

    Shapes (W,) and (H, W).
    """
    height, width = small.shape
    # Three ways to come to a pixel: straight, from the left, from the right; none from outside.
    moves = np.full((3, width), np.inf, np.float32)
    cost, here = small[0].copy(), np.arange(width)
    back = np.empty((height, width), np.int64)
    for row in range(1, height):
        moves[0] = cost
        moves[1, 1:] = cost[:-1] + _STEP
        moves[2, :-1] = cost[1:] + _STEP
        choice = moves.argmin(axis=0)
        back[row] = here + _ASIDE[choice]
        cost = moves[choice, here] + small[row]
    path = np.empty((height, width), np.int64)
    path[-1] = here
    for row in range(height - 1, 0, -1):
        path[row - 1] = back[row][path[row]]
    return cost, path


def _outline(small: NDArray[np.float32]) -> float:
    """Return the length of the outline of ``small``, in pixels."""
    contours, _ = cv2.findContours(
        (small > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
    )
    return float(sum(cv2.arcLength(contour, True) for contour in contours))


def _enlarge(columns: NDArray[np.int64], shape: tuple[int, ...], scale: float) -> NDArray[np.int64]:
    """Return a seam found in the small picture as columns of a mask of ``shape``."""
    rows = np.minimum((np.arange(shape[0]) + 0.5) * len(columns) / shape[0], len(columns) - 1)
    return np.asarray(np.round((columns[rows.astype(np.int64)] + 0.5) / scale), np.int64)
