"""A field of a sheet -> the ink in each of its cells, without the lines that are printed there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.registration.mapping import Mapping

#: Pixels to a mm at which fields are looked at: a digit of 5 mm has 60.
RESOLUTION = 12.0

#: Left, top, right and bottom in mm.
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Inks:
    """Thresholds of ink. Lengths in mm, areas in square mm, contrasts of 255.

    around: of a field, so much is looked at beyond it.
    paper: paper is as bright as the brightest within so much.
    line: printed lines are at most so wide, with what registration is off.
    no_line: what has less contrast than this along a line is none.
    dark_line: a line with more contrast than this is as dark as ink; what is written over it is
        told by what is on both sides.
    faint: less contrast is paper, and noise: this is more than six times the standard deviation
        of a camera's.
    smooth: sigma of the blur that takes noise off.
    part: of the contrast of a field's ink, what has so much is ink.
    speck: pieces of ink that are smaller are dust. A point is half a mm wide.
    within: of a piece of ink that reaches beyond its cell, at least so much is in it; else only
        what is inside counts.
    beyond: a piece of ink belongs to a cell as far as so much beyond it.
    """

    around: float = 2.0
    paper: float = 4.0
    line: float = 0.6
    no_line: float = 8.0
    dark_line: float = 110.0
    faint: float = 22.0
    smooth: float = 0.06
    part: float = 0.42
    speck: float = 0.1
    within: float = 0.6
    beyond: float = 1.5


INKS = Inks()


@dataclass(frozen=True)
class FieldInk:
    """The ink of a field.

    contrast: (H, W) uint8 at ``RESOLUTION``, without printed lines. mask: (H, W) uint8, 255 where
    that is ink. left, top: of its corner on the page, in mm.
    """

    contrast: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    left: float
    top: float

    def window(self, area: Rectangle) -> tuple[slice, slice]:
        """Return the rows and columns of ``area``."""
        left, top, right, bottom = area
        x, right_ = (round((at - self.left) * RESOLUTION) for at in (left, right))
        y, bottom_ = (round((at - self.top) * RESOLUTION) for at in (top, bottom))
        return slice(max(y, 0), max(bottom_, 0)), slice(max(x, 0), max(right_, 0))


def find_ink(
    picture: NDArray[np.uint8],
    mapping: Mapping,
    area: Rectangle,
    outlines: Sequence[Rectangle],
    *,
    inks: Inks = INKS,
) -> FieldInk:
    """Return the ink in ``area`` of a page.

    Args:
        picture: (H, W, 3) BGR or (H, W) uint8.
        mapping: of the page to ``picture``.
        area: of the field.
        outlines: rectangles whose sides are printed there.
        inks: thresholds.
    """
    left, top, right, bottom = area
    grown = (left - inks.around, top - inks.around, right + inks.around, bottom + inks.around)
    contrast = _contrast(mapping.cut(picture, grown, RESOLUTION, fine=True), inks)
    bare = _without_lines(contrast, grown, outlines, inks)
    field = FieldInk(bare, bare, grown[0], grown[1])
    own = bare[field.window(area)]
    dark = own[own > inks.faint]
    level = inks.faint
    if dark.size >= inks.speck * RESOLUTION**2:
        level = max(inks.part * float(np.percentile(dark, 90)), inks.faint)
    soft = cv2.GaussianBlur(bare, (0, 0), inks.smooth * RESOLUTION)
    return replace(field, mask=np.where(soft > level, np.uint8(255), np.uint8(0)))


def take_cell(
    field: FieldInk, cell: Rectangle, *, inks: Inks = INKS
) -> tuple[NDArray[np.uint8], float]:
    """Return the ink of a ``cell`` of ``field``, (H, W) uint8 0 or 255, and how much it is.

    That is in square mm. Ink that reaches in from a neighbour is left out, and what reaches out is
    kept.
    """
    left, top, right, bottom = cell
    far = inks.beyond
    rows, columns = field.window((left - far, top - far, right + far, bottom + far))
    pieces = find_pieces(field.mask[rows, columns])
    inner_rows, inner_columns = field.window(cell)
    inside = np.zeros(pieces.labels.shape, bool)
    inside[
        inner_rows.start - rows.start : inner_rows.stop - rows.start,
        inner_columns.start - columns.start : inner_columns.stop - columns.start,
    ] = True
    within = np.bincount(pieces.labels[inside], minlength=len(pieces.areas))
    square = RESOLUTION**2
    whole = within >= inks.within * pieces.areas
    some = within >= inks.speck * square
    whole[0] = some[0] = False
    kept = (whole & some)[pieces.labels] | ((some & ~whole)[pieces.labels] & inside)
    return np.where(kept, np.uint8(255), np.uint8(0)), float(kept.sum()) / square


def _contrast(flat: NDArray[np.uint8], inks: Inks) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel is, in the channel that shows most."""
    side = max(round(inks.paper * RESOLUTION / 4), 3)
    size = tuple(max(1, length // 4) for length in flat.shape[1::-1])
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((side, side), np.uint8)), (side, side))
    paper = cv2.resize(paper, flat.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    missing = cv2.divide(cv2.subtract(paper, flat), np.maximum(paper, 1), scale=255)
    return missing if missing.ndim == 2 else reduce(cv2.max, cv2.split(missing))


def _without_lines(
    contrast: NDArray[np.uint8],
    area: Rectangle,
    outlines: Sequence[Rectangle],
    inks: Inks,
) -> NDArray[np.uint8]:
    """Return ``contrast`` without the sides of ``outlines``, but with what is written over them."""
    bare = contrast.copy()
    for upright in (False, True):
        sides: dict[float, list[tuple[float, float]]] = {}
        for left, top, right, bottom in outlines:
            ends = (left, right, top, bottom) if upright else (top, bottom, left, right)
            for at in ends[:2]:
                sides.setdefault(round(at, 2), []).append((ends[2], ends[3]))
        view, seen = (each.T if upright else each for each in (bare, contrast))
        across, along = (area[0], area[1]) if upright else (area[1], area[0])
        for at, spans in sides.items():
            for start, end in _joined(spans):
                _take_line(view, seen, at - across, (start - along, end - along), inks)
    return bare


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return ``spans`` with those joined that touch."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 0.1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _take_line(
    bare: NDArray[np.uint8],
    contrast: NDArray[np.uint8],
    at: float,
    span: tuple[float, float],
    inks: Inks,
) -> None:
    """Take a level line out of ``bare``, ``at`` mm from its top over ``span``.

    It is where most columns of ``contrast`` are dark: that may be off by a little.
    """
    half = inks.line / 2
    reach = inks.line * 0.75
    rows = slice(max(round((at - reach) * RESOLUTION), 0), round((at + reach) * RESOLUTION) + 1)
    columns = slice(
        max(round((span[0] - half) * RESOLUTION), 0), round((span[1] + half) * RESOLUTION) + 1
    )
    window = contrast[rows, columns]
    if min(window.shape) < 3:
        return
    usual = np.median(window, axis=1)
    level = float(usual.max())
    line = usual > max(0.5 * level, inks.no_line)
    if not line.any():
        return
    first = max(int(line.argmax()) - 1, 0)
    last = min(len(line) - int(line[::-1].argmax()) + 1, len(line))
    band, usual = window[first:last], usual[first:last, None]
    if level > inks.dark_line:
        top, bottom = rows.start + first - 1, rows.start + last
        beside = [contrast[row, columns] for row in (top, bottom) if 0 <= row < len(contrast)]
        kept = np.broadcast_to(np.min(beside, axis=0), band.shape)
    else:
        kept = np.where(band > 1.25 * usual + inks.faint, band, 0)
    place = bare[rows, columns][first:last]
    np.minimum(place, kept.astype(np.uint8), out=place)
