"""Where pieces of ink may part: between what is connected, or along lines through little ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.inks import Inks


@dataclass(frozen=True)
class Partings:
    """Thresholds of where pieces part, in usual heights if not said otherwise.

    wide: a piece that is cut through its ink is so wide.
    share: fraction of the ink that either side of such a cut has at least.
    other: two such cuts are so far apart.
    area: pixels that a part has at least; a full stop has no more.
    """

    wide: float = 0.5
    share: float = 0.12
    other: float = 0.12
    area: int = 5


PARTINGS = Partings()

# Lines lean by so many columns to a row; so many of a piece are tried.
_SLANTS, _MOST = (-0.25, 0.0, 0.25, 0.5), 2
# A piece that falls apart in more is a texture.
_PIECES = 5


@dataclass(frozen=True)
class Sides:
    """N partings of pieces, with the T pixels of all, those of each parting one after another.

    own: (N,) which piece of the ink each parts. neck: (N,) how much ink is cut through, in usual
    heights. starts: (N + 1,) where the pixels of each begin. pixels: (T,) numbers of the pixels in
    the ink. other: (T,) whether they are on the other side.
    """

    own: NDArray[np.int64]
    neck: NDArray[np.float64]
    starts: NDArray[np.int64]
    pixels: NDArray[np.int64]
    other: NDArray[np.bool_]

    def of(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the pixels of one parting, and whether they are on the other side."""
        own = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.pixels[own], self.other[own]


# A way to part a piece is a row of numbers: which piece of the ink it is; the column, in the middle
# of its height, of a line that leans by the next, right of which is the other side; how much ink is
# cut through, in usual heights; and the connected parts that are the other side, a bit for each.
_WAY = 5


def find_sides(inks: Inks, height: float, *, partings: Partings = PARTINGS) -> Sides:
    """Return where the pieces of ``inks`` may part; ``height`` is the usual one of characters."""
    part, fallen = _fallen_apart(inks, partings)
    ways = np.concatenate([fallen, _lines(inks, height, partings)])
    own, place, slant, neck, parts = ways[np.argsort(ways[:, 0], kind="stable")].T
    pieces = own.astype(np.int64)
    lengths = np.diff(inks.starts)[pieces]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    pixels = np.repeat(inks.starts[pieces] - starts[:-1], lengths) + np.arange(starts[-1])
    middle, slant, place, bits = (
        np.repeat(each, lengths)
        for each in (inks.middle[pieces], slant, place, parts.astype(np.int64))
    )
    other = inks.columns[pixels] >= place - slant * (inks.rows[pixels] - middle)
    other |= (bits >> part[pixels]) & 1 > 0
    away = np.add.reduceat(other, starts[:-1], dtype=np.int64) if len(lengths) else lengths
    fits = (away >= partings.area) & (away <= lengths - partings.area)
    shown = np.repeat(fits, lengths)
    starts = np.concatenate([[0], np.cumsum(lengths[fits])])
    return Sides(pieces[fits], neck[fits], starts, pixels[shown], other[shown])


def _fallen_apart(inks: Inks, partings: Partings) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which bit is that of each pixel's connected part, (M,), and partings between these.

    Of pieces in several parts, each of these alone; of four or more, also the first few from left
    to right. The last bit is that of what is too small.
    """
    label, areas, middles = inks.find_parts()
    owner = np.zeros(len(areas), np.int64)
    owner[label] = inks.own
    large = np.flatnonzero(areas >= partings.area)
    large = large[large > 0]
    counts = np.bincount(owner[large], minlength=len(inks.pieces))
    bit = np.full(len(areas), _PIECES)
    found: list[tuple[float, ...]] = []
    for piece in np.flatnonzero((counts >= 2) & (counts <= _PIECES)).tolist():
        own = large[owner[large] == piece]
        bit[own] = np.arange(len(own))
        found += [(piece, np.inf, 0, 0, parts) for parts in _some_of(middles[own])]
    return bit[label], np.array(found, np.float64).reshape(-1, _WAY)


def _some_of(middles: NDArray[np.float64]) -> Iterator[int]:
    """Yield which parts of a piece may be another character, a bit for each.

    ``middles`` are the columns of their middles.
    """
    count = len(middles)
    for part in range(count if count > 2 else 1):
        yield 1 << part
    ordered = np.argsort(middles, kind="stable").tolist()
    for few in range(2, count - 1):
        yield sum(1 << part for part in ordered[:few])


def _lines(inks: Inks, height: float, partings: Partings) -> NDArray[np.float64]:
    """Return the best lines through pieces, (N, 5).

    They cut little ink, and part what points far apart.
    """
    first = np.minimum.reduceat(inks.columns, inks.starts[:-1])
    last = np.maximum.reduceat(inks.columns, inks.starts[:-1])
    wide = np.flatnonzero(last - first >= partings.wide * height)
    tried = [_along(inks, slant, height, partings.share) for slant in _SLANTS]
    slants = np.repeat(_SLANTS, [each[0].shape[1] for each in tried])
    places, necks, ranks = (np.concatenate(each, axis=1) for each in zip(*tried, strict=True))
    ranks, rows = ranks[wide], np.arange(len(wide))
    kept = [np.zeros((0, _WAY))]
    for _ in range(_MOST if ranks.size else 0):
        best = ranks.argmin(axis=1)
        fits = np.isfinite(ranks[rows, best])
        own, best = wide[fits], best[fits]
        place = places[own, best]
        neck, none = necks[own, best], np.zeros(len(own))
        kept.append(np.stack([own, place, slants[best], neck, none], axis=1))
        near = np.abs(places[own] - place[:, None]) <= partings.other * height
        ranks[fits] = np.where(near, np.inf, ranks[fits])
    return np.concatenate(kept)


def _along(
    inks: Inks, slant: float, height: float, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of lines that lean by ``slant``, how much ink each cuts, and their ranks.

    (P, L) each. Places are columns in the middle of the piece; the best rank is the lowest, and
    where there is no line, it is infinite.
    """
    own, count = inks.own, len(inks.pieces)
    across = inks.columns + slant * (inks.rows - inks.middle[own])
    first = np.floor(np.minimum.reduceat(across, inks.starts[:-1]))
    place = (across - first[own]).astype(np.int64)
    steps = int(place.max()) + 1
    place += own * steps
    one = np.ones(len(place))
    amount, *sums = (
        np.bincount(place, each, count * steps).reshape(count, steps)
        for each in (inks.amount, one, inks.x, inks.y)
    )
    before, *aims = (each.cumsum(axis=1) for each in sums)
    left = np.stack(aims)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = (left[..., -1:] - left) / (before[:, -1:] - before)
        apart = np.hypot(*(right - left / before))[:, :-1] / height
    neck = (amount[:, :-1] + amount[:, 1:]) / 2 / height
    part = amount.cumsum(axis=1)
    part = part[:, :-1] / part[:, -1:]
    fits = (part >= share) & (part <= 1 - share)
    places = first[:, None] + np.arange(1.0, steps)
    return places, neck, np.asarray(np.where(fits, neck - apart, np.inf))
