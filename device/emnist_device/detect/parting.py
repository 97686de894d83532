"""Ink of a grid -> where its rows and columns begin, and which of it are rules.

Rules are told from strokes by their length: they go on from cell to cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Parting:
    """Thresholds of rules between cells, lengths in sides of a cell.

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
    """

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


PARTING = Parting()


@dataclass(frozen=True)
class Parted:
    """A grid with its rows and columns.

    tops, lefts: (rows + 1,) and (columns + 1,), where they begin and end. rules: (H, W) bool.
    found: about how many rules lie where those of even rows and columns would.
    """

    tops: NDArray[np.float64]
    lefts: NDArray[np.float64]
    rules: NDArray[np.bool_]
    found: float


def part(mask: NDArray[np.uint8], rows: int, columns: int, *, parting: Parting = PARTING) -> Parted:
    """Return the rows and columns of a grid whose ink is ``mask`` (H, W), 0 or 1.

    Where no rules show, all are equally large.
    """
    across = _find_rules(mask, rows, columns, parting)
    down = _find_rules(np.ascontiguousarray(mask.T), columns, rows, parting)
    tops, found = _edges(across, down.ends, rows, parting)
    lefts, others = _edges(down, across.ends, columns, parting)
    own = (across.beside(tops, parting) | down.beside(lefts, parting).T) > 0
    return Parted(tops, lefts, own, found + others)


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

    def beside(self, edges: NDArray[np.float64], parting: Parting) -> NDArray[np.uint8]:
        """Return the mask with strokes close to ``edges``, which are rules that touch others."""
        found = self.mask.copy()
        band = parting.close * np.diff(edges).mean()
        for edge in edges:
            rows = slice(max(round(edge - band), 0), round(edge + band) + 1)
            found[rows] |= self.strokes[rows]
        return found


def _find_rules(mask: NDArray[np.uint8], rows: int, columns: int, parting: Parting) -> _Rules:
    """Return the rules in ``mask`` (H, W), 0 or 1, that go from left to right."""
    height, width = mask.shape
    high, wide = height / rows, width / columns
    run = max(round(parting.run * wide), 3)
    runs = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    pieces = find_pieces(cv2.dilate(runs, np.ones((3, 5), np.uint8)))
    lengths, thick = pieces.stats[:, cv2.CC_STAT_WIDTH], pieces.stats[:, cv2.CC_STAT_HEIGHT]
    least = parting.long if columns > 1 else parting.alone
    kept = (lengths >= least * wide) & (thick <= max(parting.thick * high, 8))
    kept[0] = False
    order = np.flatnonzero(kept)[np.argsort(pieces.centres[kept, 1])]
    middles, lengths = pieces.centres[order, 1], lengths[order]
    groups = np.cumsum(np.diff(middles, prepend=-np.inf) > parting.near * high)
    places, starts, ends = [], [], []
    for group in np.unique(groups):
        own = groups == group
        if lengths[own].sum() >= parting.across * width:
            places.append(np.average(middles[own], weights=lengths[own]))
            lefts = pieces.stats[order[own], cv2.CC_STAT_LEFT]
            starts.append(lefts.min())
            ends.append((lefts + lengths[own]).max())
    stroke = np.ones((1, max(round(parting.stroke * wide), 3)), np.uint8)
    strokes = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, stroke), np.ones((3, 3), np.uint8))
    band = np.ones((round(parting.off * high) | 1, 1), np.uint8)
    return _Rules(
        kept.astype(np.uint8)[pieces.labels],
        strokes,
        np.array(places),
        cv2.dilate(runs, band).mean(axis=1),
        (float(np.median(starts)), float(np.median(ends))) if places else (),
    )


def _edges(
    rules: _Rules, ends: tuple[float, ...], rows: int, parting: Parting
) -> tuple[NDArray[np.float64], float]:
    """Return where rows begin and end, (rows + 1,), and about how many of the rules are there.

    ``ends`` are those of the rules that cross these.
    """
    height = len(rules.covered)
    even = np.linspace(0, height, rows + 1)
    tried = [even, *_evenly(rules.places, height, rows, parting)]
    fits = [_snap(edges, rules, ends, parting) for edges in tried]
    edges, found = max(fits, key=lambda fit: fit[1])
    return (edges, found) if found >= parting.found * (rows - 1) and found else (even, 0.0)


def _evenly(
    places: NDArray[np.float64], height: int, rows: int, parting: Parting
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
        if not parting.smallest * largest <= pitch <= (1 + parting.off) * largest:
            continue
        for before in range(rows + 1):
            edges = start - before * pitch + pitch * np.arange(rows + 1)
            if edges[0] >= -parting.off * pitch and edges[-1] <= height + parting.off * pitch:
                yield np.clip(edges, 0, height)


def _snap(
    edges: NDArray[np.float64], rules: _Rules, ends: tuple[float, ...], parting: Parting
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
    near = off <= parting.off
    moved = np.where(near, nearest, edges)
    if (np.diff(moved) <= 0).any():
        return edges, 0.0
    parts = rules.covered[np.minimum(edges.astype(int), len(rules.covered) - 1)]
    found = float(np.where(near, 1 - off, parts / 2).sum())
    for edge, end in zip((moved[0], moved[-1]), ends, strict=False):
        found += max(1 - abs(edge - end) / pitch, 0.0)
    return moved, found
