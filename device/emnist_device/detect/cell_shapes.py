"""Ink -> the printed cells in it: four-sided holes, and bays of a comb that is open at its top.

A cell is looked for in small, and whole where what is written in it touches its sides; so it is
found where its rules are too short, or too close to others, to be told one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    #: Corners of a polygon, (N, 1, 2) int32.
    Polygon = NDArray[np.int32]


@dataclass(frozen=True)
class Shapes:
    """Thresholds of what has the shape of a cell; lengths in pixels.

    window, darker: ink has so much more contrast (of 255) than is usual in a window around it.
    least: shortest side of a cell.
    four_sided, full: the outline is four-sided where lines may stray from it by the first fraction
        of its length, and it fills the second fraction of what these enclose.
    free: fraction of that which no ink takes that hangs on the sides.
    lean: degrees that it may be turned by.
    room: its sides are so many times as long as the writing is high.
    alike, tolerance: or so many cells, with it, have the same sides: to this fraction, and a
        pixel. Holes in a row of equal letters differ by more.
    stray: sides of a bay are lines within so many pixels.
    tooth, uneven: bays of a comb are parted by this fraction of their width, at most, and are
        evenly spaced to this fraction of their pitch.
    beyond: the base of a comb ends within this fraction of a cell in a tooth that is as high as the
        others, but for this fraction: a ruled line goes on.
    found: this fraction of the cells of a comb is seen as bays, at least; in the others, what is
        written touches a side.
    """

    window: int = 65
    darker: int = 10
    least: int = 10
    four_sided: float = 0.04
    full: float = 0.93
    free: float = 0.6
    lean: float = 12.0
    room: float = 1.15
    alike: int = 4
    tolerance: float = 0.04
    stray: float = 3.0
    tooth: float = 0.3
    uneven: float = 0.1
    beyond: float = 0.3
    found: float = 0.5


SHAPES = Shapes()


class Cell(NamedTuple):
    """A printed cell: its convex outline, and its corners (4, 2), clockwise from the upper left."""

    hull: Polygon
    corners: NDArray[np.float64]


def find_ink(contrast: NDArray[np.uint8], *, shapes: Shapes = SHAPES) -> NDArray[np.uint8]:
    """Return where ``contrast`` (H, W) uint8 has ink, 1, and gaps of a pixel in it."""
    usual = cv2.blur(contrast, (shapes.window, shapes.window))
    stands = cv2.compare(cv2.subtract(contrast, usual), shapes.darker, cv2.CMP_GT)
    return cv2.morphologyEx(stands, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) & 1


def find_cells(ink: NDArray[np.uint8], writing: float, *, shapes: Shapes = SHAPES) -> list[Cell]:
    """Return the printed cells in ``ink`` (H, W), 0 or 1; ``writing`` is how high it is."""
    outer, holes = _outlines(ink)
    cells = _closed(holes, writing, shapes)
    for outline in outer:
        cells += _find_bays(outline, shapes)
    return cells


def find_closed_cells(
    ink: NDArray[np.uint8], writing: float, *, shapes: Shapes = SHAPES
) -> list[Cell]:
    """Return the cells of :func:`find_cells` but for those of combs that are open at their top."""
    return _closed(_outlines(ink)[1], writing, shapes)


def _outlines(ink: NDArray[np.uint8]) -> tuple[list[Polygon], list[Polygon]]:
    """Return the outlines of ``ink`` (H, W), and those of the holes in it."""
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outer: list[Polygon] = []
    holes: list[Polygon] = []
    for outline, around in zip(contours, tree[0, :, 3] if contours else (), strict=True):
        (outer if around < 0 else holes).append(np.asarray(outline, np.int32))
    return outer, holes


def _closed(holes: Sequence[Polygon], writing: float, shapes: Shapes) -> list[Cell]:
    """Return which of ``holes`` are cells."""
    cells = [_four_sided(hole, shapes) for hole in holes]
    return _keep([cell for cell in cells if cell is not None], writing, shapes)


def _keep(cells: list[Cell], writing: float, shapes: Shapes) -> list[Cell]:
    """Return which of ``cells`` are large enough for the writing, or one of many that are alike."""
    if not cells:
        return []
    size = _sizes(np.array([cell.corners for cell in cells]))
    kept = (size.min(axis=1) >= shapes.room * writing) | _are_alike(size, shapes)
    return [cells[number] for number in np.flatnonzero(kept).tolist()]


def _are_alike(size: NDArray[np.float64], shapes: Shapes) -> NDArray[np.bool_]:
    """Return which of cells of ``size`` (N, 2) have the same sides as others have."""
    slack = shapes.tolerance * np.minimum(size[:, None], size) + 1
    same = (np.abs(size[:, None] - size) <= slack).all(axis=2)
    return np.asarray(same.sum(axis=1) >= shapes.alike)


def _sizes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return width and height, at the mean of both sides, of cells with ``corners`` (N, 4, 2)."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    return np.asarray((sides[:, :2] + sides[:, 2:]) / 2)


def _four_sided(hole: NDArray[np.int32], shapes: Shapes) -> Cell | None:
    """Return ``hole`` as a cell; None if it is none."""
    _, _, wide, high = cv2.boundingRect(hole)
    if min(wide, high) < shapes.least:
        return None
    hull = np.asarray(cv2.convexHull(hole), np.int32)
    length = cv2.arcLength(hull, closed=True)
    corners = cv2.approxPolyDP(hull, shapes.four_sided * length, closed=True)[:, 0]
    inside = cv2.contourArea(corners)
    full, free = cv2.contourArea(hull), cv2.contourArea(hole)
    if len(corners) != 4 or full < shapes.full * inside or free < shapes.free * inside:
        return None
    x, y = corners.T
    order = [(x + y).argmin(), (x - y).argmax(), (x + y).argmax(), (x - y).argmin()]
    placed = corners[order].astype(np.float64)
    return Cell(hull, placed) if _are_upright(placed[None], shapes)[0] else None


def _are_upright(corners: NDArray[np.float64], shapes: Shapes) -> NDArray[np.bool_]:
    """Return which cells with ``corners`` (N, 4, 2) have long and level or upright sides."""
    along = np.roll(corners, -1, axis=1) - corners
    size = np.linalg.norm(along, axis=2)
    ahead = np.stack([along[:, 0, 0], along[:, 1, 1], -along[:, 2, 0], -along[:, 3, 1]], axis=1)
    straight = ahead >= np.cos(np.radians(shapes.lean)) * size
    return np.asarray((straight & (size >= shapes.least)).all(axis=1))


def _find_bays(outline: NDArray[np.int32], shapes: Shapes) -> list[Cell]:
    """Return the cells that teeth on a base part from one another, in the ``outline`` of both."""
    _, _, wide, high = cv2.boundingRect(outline)
    if wide < shapes.alike * shapes.least or high < shapes.least:
        return []
    turns = cv2.approxPolyDP(outline, shapes.stray, closed=True)[:, 0].astype(np.float64)
    if len(turns) < 2 * shapes.alike:
        return []
    # Of an outline, x falls where it runs along the upper side: down a tooth, along, and up again.
    corners = np.stack([np.roll(turns, -step, axis=0) for step in (3, 0, 1, 2)], axis=1)
    corners = corners[_are_upright(corners, shapes)]
    if len(corners) < shapes.alike:
        return []
    comb = _comb_of(corners[_are_alike(_sizes(corners), shapes)], turns, shapes)
    return [Cell(np.rint(own[:, None]).astype(np.int32), own) for own in comb]


def _comb_of(
    corners: NDArray[np.float64], turns: NDArray[np.float64], shapes: Shapes
) -> NDArray[np.float64]:
    """Return the corners (M, 4, 2) of all cells of a comb of which ``corners`` (N, 4, 2) were seen.

    There are none where the outline that ``turns`` (P, 2) there is not that of a comb.
    """
    none = corners[:0]
    if len(corners) < shapes.alike:
        return none
    corners = corners[np.argsort(corners[:, 0, 0], kind="stable")]
    apart = np.diff(corners.mean(axis=1)[:, 0])
    pitch, width = float(apart.min()), float(_sizes(corners)[:, 0].mean())
    if not 0 < pitch <= (1 + shapes.tooth) * width:
        return none
    more = _beyond(corners, turns, pitch, shapes)
    if more is None:
        return none
    place = more[0] + np.concatenate([[0], np.rint(apart / pitch).cumsum()])
    count = int(place[-1]) + more[1] + 1
    line = np.polyfit(place, corners.reshape(-1, 8), 1)
    near = np.abs(np.outer(place, line[0]) + line[1] - corners.reshape(-1, 8))
    if len(place) < shapes.found * count or near.max() > shapes.uneven * pitch + shapes.stray:
        return none
    comb = (np.outer(np.arange(count), line[0]) + line[1]).reshape(-1, 4, 2)
    comb[place.astype(np.intp)] = corners
    return np.asarray(comb)


def _beyond(
    corners: NDArray[np.float64], turns: NDArray[np.float64], pitch: float, shapes: Shapes
) -> tuple[int, int] | None:
    """Return how many cells of a comb are to the left and to the right of those with ``corners``.

    None where it does not end in a tooth on both sides.
    """
    height = float(_sizes(corners)[:, 1].mean())
    more = []
    for way, end in ((1, corners[..., 0].min()), (-1, corners[..., 0].max())):
        beyond = way * (end - turns[:, 0]) / pitch
        farthest = float(beyond.max())
        tooth = np.ptp(turns[beyond > farthest - shapes.beyond, 1])
        more.append(round(farthest))
        if tooth < (1 - shapes.beyond) * height:
            return None
    return more[0], more[1]
