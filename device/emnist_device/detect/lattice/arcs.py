"""Which pieces of ink may be one character together, by where they lie, and how they lie.

A character may be one piece, or two or three that touch or lie close to one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.atoms import Atoms

    #: Numbers of the pieces that make a character, in ascending order.
    Members = tuple[int, ...]


@dataclass(frozen=True)
class Unions:
    """Thresholds of what may be one character together, in usual heights of characters.

    gap, above: pieces are neighbours that touch, or between whose boxes is at most the first; where
        one is above the other, the second: a dot.
    widest, highest: of a character.
    ink: coverage from which a pixel counts as ink that touches other ink (of 255).
    """

    gap: float = 0.12
    above: float = 0.6
    widest: float = 2.0
    highest: float = 2.2
    ink: int = 90


UNIONS = Unions()

# Pieces of a union.
_MOST = 3

#: What is measured of a union, see :func:`measure`.
MEASURES = ("apart", "touch", "level", "widest", "size")


def find_neighbours(atoms: Atoms, *, unions: Unions = UNIONS) -> dict[tuple[int, int], bool]:
    """Return pairs of pieces that may be of one character, and whether their ink touches."""
    x, y, right, bottom = atoms.edges.T
    order = np.argsort(x, kind="stable")
    touching = _touching(atoms, unions.ink)
    pairs = set(touching)
    for step in range(1, len(order)):
        one, other = order[:-step], order[step:]
        if not (x[other] - x[one] <= unions.widest * atoms.height).any():
            break
        beside = np.maximum(x[one], x[other]) - np.minimum(right[one], right[other])
        over = np.maximum(y[one], y[other]) - np.minimum(bottom[one], bottom[other])
        beside, over = beside / atoms.height, over / atoms.height
        near = (beside <= unions.gap) & (over <= unions.gap)
        near |= (beside < 0) & (over <= unions.above)
        found = np.stack([one[near], other[near]], axis=1)
        pairs |= {(min(pair), max(pair)) for pair in found.tolist()}
    return {pair: pair in touching for pair in sorted(pairs)}


def _touching(atoms: Atoms, least: int) -> set[tuple[int, int]]:
    """Return the pairs of pieces whose ink, covered by at least so much, touches."""
    number = np.full(int(atoms.labels.max(initial=0)) + 1, -1)
    number[[blob.label for blob in atoms.blobs]] = np.arange(len(atoms.blobs))
    height, width = atoms.labels.shape
    owner = np.full((height + 1, width + 2), -1)
    ink = (atoms.coverage[:height, :width] >= least) & (atoms.labels > 0)
    rows, columns = np.nonzero(ink)
    owner[rows, columns + 1] = number[atoms.labels[rows, columns]]
    flat = owner.ravel()
    places = rows * (width + 2) + columns + 1
    own, count = flat[places], len(atoms.blobs)
    codes = []
    for step in (1, width + 1, width + 2, width + 3):
        other = flat[places + step]
        meet = (own != other) & (own >= 0) & (other >= 0)
        low, high = np.minimum(own[meet], other[meet]), np.maximum(own[meet], other[meet])
        codes.append(np.unique(low * count + high))
    found = np.unique(np.concatenate(codes)).tolist()
    return {divmod(code, count) for code in found}


def join(
    atoms: Atoms, neighbours: Iterable[tuple[int, int]], *, unions: Unions = UNIONS
) -> list[Members]:
    """Return the unions of two and of three pieces that may be a character by their size."""
    beside: dict[int, set[int]] = {}
    for one, other in neighbours:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    sets: set[Members] = set(neighbours)
    for one, other in neighbours:
        for third in (beside[one] | beside[other]) - {one, other}:
            sets.add(tuple(sorted((one, other, third))))
    ordered = sorted(sets)
    low, high = _spans(atoms, _padded(ordered)).swapaxes(0, 1)
    width, height = (high - low).T
    fits = (width <= unions.widest * atoms.height) & (height <= unions.highest * atoms.height)
    return [ordered[row] for row in np.flatnonzero(fits).tolist()]


def _padded(sets: list[Members]) -> NDArray[np.int64]:
    """Return the members of unions of two and of three pieces, (N, 3); of two, the last twice."""
    rows = [(*members, members[-1])[:_MOST] for members in sets]
    return np.array(rows, np.int64).reshape(-1, _MOST)


def _spans(atoms: Atoms, padded: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return left and upper, and right and lower edges of unions, (N, 2, 2)."""
    edges = atoms.edges[padded]
    return np.stack([edges[..., :2].min(axis=1), edges[..., 2:].max(axis=1)], axis=1)


def measure(
    atoms: Atoms, sets: list[Members], neighbours: dict[tuple[int, int], bool]
) -> NDArray[np.float64]:
    """Return :data:`MEASURES` of unions, (N, 5), from the pairs of neighbours in each.

    apart: how far apart the pieces point, on average, in usual heights. touch: 1 where the ink of
    all of these pairs touches. level: overlap of heights, as a fraction of the lower, of the pair
    that has most. widest: width of the widest piece, in usual heights. size: square of the
    logarithm of the union's height, in usual ones.
    """
    if not sets:
        return np.zeros((0, len(MEASURES)))
    padded, count = _padded(sets), len(atoms.blobs)
    known = np.array([one * count + other for one, other in neighbours])
    touching = np.array([*neighbours.values()])
    order = known.argsort()
    links = np.stack([padded[:, pair] for pair in combinations(range(_MOST), 2)], axis=1)
    codes = links @ (count, 1)
    places = order[np.minimum(np.searchsorted(known, codes, sorter=order), len(known) - 1)]
    linked = known[places] == codes
    # Of two pieces, the last stands twice.
    linked[padded[:, 1] == padded[:, 2], 1] = False
    one, other = links[..., 0], links[..., 1]
    apart = np.hypot(*np.moveaxis(atoms.aims[one] - atoms.aims[other], -1, 0))
    level = np.where(linked, _level(atoms.edges[one], atoms.edges[other]), -np.inf)
    edges = atoms.edges[padded]
    spans = _spans(atoms, padded)
    found = [
        np.where(linked, apart, 0).sum(axis=1) / linked.sum(axis=1) / atoms.height,
        (touching[places] | ~linked).all(axis=1),
        level.max(axis=1),
        (edges[..., 2] - edges[..., 0]).max(axis=1) / atoms.height,
        np.log((spans[:, 1, 1] - spans[:, 0, 1]) / atoms.height) ** 2,
    ]
    return np.stack(found, axis=1)


def _level(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the overlap of heights of boxes (..., 4) over the lower's; negative for a gap."""
    shared = np.minimum(one[..., 3], other[..., 3]) - np.maximum(one[..., 1], other[..., 1])
    return shared / np.minimum(one[..., 3] - one[..., 1], other[..., 3] - other[..., 1])
