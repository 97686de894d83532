"""A picture that is cut into rows and columns of cells -> the ink of each, without the rules.

Where the rules between the cells show, cells are what lies between them; else all are equally
large. Rules are told from strokes by their length: they go on from cell to cell.
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
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ruled:
    """Thresholds of the rules and the ink of cells, lengths in sides of a cell.

    faint: rules have at least this fraction of the threshold (Otsu's) of ink, and ink as well.
    run, long, alone: a rule has runs of pixels as long as the first, and is as long as the second
        where these are joined, which no stroke is; as the third, where there is no other cell that
        it may go on to.
    thick: a rule, with its tilt, is no thicker than this.
    stroke, close: a straight stroke as long as the first, and no farther from the edge of a cell
        than the second, is part of a rule.
    across: a row of rules parts the cells where it goes along this fraction of the picture.
    near: rules that are closer than this are one, such as a double line.
    off: rules are so far, in cells, from where they would be if all cells were equally large.
    smallest: cells have at least this fraction of the side that they would have if they filled the
        picture.
    found: of the rules within a grid, so many are found.
    rim: what is so close to the edge of a cell is left of a rule, or of a neighbour.
    least: what is written in a cell is at least so long.
    middle: and some of it is farther from the edge than this.
    large: cells are looked at as large as this, in pixels.
    cells, contrasts: of the ink of one cell, and of the contrast of all.
    """

    faint: float = 0.5
    run: float = 0.35
    long: float = 1.3
    alone: float = 0.8
    thick: float = 0.4
    stroke: float = 0.6
    close: float = 0.1
    across: float = 0.5
    near: float = 0.3
    off: float = 0.2
    smallest: float = 0.4
    found: float = 0.6
    rim: float = 0.05
    least: float = 0.15
    middle: float = 0.15
    large: int = 200
    cells: Cells = CELLS
    contrasts: Contrasts = CONTRASTS


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
    contrast, scale = find_contrast(picture, contrasts=ruled.contrasts)
    otsu, _ = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    least = max(ruled.faint * otsu, ruled.cells.close_ups.contrast)
    mask = (contrast > least).astype(np.uint8)
    across = _find_rules(mask, rows, columns, ruled)
    down = _find_rules(np.ascontiguousarray(mask.T), columns, rows, ruled)
    tops = _edges(across, down.ends, rows, ruled)
    lefts = _edges(down, across.ends, columns, ruled)
    bare = contrast.copy()
    bare[(across.beside(tops, ruled) | down.beside(lefts, ruled).T) > 0] = 0
    height, width = picture.shape[:2]
    for top, bottom in pairwise(tops.tolist()):
        for left, right in pairwise(lefts.tolist()):
            x, y = _within(left / scale, width), _within(top / scale, height)
            end, base = _within(right / scale, width), _within(bottom / scale, height)
            box = Box(x, y, max(end - x, 1), max(base - y, 1))
            rim = ruled.rim * min(bottom - top, right - left)
            start = round(left + rim), round(top + rim)
            inside = bare[start[1] : round(bottom - rim), start[0] : round(right - rim)]
            ink, times = _ink(inside, least, ruled)
            yield CellInk(box, ink, (start[0] / scale, start[1] / scale), times * scale)


def _within(place: float, side: int) -> int:
    return min(max(round(place), 0), side - 1) if place < side else side


@dataclass(frozen=True)
class _Rules:
    """Rules that go from left to right.

    mask: (H, W), 0 or 1. strokes: (H, W), 0 or 1, all that is straight and about as long as a
    cell. places: where rules of some length are, from top to bottom. covered: (H,)
    fraction of each row of pixels with a run near it. ends: where these rules begin and end, at the
    median; none where there are none.
    """

    mask: NDArray[np.uint8]
    strokes: NDArray[np.uint8]
    places: NDArray[np.float64]
    covered: NDArray[np.float64]
    ends: tuple[float, ...]

    def beside(self, edges: NDArray[np.float64], ruled: Ruled) -> NDArray[np.uint8]:
        """Return the mask with strokes close to ``edges``, which are rules that touch others."""
        found = self.mask.copy()
        band = ruled.close * np.diff(edges).mean()
        for edge in edges:
            rows = slice(max(round(edge - band), 0), round(edge + band) + 1)
            found[rows] |= self.strokes[rows]
        return found


def _find_rules(mask: NDArray[np.uint8], rows: int, columns: int, ruled: Ruled) -> _Rules:
    """Return the rules in ``mask`` (H, W), 0 or 1, that go from left to right."""
    height, width = mask.shape
    high, wide = height / rows, width / columns
    run = max(round(ruled.run * wide), 3)
    runs = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    pieces = find_pieces(cv2.dilate(runs, np.ones((3, 5), np.uint8)))
    lengths, thick = pieces.stats[:, cv2.CC_STAT_WIDTH], pieces.stats[:, cv2.CC_STAT_HEIGHT]
    least = ruled.long if columns > 1 else ruled.alone
    kept = (lengths >= least * wide) & (thick <= max(ruled.thick * high, 8))
    kept[0] = False
    order = np.flatnonzero(kept)[np.argsort(pieces.centres[kept, 1])]
    middles, lengths = pieces.centres[order, 1], lengths[order]
    groups = np.cumsum(np.diff(middles, prepend=-np.inf) > ruled.near * high)
    places, starts, ends = [], [], []
    for group in np.unique(groups):
        own = groups == group
        if lengths[own].sum() >= ruled.across * width:
            places.append(np.average(middles[own], weights=lengths[own]))
            lefts = pieces.stats[order[own], cv2.CC_STAT_LEFT]
            starts.append(lefts.min())
            ends.append((lefts + lengths[own]).max())
    stroke = np.ones((1, max(round(ruled.stroke * wide), 3)), np.uint8)
    strokes = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, stroke), np.ones((3, 3), np.uint8))
    band = np.ones((round(ruled.off * high) | 1, 1), np.uint8)
    return _Rules(
        kept.astype(np.uint8)[pieces.labels],
        strokes,
        np.array(places),
        cv2.dilate(runs, band).mean(axis=1),
        (float(np.median(starts)), float(np.median(ends))) if places else (),
    )


def _edges(rules: _Rules, ends: tuple[float, ...], rows: int, ruled: Ruled) -> NDArray[np.float64]:
    """Return where rows begin and end, (rows + 1,).

    ``ends`` are those of the rules that cross these.
    """
    height = len(rules.covered)
    even = np.linspace(0, height, rows + 1)
    tried = [even, *_evenly(rules.places, height, rows, ruled)]
    fits = [_snap(edges, rules, ends, ruled) for edges in tried]
    edges, found = max(fits, key=lambda fit: fit[1])
    return edges if found >= ruled.found * (rows - 1) and found else even


def _evenly(
    places: NDArray[np.float64], height: int, rows: int, ruled: Ruled
) -> Iterator[NDArray[np.float64]]:
    """Yield what the edges of rows may be of which two lie at ``places``, (rows + 1,) each."""
    largest = height / rows
    pairs = [(places[:-skipped], places[skipped:], skipped) for skipped in (1, 2)]
    spans = [
        (start, (end - start) / steps)
        for starts, ends, skipped in pairs
        for start, end in zip(starts, ends, strict=True)
        for steps in (skipped, skipped + 1)
    ]
    for start, pitch in spans:
        if not ruled.smallest * largest <= pitch <= (1 + ruled.off) * largest:
            continue
        for before in range(rows + 1):
            edges = start - before * pitch + pitch * np.arange(rows + 1)
            if edges[0] >= -ruled.off * pitch and edges[-1] <= height + ruled.off * pitch:
                yield np.clip(edges, 0, height)


def _snap(
    edges: NDArray[np.float64], rules: _Rules, ends: tuple[float, ...], ruled: Ruled
) -> tuple[NDArray[np.float64], float]:
    """Return ``edges``, moved to rules that are near, and about how many of them are.

    Those that are nearer count more, and where there is none, runs that may be part of a rule. Each
    of both ``ends`` counts for one as well.
    """
    if not len(rules.places):
        return edges, 0.0
    nearest = rules.places[np.abs(rules.places[:, None] - edges).argmin(axis=0)]
    pitch = np.diff(edges).mean()
    off = np.abs(nearest - edges) / pitch
    near = off <= ruled.off
    moved = np.where(near, nearest, edges)
    if (np.diff(moved) <= 0).any():
        return edges, 0.0
    parts = rules.covered[np.minimum(edges.astype(int), len(rules.covered) - 1)]
    found = float(np.where(near, 1 - off, parts / 2).sum())
    for edge, end in zip((moved[0], moved[-1]), ends, strict=False):
        found += max(1 - abs(edge - end) / pitch, 0.0)
    return moved, found


def _ink(
    contrast: NDArray[np.uint8], least: float, ruled: Ruled
) -> tuple[NDArray[np.uint8], float]:
    """Return the ink of a cell with this ``contrast``, and by what it is enlarged."""
    side = min(contrast.shape, default=0)
    if side < 3 or contrast.max() <= least:
        return np.zeros((1, 1), np.uint8), 1.0
    times = max(min(ruled.large // side, ruled.cells.close_ups.enlarged), 1)
    ink = cut_out_one(contrast, times, cells=ruled.cells)
    box = Box(*cv2.boundingRect(ink))
    far = round(ruled.middle * side * times)
    middle = ink[far : ink.shape[0] - far, far : ink.shape[1] - far]
    if box.side < ruled.least * side * times or not middle.any():
        ink[:] = 0
    return ink, float(times)
