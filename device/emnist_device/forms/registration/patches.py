"""Pieces of a page's print, and how far off each is on a picture of the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms.registration.contrast import RESOLUTION, to_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.mapping import Mapping

# Around areas that are read, pieces reach so far beyond, in mm.
_BEYOND = 2.0
# A piece has print where its contrast strays by this much (of 255).
_PRINT = 3.0
# Print is compared up to this contrast (of 255), and lines up to that: pale combs count as what is
# written does.
_CEILING, _LINE_CEILING = 90, 30
# Pixels to either side at which a piece must be less alike.
_ASIDE = 3
# Lines are straight for so many mm; writing and labels are not.
_STRAIGHT = 3.8


@dataclass(frozen=True)
class Piece:
    """A part of the print.

    area: left, top, right, bottom in mm, at whole pixels of the print. print: (H, W) uint8, what is
    compared. lines: whether that is lines alone.
    """

    area: tuple[float, float, float, float]
    print: NDArray[np.uint8]
    lines: bool

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle on the page, in mm."""
        left, top, right, bottom = self.area
        return (left + right) / 2, (top + bottom) / 2


@lru_cache(maxsize=64)  # two sizes of each page, whose sheets are read one after another
def cut_pieces(landmarks: Landmarks, wide: float, high: float) -> tuple[Piece, ...]:
    """Return pieces of the page's print, about ``wide`` and ``high``, in mm.

    Those around what is to be read; of a page whose whole print is known, all over it.
    """
    tiles = {tile for area in landmarks.areas.tolist() for tile in _tiles(area, wide, high)}
    if not landmarks.partial:
        tiles |= set(_tiles((0.0, 0.0, *landmarks.size), wide, high))
    own = to_lines(landmarks.print) if landmarks.partial else np.minimum(landmarks.print, _CEILING)
    pieces = []
    for tile in sorted(tiles):
        left, top, right, bottom = (max(round(at * RESOLUTION), 0) for at in tile)
        window = own[top:bottom, left:right]
        if window.size and window.std() >= _PRINT:
            ends = (left, top, left + window.shape[1], top + window.shape[0])
            left_, top_, right_, bottom_ = (end / RESOLUTION for end in ends)
            pieces.append(Piece((left_, top_, right_, bottom_), window, landmarks.partial))
    return tuple(pieces)


def _tiles(
    area: tuple[float, ...], wide: float, high: float
) -> list[tuple[float, float, float, float]]:
    """Return ``area``, and a little around it, in parts of about the same size."""
    left, top, right, bottom = area
    left, top, right, bottom = left - _BEYOND, top - _BEYOND, right + _BEYOND, bottom + _BEYOND
    columns = max(1, round((right - left) / wide))
    rows = max(1, round((bottom - top) / high))
    x, y = (
        np.linspace(start, end, count + 1).tolist()
        for start, end, count in ((left, right, columns), (top, bottom, rows))
    )
    return [(x[i], y[j], x[i + 1], y[j + 1]) for j in range(rows) for i in range(columns)]


def to_lines(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the lines along a page in ``contrast`` (H, W), without what is written over them."""
    length = round(_STRAIGHT * RESOLUTION)
    soft = cv2.blur(contrast, (3, 3))
    along = [
        cv2.morphologyEx(soft, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        for shape in ((1, length), (length, 1))
    ]
    return np.minimum(cv2.max(*along), _LINE_CEILING)


@dataclass(frozen=True)
class Shift:
    """How far off a piece is.

    offset: what is to be added to its place, (2,) in mm. likeness: how alike it is there, -1..1.
    sharp: (2,) how much less alike it is a little to either side: a level line alone says nothing
    of how far along it is.
    """

    offset: NDArray[np.float64]
    likeness: float
    sharp: NDArray[np.float64]


def find_shift(
    picture: NDArray[np.uint8], mapping: Mapping, piece: Piece, reach: float, blur: float
) -> Shift:
    """Return how far ``piece`` is off on ``picture`` by ``mapping``.

    Args:
        picture: (H, W) uint8.
        mapping: of the page.
        piece: of its print.
        reach: how far it is looked for, in mm.
        blur: sigma that both are blurred with, in mm.
    """
    margin = round(reach * RESOLUTION) + 1
    around = margin + round(_STRAIGHT * RESOLUTION)  # where lines end is not where the window does
    left, top, right, bottom = piece.area
    grown = around / RESOLUTION
    area = (left - grown, top - grown, right + grown, bottom + grown)
    contrast = to_contrast(mapping.cut(picture, area, RESOLUTION))
    seen = to_lines(contrast) if piece.lines else np.minimum(contrast, _CEILING)
    inner = np.s_[around - margin : -(around - margin), around - margin : -(around - margin)]
    shown, wanted = (
        cv2.GaussianBlur(each, (0, 0), blur * RESOLUTION).astype(np.float32)
        for each in (seen[inner], piece.print)
    )
    scores = np.nan_to_num(cv2.matchTemplate(shown, wanted, cv2.TM_CCOEFF_NORMED))
    _, likeness, _, (x, y) = cv2.minMaxLoc(scores)
    offset = np.array([_peak(scores[y], x), _peak(scores[:, x], y)]) - margin
    sharp = np.array([_sharpness(scores[y], x), _sharpness(scores[:, x], y)])
    return Shift(offset / RESOLUTION, float(likeness), sharp)


def _sharpness(scores: NDArray[np.float32], at: int) -> float:
    """Return how much higher ``scores`` are at ``at`` than beside it, on the better side."""
    beside = [scores[place] for place in (at - _ASIDE, at + _ASIDE) if 0 <= place < len(scores)]
    return float(scores[at] - max(beside)) if beside else 0.0


def _peak(scores: NDArray[np.float32], at: int) -> float:
    """Return the top of the parabola through the largest of ``scores``, ``at``, and beside it."""
    if not 0 < at < len(scores) - 1:
        return float(at)
    before, top, after = (float(scores[at + step]) for step in (-1, 0, 1))
    bend = before - 2 * top + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)
