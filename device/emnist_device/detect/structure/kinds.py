"""Which grids are boxes, combs and tables, which are paper, and which are letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from emnist_device.detect.clusters import find_groups
from emnist_device.detect.structure.grids import Grid, sizes_of
from emnist_device.frames import Frame, FrameCell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.structure.rules import Rules


@dataclass(frozen=True)
class Kinds:
    """Thresholds of what a grid is; lengths in heights or widths of its cells.

    wide, even: cells of a comb are at most so many times as wide as high, and four in five as the
        usual one.
    few: grids of at most so many cells may be letters, or parts of a picture.
    corner: such a one is none where the cosine of each of its corners is at most this.
    thick: width of its rules in the shorter side of its cells, at most.
    room: its cells are so many times as high and as wide as the writing is high, at least.
    apart, alike: boxes are a comb that are at most so far apart, and of one size to this fraction.
    squares, out: paper is squared where the rules of so many equal square cells go on beyond the
        last one by so much, or to the edge of the picture, on two sides and more.
    all_over: so many cells, and more, are paper.
    ladder, rungs: ruled paper with a margin has at most so many columns, and at least so many rows
        that go on beyond them.
    """

    wide: float = 1.6
    even: float = 1.5
    few: int = 6
    corner: float = 0.2
    thick: float = 0.16
    room: float = 1.15
    apart: float = 0.5
    alike: float = 0.15
    squares: int = 150
    out: float = 0.4
    all_over: int = 600
    ladder: int = 2
    rungs: int = 6


KINDS = Kinds()
# What ends within so many pixels of the picture's edge is cut there.
_EDGE = 2


def choose(
    grids: Sequence[Grid],
    level: Rules,
    upright: Rules,
    cells: NDArray[np.float64],
    writing: float,
    factor: int,
    *,
    kinds: Kinds = KINDS,
) -> tuple[Frame, ...]:
    """Return which of ``grids`` are printed for writing to go into, from top to bottom.

    ``cells`` (N, 4, 2) are corners of what has the shape of a cell, and is one where no grid is.
    ``writing`` is how high that is, in pixels of the rules; ``factor`` is what they are scaled by.
    """
    order = sorted(grids, key=lambda grid: -len(grid.quads))
    kept: list[Grid] = []
    for grid in order:
        if _is_paper(grid, level, upright, kinds):
            return ()
        if not _is_inside(grid, kept) and not (
            len(grid.quads) <= kinds.few and _is_letter(grid, level, upright, writing, kinds)
        ):
            kept.append(grid)
    alone = cells[_are_alone(cells, grids) & (sizes_of(cells).min(axis=1) >= kinds.room * writing)]
    return tuple(sorted(_frames(kept, alone, factor, kinds), key=_place))


def _place(frame: Frame) -> tuple[int, int]:
    return frame.box.y, frame.box.x


def _is_paper(grid: Grid, level: Rules, upright: Rules, kinds: Kinds) -> bool:
    """Say whether ``grid`` is squared or ruled paper rather than a table."""
    count, (rows, columns) = len(grid.quads), grid.shape
    if count >= kinds.all_over:
        return True
    wide, high = np.median(grid.sizes, axis=0).tolist()
    squared = count >= kinds.squares and max(wide, high) <= 1.2 * min(wide, high)
    ladder = columns <= kinds.ladder and rows >= kinds.rungs
    if not squared and not ladder:
        return False
    beyond = []
    for numbers, rules, axis, size in (
        ({n for quad in grid.quads for n in quad[:2]}, level, 0, min(wide, high)),
        ({n for quad in grid.quads for n in quad[2:]}, upright, 1, high),
    ):
        places = grid.corners[..., axis]
        ends = rules.ends[sorted(numbers)]
        beyond += [
            _share(places.min() - ends[:, 0] > kinds.out * size, ends[:, 0] <= _EDGE),
            _share(
                ends[:, 1] - places.max() > kinds.out * size,
                ends[:, 1] >= rules.mask.shape[1] - 1 - _EDGE,
            ),
        ]
    if ladder:
        return min(beyond[:2]) > 0.5
    return sum(share > 0.5 for share in beyond) >= 2


def _share(beyond: NDArray[np.bool_], cut: NDArray[np.bool_]) -> float:
    """Return how many of rules go on ``beyond`` a grid, or are ``cut`` by the picture's edge."""
    return float((beyond | cut).mean())


