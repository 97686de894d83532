"""Cells that share corners -> boxes, combs and tables; what is printed all over is paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.clusters import find_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.structure.cells import Crossings, Quad
    from emnist_device.detect.structure.rules import Rules

# Rules are parts of one line that are less than this fraction of a cell apart.
_SAME = 0.3


@dataclass(frozen=True)
class Grid:
    """Cells that share corners.

    quads: by their rules. corners: (N, 4, 2) float64, x and y, clockwise from the upper left.
    rows, columns: (N, 2) int, the first and the last one that each cell is in.
    """

    quads: tuple[Quad, ...]
    corners: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.float64]:
        """Width and height of each cell, (N, 2)."""
        return sizes_of(self.corners)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return int(self.rows.max()) + 1, int(self.columns.max()) + 1


def sizes_of(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return width and height, at the mean of both sides, of cells with ``corners`` (N, 4, 2)."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2)
    return np.asarray((sides[:, :2] + sides[:, 2:]) / 2)


def find_grids(
    quads: Sequence[Quad], level: Rules, upright: Rules, crossings: Crossings
) -> list[Grid]:
    """Return ``quads`` in groups that share corners, line by line."""
    if not quads:
        return []
    numbers = np.array([corner for quad in quads for corner in quad.corners]).reshape(-1, 4, 2)
    corners = crossings.places[numbers[..., 0], numbers[..., 1]]
    code = numbers[..., 0] * crossings.meet.shape[1] + numbers[..., 1]
    owner = np.repeat(np.arange(len(quads)), 4)
    first: dict[int, int] = {}
    pairs = [
        (first.setdefault(corner, own), own)
        for corner, own in zip(code.ravel().tolist(), owner.tolist(), strict=True)
    ]
    one, other = np.array(pairs).T
    group = find_groups(len(quads), one, other)
    return [
        _place([quads[each] for each in own.tolist()], corners[own], level, upright)
        for own in (np.flatnonzero(group == number) for number in range(group.max() + 1))
    ]


def _place(quads: list[Quad], corners: NDArray[np.float64], level: Rules, upright: Rules) -> Grid:
    """Return the grid of ``quads`` with ``corners`` (N, 4, 2), once it is seen where each is."""
    middle = corners.mean(axis=(0, 1))
    spans = []
    for rules, at, sides in ((level, middle[0], (0, 1)), (upright, middle[1], (2, 3))):
        numbers = np.array(quads)[:, sides]
        lines, own = np.unique(numbers, return_inverse=True)
        place = rules.pick(lines).at(np.full((len(lines), 1), at))[:, 0]
        least = float(np.median(sizes_of(corners)[:, 1 if rules is level else 0]))
        first, last = _ranks(place, least * _SAME)[own.reshape(numbers.shape)].T
        spans.append(np.stack([first, np.maximum(last - 1, first)], axis=1))
    rows, columns = spans
    order = np.lexsort([columns[:, 0], rows[:, 0]])
    return Grid(tuple(quads[each] for each in order), corners[order], rows[order], columns[order])


def _ranks(places: NDArray[np.float64], apart: float) -> NDArray[np.int64]:
    """Return the rank of each of ``places``; neighbours less than ``apart`` are of one."""
    order = np.argsort(places, kind="stable")
    ranks = np.empty(len(places), np.int64)
    ranks[order] = np.cumsum(np.diff(places[order], prepend=places[order[:1]]) > apart)
    return ranks
