"""Pieces that the page network took for one character and that may be two, and where they part.

A piece parts between its connected pieces, or along a straight line through little ink; which of
its ink points elsewhere tells most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import GROUPING
from emnist_device.detect.maps import STRIDE
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.maps import Maps


@dataclass(frozen=True)
class Cuts:
    """Thresholds of what may be two characters, in usual heights if not said otherwise.

    Chosen on lines of UNIPEN's train writers: a fifth of the pieces is looked at, and of ten that
    are two characters nine are among them.

    strays: the ink of a piece points so far from where it points to on average, as a standard
        deviation.
    wide: a piece that is cut through its ink is so wide.
    share: fraction of the ink that either side of such a cut has at least.
    other: two such cuts are so far apart.
    area: pixels that a part has at least; a full stop has no more.
    """

    strays: float = 0.035
    wide: float = 0.5
    share: float = 0.12
    other: float = 0.12
    area: int = 5


CUTS = Cuts()

# Lines lean by so many columns to a row; so many of a piece are tried.
_SLANTS, _MOST = (-0.25, 0.0, 0.25, 0.5), 2
# A piece that falls apart in more is a texture.
_PIECES = 5
_INK = GROUPING.cell_ink

#: What is measured of a cut, see :func:`_measure`.
CUT_MEASURES = ("neck", "apart", "spread", "beside", "over", "low", "share", "middle")


@dataclass(frozen=True)
class Cut:
    """A piece as two characters.

    piece: its number. parts: ink (H, W) uint8 of either in the piece's box. measures:
    :data:`CUT_MEASURES`.
    """

    piece: int
    parts: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    measures: tuple[float, ...]

    def boxes(self, box: Box) -> tuple[Box, Box]:
        """Return the boxes of both parts of a piece with this ``box``."""
        one, other = (_box_of(part, box) for part in self.parts)
        return one, other


class _Ink(NamedTuple):
    """The ink of a piece: its pixels in its box, and where each points to, in pixels there.

    amount: of each pixel, 0..1.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    amount: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def find_cuts(atoms: Atoms, maps: Maps, *, cuts: Cuts = CUTS) -> Iterator[Cut]:
    """Yield all cuts of the pieces that the page network found; ``maps`` are what it said."""
    for piece in np.flatnonzero(atoms.strays[: atoms.found] >= cuts.strays * atoms.height).tolist():
        box = atoms.blobs[piece].box
        covered = atoms.crop((piece,), box)
        ink = _ink_of(covered, box, maps)
        for other, neck in (*_fallen_apart(covered, ink, cuts), *_lines(ink, atoms.height, cuts)):
            if cuts.area <= np.count_nonzero(other) <= len(other) - cuts.area:
                away = np.zeros(covered.shape, bool)
                away[ink.rows[other], ink.columns[other]] = True
                parts = np.where(away, np.uint8(0), covered), np.where(away, covered, np.uint8(0))
                measures = _measure(ink, other, neck, atoms.height)
                yield Cut(piece, parts, (*measures, atoms.blobs[piece].middle))