def _is_inside(grid: Grid, others: Sequence[Grid]) -> bool:
    """Say whether ``grid`` lies in a cell of one of ``others``."""
    x, y = grid.corners.reshape(-1, 2).mean(axis=0).tolist()
    for other in others:
        for cell in other.corners:
            if cv2.pointPolygonTest(cell.astype(np.float32), (x, y), measureDist=False) > 0:
                return True
    return False


def _are_alone(cells: NDArray[np.float64], grids: Sequence[Grid]) -> NDArray[np.bool_]:
    """Return which of ``cells`` (N, 4, 2) lie beside all of ``grids``."""
    middle = cells.mean(axis=1)
    alone = np.ones(len(cells), bool)
    for grid in grids:
        places = grid.corners.reshape(-1, 2)
        alone &= ((middle < places.min(axis=0)) | (middle > places.max(axis=0))).any(axis=1)
    return alone


def _is_letter(grid: Grid, level: Rules, upright: Rules, writing: float, kinds: Kinds) -> bool:
    """Say whether a grid of few cells may be the strokes of a letter, such as B or D."""
    corners = grid.corners
    sides = np.roll(corners, -1, axis=1) - corners
    sides /= np.linalg.norm(sides, axis=2, keepdims=True)
    cosine = np.abs((sides * np.roll(sides, 1, axis=1)).sum(axis=2)).max()
    widths = [level.widths[quad[side]] for quad in grid.quads for side in (0, 1)]
    widths += [upright.widths[quad[side]] for quad in grid.quads for side in (2, 3)]
    least = float(grid.sizes.min())
    thick = float(np.mean(widths)) / least
    return bool(cosine > kinds.corner or thick > kinds.thick or least < kinds.room * writing)


def _frames(
    grids: Sequence[Grid], cells: NDArray[np.float64], factor: int, kinds: Kinds
) -> list[Frame]:
    """Return the frames of ``grids``, and of ``cells`` (N, 4, 2) that are of none."""
    boxes = [grid for grid in grids if len(grid.quads) == 1]
    frames = [
        _frame(_kind_of(grid, kinds), grid.corners, grid.rows, grid.columns, factor)
        for grid in grids
        if len(grid.quads) > 1
    ]
    corners = np.concatenate([cells, *(grid.corners for grid in boxes)])
    for own in _rows_of(corners, kinds):
        kind: Literal["box", "comb"] = "comb" if len(own) > 1 else "box"
        columns = np.arange(len(own)).repeat(2).reshape(-1, 2)
        frames.append(_frame(kind, corners[own], np.zeros_like(columns), columns, factor))
    return frames


def _rows_of(corners: NDArray[np.float64], kinds: Kinds) -> list[NDArray[np.intp]]:
    """Return boxes with ``corners`` (N, 4, 2) that stand close beside one another, in rows."""
    if not len(corners):
        return []
    (wide, high), middle = sizes_of(corners).T, corners.mean(axis=1)
    apart = middle[None] - middle[:, None]
    alike = (np.abs(np.log(wide / wide[:, None])) <= kinds.alike) & (
        np.abs(np.log(high / high[:, None])) <= kinds.alike
    )
    beside = (apart[..., 0] > 0) & (apart[..., 0] <= (1 + kinds.apart) * wide[:, None])
    level = np.abs(apart[..., 1]) <= 0.3 * high
    one, other = np.nonzero(alike & beside & level)
    group = find_groups(len(corners), one, other)
    rows = [np.flatnonzero(group == number) for number in range(group.max() + 1)]
    return [row[np.argsort(middle[row, 0], kind="stable")] for row in rows]


def _kind_of(grid: Grid, kinds: Kinds) -> Literal["comb", "table"]:
    """Say whether ``grid`` is a row of narrow cells."""
    wide, high = grid.sizes.T
    usual = float(np.median(wide))
    row = grid.shape[0] == 1
    narrow = (
        usual <= kinds.wide * float(np.median(high))
        and np.quantile(wide, 0.8) <= kinds.even * usual
    )
    return "comb" if row and narrow else "table"


def _frame(
    kind: Literal["box", "comb", "table"],
    corners: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    factor: int,
) -> Frame:
    shift = factor / 2  # corners are in pixels, a pixel's own at whole numbers
    cells = [
        FrameCell(
            row[0], column[0], tuple((x, y) for x, y in own),
            row_span=row[1] - row[0] + 1, column_span=column[1] - column[0] + 1,
        )
        for row, column, own in zip(
            rows.tolist(), columns.tolist(), (corners * factor + shift).tolist(), strict=True
        )
    ]  # fmt: skip
    return Frame(kind, tuple(cells))
