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
    from numpy.typing import NDArray

    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.patches import Piece


@dataclass(frozen=True)
class Round:
    """How far pieces are looked for, the blur they are compared with, in mm, and the bend's degree."""

    reach: float
    blur: float
    degree: int


@dataclass(frozen=True)
class Refining:
    """Thresholds of the refinement. Lengths in mm.

    walk: of the way from what is known to the rest of the page; large: size of the pieces then.
    rounds: of what follows, with pieces of the size small.
    alike: what is less alike, -1..1, is not found.
    stray: a piece that is off by so much beside the others counts half.
    stiff: weight against each term of the bend, beside one piece, of the first degree; each degree
        more has four times as much.
    corner: weight of a point that is known, beside a piece.
    """

    walk: Round = Round(2.4, 0.4, 2)
    large: tuple[float, float] = (60.0, 30.0)
    rounds: tuple[Round, ...] = (Round(1.6, 0.3, 3), Round(1.0, 0.25, 4), Round(0.8, 0.25, 4))
    small: tuple[float, float] = (26.0, 20.0)
    alike: float = 0.3
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


@dataclass
class _Seen:
    """Pieces that were looked for: their middles, how far off the plane they are, how alike."""

    middles: list[tuple[float, float]]
    strays: list[NDArray[np.float64]]
    likeness: list[float]


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
    middles = np.array(last.middles).reshape(-1, 2)
    there = np.array(last.likeness) >= refining.alike
    off = (np.array(last.strays).reshape(-1, 2) - mapping.strays(middles))[there]
    error = float(np.sqrt((off**2).sum(axis=1).mean())) if there.any() else 0.0
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
    pieces: list[Piece],
    known: Known,
    refining: Refining,
) -> Mapping:
    """Return ``mapping`` bent by ``pieces``, one after the other, those next to what is known first.

    Combs look alike from cell to cell: a piece is looked for where those before it let it expect.
    """
    step = refining.walk
    seen = _Seen([], [], [])
    left = list(pieces)
    sure = known.points
    while left:
        gaps = [
            float(np.hypot(*(sure - piece.middle).T).min()) if len(sure) else 0.0 for piece in left
        ]
        piece = left.pop(int(np.argmin(gaps)))
        found = _look(picture, mapping, [piece], step)
        seen.middles += found.middles
        seen.strays += found.strays
        seen.likeness += found.likeness
        if found.likeness[0] >= refining.alike:
            sure = np.concatenate([sure, [piece.middle]])
            mapping = mapping.bent(_fit(mapping, seen, known, step.degree, refining))
    return mapping


def _look(picture: NDArray[np.uint8], mapping: Mapping, pieces: list[Piece], step: Round) -> _Seen:
    """Return where ``pieces`` are found, near to where ``mapping`` has them."""
    found = [find_shift(picture, mapping, piece, step.reach, step.blur) for piece in pieces]
    middles = [piece.middle for piece in pieces]
    strays = mapping.strays(np.array(middles).reshape(-1, 2))
    return _Seen(
        middles,
        [stray + offset for stray, (offset, _) in zip(strays, found, strict=True)],
        [likeness for _, likeness in found],
    )


def _fit(
    mapping: Mapping, seen: _Seen, known: Known, degree: int, refining: Refining
) -> NDArray[np.float64]:
    """Return the bend that brings pieces where they were seen, (TERMS, 2).

    By least squares; those that stray from the others count less.
    """
    points = np.concatenate([np.array(seen.middles).reshape(-1, 2), known.points])
    wanted = np.concatenate(
        [np.array(seen.strays).reshape(-1, 2), mapping.find(known.pixels) - known.points]
    )
    alike = (np.array(seen.likeness) - refining.alike) / (1 - refining.alike)
    trust = np.concatenate([np.maximum(alike, 0), np.full(len(known.points), refining.corner)])
    kept = DEGREES <= degree
    terms = mapping.terms(points)[:, kept]
    stiff = np.where(DEGREES > 0, refining.stiff * 4.0 ** (DEGREES - 1), 0)[kept]
    bend = np.zeros((TERMS, 2))
    weights = trust
    for _ in range(6):
        weighed = terms.T * weights
        bend[kept] = np.linalg.solve(weighed @ terms + np.diag(stiff + 1e-9), weighed @ wanted)
        off = np.hypot(*(terms @ bend[kept] - wanted).T)
        weights = trust / (1 + (off / refining.stray) ** 2)
    return bend
