"""Pieces that the page network took for one character and that may be two, and what tells.

Where a piece may part, :mod:`.partings` knows; which of its ink points elsewhere tells most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.lattice.inks import INK, find_inks
from emnist_device.detect.lattice.partings import PARTINGS, Partings, Sides, find_sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.lattice.inks import Inks
    from emnist_device.detect.maps import Maps


@dataclass(frozen=True)
class Cuts:
    """Thresholds of what may be two characters.

    Chosen on lines of UNIPEN's train writers: a fifth of the pieces is looked at, and of ten that
    are two characters nine are among them.

    strays: the ink of a piece points so far from where it points to on average, as a standard
        deviation, in usual heights.
    partings: of where it may part.
    """

    strays: float = 0.035
    partings: Partings = PARTINGS


CUTS = Cuts()

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


def find_cuts(
    atoms: Atoms,
    maps: Maps,
    may_be: Callable[[NDArray[np.intp], NDArray[np.float64]], NDArray[np.bool_]] | None = None,
    *,
    cuts: Cuts = CUTS,
) -> Iterator[Cut]:
    """Yield the cuts of the pieces that the page network found.

    Args:
        atoms: the pieces.
        maps: what the network said.
        may_be: given the pieces (N,) and measures (N, 8) of cuts, which of these are yielded, (N,);
            None for all.
        cuts: thresholds.
    """
    strays = atoms.strays[: atoms.found] >= cuts.strays * atoms.height
    middles = np.array([blob.middle for blob in atoms.blobs])
    for inks in find_inks(np.flatnonzero(strays).tolist(), atoms, maps):
        sides = find_sides(inks, atoms.height, partings=cuts.partings)
        pieces = inks.pieces[sides.own]
        measures = np.column_stack([_measure(inks, sides, atoms.height), middles[pieces]])
        kept = np.ones(len(pieces), bool) if may_be is None else may_be(pieces, measures)
        for number in np.flatnonzero(kept).tolist():
            pixels, other = sides.of(number)
            piece = int(pieces[number])
            covered = atoms.crop((piece,), atoms.blobs[piece].box)
            away = np.zeros(covered.shape, bool)
            away[inks.rows[pixels[other]], inks.columns[pixels[other]]] = True
            parts = np.where(away, np.uint8(0), covered), np.where(away, covered, np.uint8(0))
            yield Cut(piece, parts, tuple(measures[number].tolist()))


def _measure(inks: Inks, sides: Sides, height: float) -> NDArray[np.float64]:
    """Return :data:`CUT_MEASURES` of N cuts but the last, (N, 7), lengths in usual heights.

    neck: how much ink is cut through. apart: how far apart both parts point. spread: how far their
    ink points from there, as a standard deviation. beside, over: gap between the parts along the
    line and across it; negative where they overlap. low: logarithm of the height of the lower
    one. share: that of the fraction of the ink that the smaller one has. middle: of the piece.
    """
    count, pixels = len(sides.own), sides.pixels
    if not count:
        return np.zeros((0, len(CUT_MEASURES) - 1))
    part = 2 * np.repeat(np.arange(count), np.diff(sides.starts)) + sides.other
    sizes = np.bincount(part, minlength=2 * count)
    aims, around = [], np.zeros(2 * count)
    for to in (inks.x[pixels], inks.y[pixels]):
        mean = np.bincount(part, to, 2 * count) / sizes
        around += np.bincount(part, (to - mean[part]) ** 2, 2 * count)
        aims.append(mean.reshape(-1, 2))
    apart = np.hypot(*(aim[:, 1] - aim[:, 0] for aim in aims))
    left, right = _reach(inks.columns[pixels], sides)
    top, bottom = _reach(inks.rows[pixels], sides)
    sizes = sizes.reshape(-1, 2)
    ink = sizes.sum(axis=1)
    found = (
        sides.neck,
        apart / height,
        np.sqrt(around.reshape(-1, 2).sum(axis=1) / ink) / height,
        (left.max(axis=1) - right.min(axis=1)) / height,
        (top.max(axis=1) - bottom.min(axis=1)) / height,
        np.log((bottom - top).min(axis=1) / height),
        np.log(sizes.min(axis=1) / ink),
    )
    return np.stack(found, axis=1)


def _reach(places: NDArray[np.int64], sides: Sides) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return from where to where either part of N cuts reaches, (N, 2) each, by its ``places``."""
    far, starts = np.int64(2**31), sides.starts[:-1]
    masks = ~sides.other, sides.other
    first = [np.minimum.reduceat(np.where(mask, places, far), starts) for mask in masks]
    last = [np.maximum.reduceat(np.where(mask, places, -far), starts) + 1 for mask in masks]
    return np.stack(first, axis=1), np.stack(last, axis=1)


def _box_of(part: NDArray[np.uint8], box: Box) -> Box:
    """Return the box around the ink of a ``part`` of a piece with this ``box``."""
    rows, columns = np.nonzero(part >= INK)
    x, y = int(columns.min()), int(rows.min())
    return Box(box.x + x, box.y + y, int(columns.max()) - x + 1, int(rows.max()) - y + 1)
