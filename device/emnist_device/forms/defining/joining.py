"""What a page network found on a scan, and small boxes that it did not find -> all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.frames import FrameCell


@dataclass(frozen=True)
class Joining:
    """Thresholds of cells of one comb, in fractions of the first one's width or height.

    alike: sizes and tops of neighbours are the same but for this.
    gap: they are so far apart at most: a printed point or stroke between takes half.
    tick: boxes no larger than this, in mm, are to tick, each by itself, but where they touch.
    widest: wider boxes, in mm, are none for one character.
    whole: boxes that fill this fraction of a comb are it, and tell better where its cells end.
    """

    alike: float = 0.12
    gap: float = 0.7
    tick: float = 6.0
    widest: float = 13.0
    whole: float = 0.7


JOINING = Joining()


def join(
    frames: Sequence[Frame],
    boxes: Sequence[FrameCell],
    millimetre: float,
    *,
    joining: Joining = JOINING,
) -> tuple[Frame, ...]:
    """Return ``frames``, and of ``boxes`` those that are in none, in rows that make combs.

    A comb is that of ``boxes`` where they are most of it, and else that of ``frames``, with boxes
    beside it that go on with it. Boxes to tick in a table take the places
    of its cells.

    Args:
        frames: in pixels.
        boxes: in pixels.
        millimetre: in pixels.
        joining: thresholds.
    """
    ticks = [box for box in boxes if _longest(box) <= joining.tick * millimetre]
    kept = [
        left
        for frame in frames
        if frame.kind == "table" or _covered(frame, boxes) < joining.whole
        for left in _without(frame, ticks)
    ]
    new = _outside(boxes, [cell for frame in kept for cell in frame.cells])
    known = [
        (cell, at) for at, frame in enumerate(kept) for cell in frame.cells if frame.kind != "table"
    ]
    cells = [*new, *(cell for cell, _ in known)]
    rows = [row for row in _rows(cells, millimetre, joining) if min(row) < len(new)]
    grown = {known[one - len(new)][1] for row in rows for one in row if one >= len(new)}
    others = (frame for at, frame in enumerate(kept) if at not in grown)
    return (*others, *(_framed([cells[number] for number in row]) for row in rows))


def _longest(cell: FrameCell) -> float:
    return float(np.ptp(np.array(cell.corners), axis=0).max())


def _spans(cells: Sequence[FrameCell]) -> NDArray[np.float64]:
    """Return left, top, right and bottom of each cell, (N, 4)."""
    corners = np.array([cell.corners for cell in cells], float)
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


def _inside(outer: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of each of ``outer`` (N, 4) whether the middle of each of ``inner`` (M, 4) is in it."""
    middles = (inner[:, :2] + inner[:, 2:]) / 2
    within = (outer[:, None, :2] < middles) & (middles < outer[:, None, 2:])
    return np.asarray(within.all(axis=2))


def _outside(boxes: Sequence[FrameCell], cells: Sequence[FrameCell]) -> list[FrameCell]:
    """Return those of ``boxes`` whose middle is in none of ``cells``."""
    if not boxes or not cells:
        return list(boxes)
    inside = _inside(_spans(cells), _spans(boxes))
    return [box for box, around in zip(boxes, inside.T, strict=True) if not around.any()]


def _covered(frame: Frame, boxes: Sequence[FrameCell]) -> float:
    """Return which fraction of the width of ``frame`` those of ``boxes`` in it take."""
    if not boxes:
        return 0.0
    spans, whole = _spans(boxes), _spans(frame.cells)
    around = np.concatenate([whole[:, :2].min(axis=0), whole[:, 2:].max(axis=0)])
    own = spans[_inside(around[None], spans)[0]]
    return float((own[:, 2] - own[:, 0]).sum() / (around[2] - around[0]))


def _without(frame: Frame, ticks: Sequence[FrameCell]) -> Iterator[Frame]:
    """Yield ``frame`` without cells that hold one of ``ticks`` and much besides, if any is left."""
    if not ticks:
        yield frame
        return
    spans, own = _spans(frame.cells), _spans(ticks)
    areas, others = (np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (spans, own))
    holds = (_inside(spans, own) & (areas[:, None] > 2 * others)).any(axis=1)
    cells = tuple(cell for cell, out in zip(frame.cells, holds.tolist(), strict=True) if not out)
    if cells:
        yield replace(frame, cells=cells)


def _rows(cells: Sequence[FrameCell], millimetre: float, joining: Joining) -> list[list[int]]:
    """Return the numbers of ``cells`` in rows of neighbours of one size, from left to right."""
    if not cells:
        return []
    spans = _spans(cells)
    follows = _follows(spans, millimetre, joining)
    nearest = np.where(follows, spans[:, 0], np.inf).argmin(axis=1)
    rows: dict[int, list[int]] = {}  # by the cell that goes on with each
    for number in np.argsort(spans[:, 0], kind="stable").tolist():
        row = [*rows.pop(number, []), number]
        after = int(nearest[number]) if follows[number].any() else -1 - number
        if after in rows:  # of boxes that lie on one another, one goes on
            after = -1 - number
        rows[after] = row
    return list(rows.values())


def _follows(spans: NDArray[np.float64], millimetre: float, joining: Joining) -> NDArray[np.bool_]:
    """Say of each cell (N, 4) whether each other one goes on with the comb that it is in."""
    sizes = spans[:, 2:] - spans[:, :2]
    narrow = sizes[:, 0] <= joining.widest * millimetre
    tick = sizes.max(axis=1) <= joining.tick * millimetre
    furthest = np.where(tick, joining.alike, joining.gap)
    alike = (np.abs(sizes[:, None] - sizes) <= joining.alike * sizes[:, None]).all(axis=2)
    level = np.abs(spans[:, None, 1] - spans[:, 1]) <= joining.alike * sizes[:, None, 1]
    gap = (spans[:, 0] - spans[:, None, 2]) / sizes[:, None, 0]
    beside = (-joining.alike <= gap) & (gap <= furthest[:, None])
    return np.asarray(narrow[:, None] & alike & level & beside)


def _framed(row: Sequence[FrameCell]) -> Frame:
    """Return a box, or the comb that ``row`` is."""
    cells = tuple(replace(cell, row=0, column=number) for number, cell in enumerate(row))
    return Frame("comb" if len(cells) > 1 else "box", cells)
