"""A field of a sheet -> the ink in each of its cells, without the lines that are printed there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.pieces import find_pieces
from emnist_device.forms.reading.lines import without_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.reading.lines import Rectangle
    from emnist_device.forms.registration.mapping import Mapping

#: Pixels to a mm at which fields are looked at: a digit of 5 mm has 60.
RESOLUTION = 12.0
# So many pixels around ink are its soft edge.
_EDGE = 5


@dataclass(frozen=True)
class Inks:
    """Thresholds of ink. Lengths in mm, areas in square mm, contrasts of 255.

    around: of a field, so much is looked at beyond it.
    paper: paper is as bright as the brightest within so much.
    faint: less contrast is paper, and noise: this is more than six times the standard deviation
        of a camera's.
    smooth: sigma of the blur that takes noise off.
    part: of the contrast of a field's ink, what has so much is ink.
    speck: pieces of ink that are smaller are dust. A point is half a mm wide.
    within: of a piece of ink that reaches beyond its cell, at least so much is in it; else only
        what is inside counts.
    reaches: and of one that reaches in by less than this, nothing does: it is of a line that is
        printed there, or of a neighbour.
    beyond: a piece of ink belongs to a cell as far as so much beyond it.
    """

    around: float = 2.0
    paper: float = 4.0
    faint: float = 22.0
    smooth: float = 0.06
    part: float = 0.42
    speck: float = 0.1
    within: float = 0.6
    reaches: float = 0.7
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
    places: Sequence[Rectangle],
    *,
    inks: Inks = INKS,
) -> FieldInk:
    """Return the ink in ``area`` of a page.

    Args:
        picture: (H, W, 3) BGR or (H, W) uint8.
        mapping: of the page to ``picture``.
        area: of the field.
        outlines: rectangles whose sides are printed there.
        places: rectangles that are written in; beside them may be print, which is blacker than a
            pencil.
        inks: thresholds.
    """
    grown = _grown(area, inks.around)
    contrast = _contrast(mapping.cut(picture, grown, RESOLUTION, fine=True), inks)
    bare = without_lines(contrast, grown, outlines, RESOLUTION)
    # Paper is darker than the brightest near it by the noise of dark photographs.
    bare = cv2.subtract(bare, quantile(histogram(contrast), 0.5))
    field = FieldInk(bare, bare, grown[0], grown[1])
    dark = sum((histogram(bare[field.window(place)]) for place in places), np.zeros(256))
    dark[: int(inks.faint) + 1] = 0
    level = inks.faint
    if dark.sum() >= inks.speck * RESOLUTION**2:
        level = max(inks.part * quantile(dark, 0.9), inks.faint)
    soft = cv2.GaussianBlur(bare, (0, 0), inks.smooth * RESOLUTION)
    return replace(field, mask=np.where(soft > level, np.uint8(255), np.uint8(0)))


def take_cell(
    field: FieldInk, cell: Rectangle, *, inks: Inks = INKS
) -> tuple[NDArray[np.uint8], float]:
    """Return the ink of a ``cell`` of ``field``, (H, W) uint8 0 or 255, and how much it is.

    That is in square mm. Ink that reaches in from a neighbour is left out, and what reaches out is
    kept.
    """
    kept = _own_ink(field, cell, inks)
    return np.where(kept, np.uint8(255), np.uint8(0)), float(kept.sum()) / RESOLUTION**2


def take_picture(
    field: FieldInk, area: Rectangle, *, inks: Inks = INKS
) -> tuple[NDArray[np.uint8], float]:
    """Return what is written in ``area`` of ``field`` on white paper, and how much ink it is.

    The first is (H, W) uint8; the second and what is left out are as of :func:`take_cell`.
    """
    kept = _own_ink(field, area, inks)
    window = field.window(_grown(area, inks.beyond))
    around = cv2.dilate(kept.astype(np.uint8), np.ones((_EDGE, _EDGE), np.uint8)) > 0
    own = around & ((field.mask[window] == 0) | kept)
    picture = np.where(own, 255 - field.contrast[window], np.uint8(255))
    return picture, float(kept.sum()) / RESOLUTION**2


def _own_ink(field: FieldInk, cell: Rectangle, inks: Inks) -> NDArray[np.bool_]:
    """Return where there is ink of ``cell`` of ``field``, in a window that goes on beyond it."""
    rows, columns = field.window(_grown(cell, inks.beyond))
    pieces = find_pieces(field.mask[rows, columns])

    def part(area: Rectangle) -> tuple[slice, slice]:
        own_rows, own_columns = field.window(area)
        return (
            slice(own_rows.start - rows.start, own_rows.stop - rows.start),
            slice(own_columns.start - columns.start, own_columns.stop - columns.start),
        )

    def count(place: tuple[slice, slice]) -> NDArray[np.intp]:
        return np.bincount(pieces.labels[place].ravel(), minlength=len(pieces.areas))

    inside = part(cell)
    within, deep = count(inside), count(part(_grown(cell, -inks.reaches)))
    whole = within >= inks.within * pieces.areas
    some = within >= inks.speck * RESOLUTION**2
    whole[0] = some[0] = False
    kept = (whole & some)[pieces.labels]
    kept[inside] |= (some & ~whole & (deep > 0))[pieces.labels[inside]]
    return kept


def histogram(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how many of ``values`` (H, W) there are of each level, (256,)."""
    if not values.size:
        return np.zeros(256)
    return cv2.calcHist([values], [0], None, [256], [0, 256]).ravel().astype(np.float64)


def quantile(counts: NDArray[np.float64], share: float) -> float:
    """Return the level that ``share`` of those that were counted, (256,), are below.

    As ``np.quantile`` does of the levels themselves, several times as fast.
    """
    ends = np.cumsum(counts)
    at = share * (ends[-1] - 1)
    below, above = np.searchsorted(ends, [np.floor(at), np.ceil(at)], side="right").tolist()
    return below + (at % 1) * (above - below)


def _grown(area: Rectangle, far: float) -> Rectangle:
    left, top, right, bottom = area
    return left - far, top - far, right + far, bottom + far


def _contrast(flat: NDArray[np.uint8], inks: Inks) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel is, in the channel that shows most."""
    side = max(round(inks.paper * RESOLUTION / 4), 3)
    size = tuple(max(1, length // 4) for length in flat.shape[1::-1])
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((side, side), np.uint8)), (side, side))
    paper = cv2.resize(paper, flat.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    missing = cv2.divide(cv2.subtract(paper, flat), np.maximum(paper, 1), scale=255)
    return missing if missing.ndim == 2 else reduce(cv2.max, cv2.split(missing))