def _ink_of(covered: NDArray[np.uint8], box: Box, maps: Maps) -> _Ink:
    rows, columns = np.nonzero(covered >= _INK)
    high, wide = maps.middle.shape
    cells = (
        np.minimum((rows + box.y) // STRIDE, high - 1),
        np.minimum((columns + box.x) // STRIDE, wide - 1),
    )
    offset = maps.offset[cells]
    x = STRIDE * (cells[1] + offset[:, 0]) - box.x
    y = STRIDE * (cells[0] + offset[:, 1]) - box.y
    return _Ink(rows, columns, covered[rows, columns] / 255, x.astype(float), y.astype(float))


def _fallen_apart(
    covered: NDArray[np.uint8], ink: _Ink, cuts: Cuts
) -> Iterator[tuple[NDArray[np.bool_], float]]:
    """Yield which pixels of ``ink`` are of the other part, where it is in several pieces.

    That is each of these alone; of four or more, also the first few from left to right.
    """
    pieces = find_pieces((covered >= _INK).astype(np.uint8))
    own = pieces.labels[ink.rows, ink.columns]
    large = (np.flatnonzero(pieces.areas[1:] >= cuts.area) + 1).tolist()
    if not 2 <= len(large) <= _PIECES:
        return
    for number in large if len(large) > 2 else large[:1]:
        yield own == number, 0.0
    ordered = sorted(large, key=lambda number: float(pieces.centres[number, 0]))
    for count in range(2, len(ordered) - 1):
        yield np.isin(own, ordered[:count]), 0.0


def _lines(ink: _Ink, height: float, cuts: Cuts) -> Iterator[tuple[NDArray[np.bool_], float]]:
    """Yield which pixels of ``ink`` are right of the best lines, and how much ink is cut through.

    That is in usual heights. The best cut little ink, and part what points far apart.
    """
    if not len(ink.rows) or np.ptp(ink.columns) < cuts.wide * height:
        return
    tried = [_along(ink, slant, height, cuts.share) for slant in _SLANTS]
    slants = np.repeat(_SLANTS, [len(each[0]) for each in tried])
    places, necks, ranks = (np.concatenate(each) for each in zip(*tried, strict=True))
    kept: list[int] = []
    for number in np.argsort(ranks, kind="stable").tolist():
        if (np.abs(places[kept] - places[number]) > cuts.other * height).all():
            kept.append(number)
        if len(kept) == _MOST:
            break
    middle = ink.rows.max() / 2
    for number in kept:
        line = places[number] - slants[number] * (ink.rows - middle)
        yield ink.columns >= line, float(necks[number])


def _along(
    ink: _Ink, slant: float, height: float, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of lines that lean by ``slant``, how much ink each cuts, and their ranks.

    Places are columns in the middle of the piece; the best rank is the lowest.
    """
    across = ink.columns + slant * (ink.rows - ink.rows.max() / 2)
    first = np.floor(across.min())
    place = (across - first).astype(int)
    amount = np.bincount(place, ink.amount)
    sums = np.stack([np.bincount(place, each) for each in (ink.x, ink.y)])
    left, count = np.cumsum(sums, axis=1)[:, :-1], np.cumsum(np.bincount(place))
    right = sums.sum(axis=1, keepdims=True) - left
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.hypot(*(right / (count[-1] - count[:-1]) - left / count[:-1])) / height
    neck = (amount[:-1] + amount[1:]) / 2 / height
    part = np.cumsum(amount)[:-1] / amount.sum()
    fits = (part >= share) & (part <= 1 - share)
    places = first + 1 + np.arange(len(neck))
    return places[fits], neck[fits], (neck - apart)[fits]


def _measure(ink: _Ink, other: NDArray[np.bool_], neck: float, height: float) -> tuple[float, ...]:
    """Return :data:`CUT_MEASURES` but the last, lengths in usual heights.

    neck: how much ink is cut through. apart: how far apart both parts point. spread: how far their
    ink points from there, as a standard deviation. beside, over: gap between the parts along the
    line and across it; negative where they overlap. low: logarithm of the height of the lower
    one. share: that of the fraction of the ink that the smaller one has. middle: of the piece.
    """
    masks = ~other, other
    sizes = np.array([np.count_nonzero(mask) for mask in masks])
    aims = np.array([[ink.x[mask].mean(), ink.y[mask].mean()] for mask in masks])
    around = np.array([ink.x[mask].var() + ink.y[mask].var() for mask in masks])
    edges = np.array([
        [
            [ink.columns[mask].min(), ink.rows[mask].min()],
            [ink.columns[mask].max() + 1, ink.rows[mask].max() + 1],
        ]
        for mask in masks
    ])  # fmt: skip
    beside, over = (edges[:, 0].max(axis=0) - edges[:, 1].min(axis=0)) / height
    lower = float((edges[:, 1, 1] - edges[:, 0, 1]).min())
    return (
        neck,
        float(np.hypot(*(aims[1] - aims[0]))) / height,
        float(np.sqrt(around @ sizes / sizes.sum())) / height,
        float(beside),
        float(over),
        float(np.log(lower / height)),
        float(np.log(sizes.min() / sizes.sum())),
    )


def _box_of(part: NDArray[np.uint8], box: Box) -> Box:
    """Return the box around the ink of a ``part`` of a piece with this ``box``."""
    rows, columns = np.nonzero(part >= _INK)
    x, y = int(columns.min()), int(rows.min())
    return Box(box.x + x, box.y + y, int(columns.max()) - x + 1, int(rows.max()) - y + 1)
