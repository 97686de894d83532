"""Combs whose cells are boxes beside one another: where each of these ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.sizes import to_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.frames import Frame, FrameCell


@dataclass(frozen=True)
class Parting:
    """Thresholds of two lines between cells, where one rule was found.

    reach: they are no further from the rule than this fraction of a cell.
    inner: of the cells' height, so much is left out above and below.
    line: a line is darker than this fraction of the darkest column in reach.
    faint: what is no darker than this, of 255, is paper.
    most: two lines part at least this fraction of the cells from the next.
    """

    reach: float = 0.2
    inner: float = 0.25
    line: float = 0.5
    faint: float = 12.0
    most: float = 0.6


PARTING = Parting()


def part_cells(picture: NDArray[np.uint8], frame: Frame, *, parting: Parting = PARTING) -> Frame:
    """Return ``frame`` with a gap between its cells where ``picture`` shows one.

    Lines that are close together are found as one rule; here each cell ends at its own.
    """
    cells = sorted(frame.cells, key=lambda cell: cell.column)
    if frame.kind != "comb" or len(cells) < 2:
        return frame
    ends = [_ends(cell) for cell in cells]
    sides = np.array([(one[1], other[0]) for one, other in pairwise(ends)])
    if (sides[:, 1] - sides[:, 0] >= 1).any():  # apart already
        return frame
    darkness = _darkness(picture, frame, parting.inner)
    reach = parting.reach * float(np.median([right - left for left, right in ends]))
    pairs = [_lines(darkness, at, reach, parting) for at in sides.mean(axis=1).tolist()]
    found = np.array([pair for pair in pairs if len(pair) == 2])
    if len(found) < parting.most * len(pairs):
        return frame
    gap = float(np.median(found[:, 1] - found[:, 0]))
    for number, pair in enumerate(pairs):
        middle = float(np.mean(pair)) if len(pair) == 2 else sides[number].mean()
        cells[number] = _ending(cells[number], 1, middle - gap / 2)
        cells[number + 1] = _ending(cells[number + 1], 0, middle + gap / 2)
    return replace(frame, cells=tuple(cells))


def _ends(cell: FrameCell) -> tuple[float, float]:
    """Return the left and right end of a cell."""
    a, b, c, d = (x for x, _ in cell.corners)
    return (a + d) / 2, (b + c) / 2


def _darkness(picture: NDArray[np.uint8], frame: Frame, inner: float) -> NDArray[np.float64]:
    """Return how much darker than paper each column of ``picture`` is, in the cells' height."""
    box = frame.box
    rows = slice(box.y + round(inner * box.height), box.bottom - round(inner * box.height))
    column = to_grey(picture)[rows].astype(np.float64).mean(axis=0)
    return np.maximum(np.percentile(column[max(box.x, 0) : box.right], 75) - column, 0)


def _lines(darkness: NDArray[np.float64], at: float, reach: float, parting: Parting) -> list[float]:
    """Return where lines are around the column ``at``, from left to right."""
    first = max(round(at - reach), 0)
    window = darkness[first : round(at + reach) + 1]
    if not window.size or window.max() <= parting.faint:
        return []
    dark = np.concatenate([[0], window > parting.line * window.max(), [0]]).astype(np.int8)
    starts, stops = np.flatnonzero(np.diff(dark) > 0), np.flatnonzero(np.diff(dark) < 0)
    return [
        first + float(np.average(np.arange(start, stop), weights=window[start:stop])) + 0.5
        for start, stop in zip(starts, stops, strict=True)
    ]


def _ending(cell: FrameCell, side: int, x: float) -> FrameCell:
    """Return ``cell`` with its left (0) or right (1) side at ``x``."""
    corners = list(cell.corners)
    for corner in ((0, 3), (1, 2))[side]:
        corners[corner] = (x, corners[corner][1])
    return replace(cell, corners=tuple(corners))
