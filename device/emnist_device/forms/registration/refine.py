"""A page held against its picture piece by piece, until the bend of the paper is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms.registration.contrast import RESOLUTION, to_darkest
from emnist_device.forms.registration.mapping import DEGREES, TERMS, Mapping
from emnist_device.forms.registration.patches import cut_pieces, find_shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.patches import Piece, Shift

# Rounds of weighing those less that stray, and what keeps their sums from being singular.
_ROUNDS, _LEAST = 6, 1e-9


@dataclass(frozen=True)
class Round:
    """How far pieces are looked for, the blur for it, in mm, and the highest degree of the bend."""

    reach: float
    blur: float
    degree: int


@dataclass(frozen=True)
class Refining:
    """Thresholds of the refinement. Lengths in mm.

    walk: of the way from what is known to the rest of the page; large: size of the pieces then.
    rounds: of what follows, with pieces of the size small.
    alike: what is less alike, -1..1, says nothing of how the paper is bent.
    there, near: a piece is found that is as alike, so near to where it should be. Of filled sheets,
        even of thick pens on grey scans, nine pieces in ten are; of other forms, three in ten.
    sharp: a piece tells its place across, or down, where it is so much less alike beside it.
    stray: a piece that is off by so much beside the others counts half.
    stiff: weight against each term of the bend, beside one piece, of the first degree; each degree
        more has four times as much.
    corner: weight of a point that is known, beside a piece.
    """

    walk: Round = Round(2.4, 0.4, 2)
    large: tuple[float, float] = (60.0, 30.0)
    rounds: tuple[Round, ...] = (Round(1.6, 0.3, 3), Round(1.0, 0.25, 4))
    small: tuple[float, float] = (26.0, 20.0)
    alike: float = 0.3
    there: float = 0.15
    near: float = 0.45
    sharp: float = 0.1
    stray: float = 0.3
    stiff: float = 0.0002
    corner: float = 0.3


REFINING = Refining()


@dataclass(frozen=True)
class Refined:
    """A mapping, and how well the page's print lies on the picture by it.

    found: fraction of the pieces of print that are found there. error: how far these are still off,
    root of the mean square, in mm. pieces: how many were looked for.
    """

    mapping: Mapping
    found: float
    error: float
    pieces: int


@dataclass(frozen=True)
class Known:
    """Points whose places are known: on the page (N, 2), in mm, and on the picture (N, 2)."""

    points: NDArray[np.float64]
    pixels: NDArray[np.float64]

    def scaled(self, scale: float) -> Known:
        """Return the same on a picture that is so many times as large."""
        return Known(self.points, scale * self.pixels)


@dataclass(frozen=True)
class _Seen:
    """A piece that was looked for: its middle, where it was expected off the plane, how far off."""

    middle: tuple[float, float]
    expected: NDArray[np.float64]
    shift: Shift

    def trust(self, refining: Refining) -> NDArray[np.float64]:
        """Return how much it tells across and down, (2,) 0..1."""
        alike = max(self.shift.likeness - refining.alike, 0) / (1 - refining.alike)
        return np.where(self.shift.sharp >= refining.sharp, alike, 0.0)

    def there(self, refining: Refining) -> bool:
        """Say whether it is found where it was expected, as far as it tells its place."""
        told = self.shift.sharp >= refining.sharp
        off = abs(self.shift.offset[told])
        return self.shift.likeness >= refining.there and off.size > 0 and off.max() <= refining.near


def refine(
    picture: NDArray[np.uint8],
    landmarks: Landmarks,
    mapping: Mapping,
    known: Known,
    *,
    refining: Refining = REFINING,
) -> Refined:
    """Return ``mapping`` bent so that the print of ``landmarks`` lies on that of ``picture``.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        landmarks: the page.
        mapping: right where points are known, and about right elsewhere.
        known: such points.
        refining: thresholds.
    """
    small, scale = _shrink(picture, mapping)
    mapping, known = mapping.scaled(scale), known.scaled(scale)
    mapping = _walk(small, mapping, cut_pieces(landmarks, *refining.large), known, refining)
    pieces = cut_pieces(landmarks, *refining.small)
    for step in refining.rounds:
        seen = _look(small, mapping, pieces, step)
        mapping = mapping.bent(_fit(mapping, seen, known, step.degree, refining))
    last = _look(small, mapping, pieces, refining.rounds[-1])
    there = np.array([each.there(refining) for each in last], bool)
    told = np.array([each.trust(refining) > 0 for each in last], bool).reshape(-1, 2)
    off = np.array([each.shift.offset for each in last]).reshape(-1, 2)[told]
    error = float(np.sqrt(2 * (off**2).mean())) if off.size else 0.0
    found = float(there.mean()) if pieces else 1.0
    return Refined(mapping.scaled(1 / scale), found, error, len(pieces))


def _shrink(picture: NDArray[np.uint8], mapping: Mapping) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` at the resolution of the print, about, if it is finer, and its scale.

    In grey: (H, W).
    """
    middle = np.array([mapping.size]) / 2
    scale = 1.3 * RESOLUTION / max(float(mapping.resolution(middle)[0]), 1e-6)
    if scale > 0.8:
        return to_darkest(picture), 1.0
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return to_darkest(small), scale


