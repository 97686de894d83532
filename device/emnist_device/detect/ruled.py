"""A picture that is cut into rows and columns of cells -> the ink of each, without the rules.

Where the rules between the cells show, cells are what lies between them; else all are equally
large. A grid that was photographed at an angle is laid straight.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.cell import CELLS, Cells, cut_out_one
from emnist_device.detect.contrast import CONTRASTS, Contrasts, find_contrast
from emnist_device.detect.parting import PARTING, Parted, Parting, part
from emnist_device.detect.pieces import binarize, find_pieces
from emnist_device.detect.tilted import TILTED, Straight, Tilted, straighten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ruled:
    """Thresholds of the ink of cells, lengths in sides of a cell.

    faint: rules have at least this fraction of the threshold (Otsu's) of ink, and ink as well.
    rim: what is so close to the edge of a cell is left of a rule, or of a neighbour.
    dark: so much of a stroke is ink by the threshold of all cells; noise, and what is left of the
        edges of rules, has less.
    least: what is written in a cell is at least so long.
    middle: and some of it is farther from the edge than this.
    large: cells are looked at as large as this, in pixels.
    cells, contrasts, parting, tilted: of the ink of one cell, of the contrast of all, of the rules
        between cells, and of grids at an angle.
    """

    faint: float = 0.5
    rim: float = 0.05
    dark: float = 0.1
    least: float = 0.15
    middle: float = 0.15
    large: int = 200
    cells: Cells = CELLS
    contrasts: Contrasts = CONTRASTS
    parting: Parting = PARTING
    tilted: Tilted = TILTED


RULED = Ruled()


@dataclass(frozen=True)
class CellInk:
    """The ink of one cell.

    box: of the cell, in pixels of the picture. ink: (H, W) uint8 0 or 255, nothing where it is
    blank. place: x and y of the ink's first pixel in the picture. scale: pixels of the ink to one
    of the picture.
    """

    box: Box
    ink: NDArray[np.uint8]
    place: tuple[float, float]
    scale: float


def find_cells(
    picture: NDArray[np.uint8], rows: int, columns: int, *, ruled: Ruled = RULED
) -> Iterator[CellInk]:
    """Yield the cells of ``picture``, (H, W) or (H, W, 3) BGR uint8, row by row."""
    contrast, scale, _ = find_contrast(picture, contrasts=ruled.contrasts)
    size = picture.shape[1::-1]
    straight = straighten(contrast, rows, columns, tilted=ruled.tilted)
    views = [_View(contrast, size, scale, None)]
    if straight is not None:
        views.append(_View(straight.lay(contrast), size, scale, straight))
    parted = [_part(view.contrast, rows, columns, ruled) for view in views]
    view, (cells, least) = max(zip(views, parted, strict=True), key=lambda each: each[1][0].found)
    bare = np.where(cells.rules, np.uint8(0), view.contrast)
    for top, bottom in pairwise(cells.tops.tolist()):
        for left, right in pairwise(cells.lefts.tolist()):
            rim = ruled.rim * min(bottom - top, right - left)
            start = round(left + rim), round(top + rim)
            inside = bare[start[1] : round(bottom - rim), start[0] : round(right - rim)]
            ink, times = _ink(inside, least, ruled)
            box = view.box(left, top, right, bottom)
            yield CellInk(box, ink, view.corner(start, inside.shape), times * scale)


def _part(
    contrast: NDArray[np.uint8], rows: int, columns: int, ruled: Ruled
) -> tuple[Parted, float]:
    """Return the rows and columns of a grid, and the contrast that ink has at least."""
    otsu, _ = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    least = max(ruled.faint * otsu, ruled.cells.close_ups.contrast)
    return part((contrast > least).astype(np.uint8), rows, columns, parting=ruled.parting), least


@dataclass(frozen=True)
class _View:
    """The contrast of a picture, as it lies or laid straight.

    contrast: (H, W) uint8. size: width and height of the picture. scale: of the contrast to that.
    straight: how it was laid; None for as it lies.
    """

    contrast: NDArray[np.uint8]
    size: tuple[int, ...]
    scale: float
    straight: Straight | None

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where ``points`` (N, 2) are on the picture."""
        return (points if self.straight is None else self.straight.place(points)) / self.scale

    def corner(self, start: tuple[int, int], shape: tuple[int, ...]) -> tuple[float, float]:
        """Return where ``start`` would be if what begins there, of ``shape``, lay upright."""
        half = np.array(shape[1::-1]) / 2
        x, y = self.place((start + half)[None])[0] - half / self.scale
        return float(x), float(y)

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the box around a cell, as far as it is on the picture."""
        ends = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        places = self.place(ends)
        (x, end), (y, base) = (
            [_within(place, side) for place in (own.min(), own.max())]
            for own, side in zip(places.T, self.size, strict=True)
        )
        return Box(x, y, max(end - x, 1), max(base - y, 1))


def _within(place: float, side: int) -> int:
    return min(max(round(place), 0), side - 1) if place < side else side


def _ink(
    contrast: NDArray[np.uint8], least: float, ruled: Ruled
) -> tuple[NDArray[np.uint8], float]:
    """Return the ink of a cell with this ``contrast``, and by what it is enlarged."""
    side = min(contrast.shape, default=0)
    if side < 3 or contrast.max() <= least:
        return np.zeros((1, 1), np.uint8), 1.0
    pieces = find_pieces(binarize(contrast))
    dark = np.bincount(pieces.labels[contrast > least], minlength=len(pieces.areas))
    band = round((ruled.parting.close - ruled.rim) * side)
    inner = pieces.labels[band : contrast.shape[0] - band, band : contrast.shape[1] - band]
    kept = np.bincount(inner.ravel(), minlength=len(pieces.areas)) > 0
    kept &= dark >= ruled.dark * pieces.areas
    contrast = np.where(kept[pieces.labels], contrast, np.uint8(0))
    times = max(min(ruled.large // side, ruled.cells.close_ups.enlarged), 1)
    ink = cut_out_one(contrast, times, cells=ruled.cells)
    box = Box(*cv2.boundingRect(ink))
    far = round(ruled.middle * side * times)
    middle = ink[far : ink.shape[0] - far, far : ink.shape[1] - far]
    if box.side < ruled.least * side * times or not middle.any():
        ink[:] = 0
    return ink, float(times)