def _walk(
    picture: NDArray[np.uint8],
    mapping: Mapping,
    pieces: Sequence[Piece],
    known: Known,
    refining: Refining,
) -> Mapping:
    """Return ``mapping`` bent by ``pieces``, one after the other, those next to known ones first.

    Combs look alike from cell to cell: a piece is looked for where those before it let it expect.
    """
    step = refining.walk
    seen: list[_Seen] = []
    left = list(pieces)
    sure = known.points
    while left:
        gaps = [
            float(np.hypot(*(sure - piece.middle).T).min()) if len(sure) else 0.0 for piece in left
        ]
        piece = left.pop(int(np.argmin(gaps)))
        seen += _look(picture, mapping, [piece], step)
        if seen[-1].trust(refining).any():
            sure = np.concatenate([sure, [piece.middle]])
            mapping = mapping.bent(_fit(mapping, seen, known, step.degree, refining))
    return mapping


def _look(
    picture: NDArray[np.uint8], mapping: Mapping, pieces: Sequence[Piece], step: Round
) -> list[_Seen]:
    """Return where ``pieces`` are found, near to where ``mapping`` has them."""
    middles = [piece.middle for piece in pieces]
    strays = mapping.strays(np.array(middles).reshape(-1, 2))
    return [
        _Seen(middle, stray, find_shift(picture, mapping, piece, step.reach, step.blur))
        for middle, stray, piece in zip(middles, strays, pieces, strict=True)
    ]


def _fit(
    mapping: Mapping, seen: list[_Seen], known: Known, degree: int, refining: Refining
) -> NDArray[np.float64]:
    """Return the bend that brings pieces where they were seen, (TERMS, 2).

    By least squares; those that stray from the others count less.
    """
    middles = np.array([each.middle for each in seen]).reshape(-1, 2)
    strays = np.array([each.expected + each.shift.offset for each in seen]).reshape(-1, 2)
    trusts = np.array([each.trust(refining) for each in seen]).reshape(-1, 2)
    points = np.concatenate([middles, known.points])
    wanted = np.concatenate([strays, mapping.find(known.pixels) - known.points])
    trust = np.concatenate([trusts, np.full((len(known.points), 2), refining.corner)])
    kept = degree >= DEGREES
    terms = mapping.terms(points)[:, kept]
    stiff = np.where(DEGREES > 0, refining.stiff * 4.0 ** (DEGREES - 1), 0)[kept]
    bend = np.zeros((TERMS, 2))
    for axis in range(2):
        weights = trust[:, axis]
        for _ in range(_ROUNDS):
            weighed = terms.T * weights
            left = weighed @ terms + np.diag(stiff + _LEAST)
            bend[kept, axis] = np.linalg.solve(left, weighed @ wanted[:, axis])
            off = terms @ bend[kept, axis] - wanted[:, axis]
            weights = trust[:, axis] / (1 + (off / refining.stray) ** 2)
    return bend
