"""Close-ups: pictures that few marks fill, such as a 28x28 digit or a line cut out of a page.

What the paper of a page is told from is missing there: wide stretches without ink, and room in
which strokes are narrow. The rim tells which brightness is paper, and a closing over half of the
picture's height what lies behind the ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell_contrast import (
    CellContrast,
    binarize,
    find_cell_contrasts,
    find_fine_ink,
)
from emnist_device.detect.contrast import to_grey
from emnist_device.detect.rim import is_narrow, rim_width
from emnist_device.detect.scale import Writing, is_frame
from emnist_device.detect.sheet import shows_sheet
from emnist_device.page import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Less contrast than this (of 255) is no writing.
LEAST_CONTRAST = 25
# Ink and paper of a close-up stand apart: least fraction of the contrast's variance that is between
# the two. 0.82 and more for EMNIST's images cut to their ink, 0.80 and less for photographs in
# which a blurred shape fills the picture. The edges of a 1 are much of a picture that it fills.
_APART, _APART_NARROW = 0.815, 0.7
# Ink ends at an edge: within so many pixels, or one of the picture where it is enlarged, contrast
# changes by this fraction of what ink has more of it than paper. 0.74 and more for characters out
# of focus by a third of a stroke, 0.56 and less for light that fades towards a side.
_EDGE_WINDOW, _EDGE = 7, 0.65
# Marks of writing are at least this high, in heights of the picture, and hold this fraction of all
# ink.
_HIGH, _MOST_INK = 0.22, 0.8
# Strokes are at most this wide, in the height of their mark: 0.45 in the boldest of EMNIST's
# images; what is wider is a blot. Characters have two holes at most and a hand adds some; tables
# have more. Holes smaller than this fraction of the picture's area are noise.
_WIDEST_STROKE, _MOST_HOLES, _LEAST_HOLE = 0.5, 4, 0.0005
# Seen this many times as large, the inside of a stroke varies by at most this fraction (standard
# deviation) of what it stands off the paper; small writing that runs together varies by more.
_FINER, _EVEN_INK = 4, 0.6
# One character is no wider than this, in its heights. Marks that share this fraction of the width
# of the narrower are parts of one, if it is lower than this fraction of the height of the other.
_WIDEST, _ABOVE, _PART = 1.6, 0.5, 0.6
# What has less than this fraction of the ink of the largest mark is a speck.
_SPECK = 0.02
# The ink of a mark is cut out at this many times the working size.
_ENLARGEMENT = 4


@dataclass(frozen=True)
class CloseUp:
    """A picture that few marks fill.

    contrast: (H, W) uint8, how much darker than its paper each pixel is. scale: pixels here to one
    of the picture. writing: how large the marks are. alone: whether they make one mark, which may
    be a character.
    """

    contrast: NDArray[np.uint8]
    scale: float
    writing: Writing
    alone: bool

    def ink(self) -> tuple[NDArray[np.uint8], float]:
        """Return the ink (H', W') uint8 0 or 255, enlarged and without specks, and its scale."""
        ink, enlargement = cut_out(self.contrast)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA]
        specks = areas < _SPECK * areas[1:].max(initial=0)
        ink[specks[labels]] = 0
        return ink, enlargement * self.scale


def find_close_ups(picture: NDArray[np.uint8]) -> list[CloseUp]:
    """Return what may fill ``picture``, (H, W) or (H, W, 3) BGR uint8; none if it is no close-up.

    There may be two, of which one takes for ink what the other takes for paper, likelier first.
    """
    views = (as_close_up(seen, picture) for seen in find_cell_contrasts(picture))
    return [close_up for close_up in views if close_up is not None]


def as_close_up(seen: CellContrast, picture: NDArray[np.uint8]) -> CloseUp | None:
    """Return what fills ``picture``, with its ink as ``seen``; None if it is no close-up."""
    contrast, scale = seen.contrast, seen.scale
    if int(contrast.max()) < LEAST_CONTRAST:
        return None
    mask = binarize(contrast)
    apart = _APART if not is_narrow(contrast.shape) else _APART_NARROW
    if _stand_apart(contrast, mask) < apart or _edge(contrast, mask, scale) < _EDGE:
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    high = np.flatnonzero(stats[:, cv2.CC_STAT_HEIGHT] >= _HIGH * mask.shape[0])
    high = high[high > 0]
    if areas[high].sum() < _MOST_INK * areas[1:].sum() or not _are_inside(stats[high], mask.shape):
        return None
    pens = []
    for label in high:
        x, y, width, height, _ = stats[label]
        own = (labels[y : y + height, x : x + width] == label).astype(np.uint8)
        pens.append(_pen(own))
        blot = pens[-1] > _WIDEST_STROKE * height
        if blot or _holes(own, mask.size) > _MOST_HOLES or is_frame(own, pens[-1]):
            return None
    fine = find_fine_ink(picture, seen.paper_dark, _FINER)
    if _is_texture(picture, mask) or shows_sheet(fine):
        return None
    writing = Writing(float(np.median(stats[high, cv2.CC_STAT_HEIGHT])), float(np.median(pens)))
    boxes = [Box(*map(int, row[:4])) for row in stats[1:] if row[4] >= _SPECK * areas[high].max()]
    return CloseUp(contrast, scale, writing, _is_one_mark(boxes))


def cut_out(contrast: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return the ink of ``contrast`` (H, W) uint8, 0 or 255, enlarged, and by how much."""
    large = cv2.resize(
        contrast, None, fx=_ENLARGEMENT, fy=_ENLARGEMENT, interpolation=cv2.INTER_CUBIC
    )
    return binarize(large), _ENLARGEMENT


def _stand_apart(contrast: NDArray[np.uint8], mask: NDArray[np.uint8]) -> float:
    """Return the fraction 0..1 of the variance of ``contrast`` that is between ink and paper."""
    fraction = cv2.countNonZero(mask) / mask.size
    ink, paper = cv2.mean(contrast, mask)[0], cv2.mean(contrast, cv2.bitwise_not(mask))[0]
    return fraction * (1 - fraction) * (ink - paper) ** 2 / max(float(contrast.var()), 1e-9)


def _edge(contrast: NDArray[np.uint8], mask: NDArray[np.uint8], scale: float) -> float:
    """Return how much ``contrast`` (H, W) changes at the edge of its ink, ``mask``.

    The median along it, in what ink differs from paper at the mean. ``scale``: pixels here to one
    of the picture.
    """
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    window = max(_EDGE_WINDOW, round(scale)) | 1
    change = cv2.morphologyEx(contrast, cv2.MORPH_GRADIENT, np.ones((window, window), np.uint8))
    ink, paper = cv2.mean(contrast, mask)[0], cv2.mean(contrast, cv2.bitwise_not(mask))[0]
    return float(np.median(change[edge])) / max(ink - paper, 1e-9) if edge.any() else 0.0


def _is_texture(picture: NDArray[np.uint8], mask: NDArray[np.uint8]) -> bool:
    """Say whether what is ink in ``mask`` (H, W) turns out to be small writing, seen finer."""
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8))
    size = tuple(_FINER * side for side in mask.shape[::-1])
    if picture.shape[1] < size[0] or not inside.any() or mask.all():
        return False
    fine = cv2.resize(to_grey(picture), size, interpolation=cv2.INTER_AREA)
    inside, outside = (
        cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
        for part in (inside, cv2.bitwise_not(mask))
    )
    ink, spread = (float(value[0, 0]) for value in cv2.meanStdDev(fine, mask=inside))
    paper = cv2.mean(fine, outside)[0]
    return spread > _EVEN_INK * abs(paper - ink)


def _pen(own: NDArray[np.uint8]) -> float:
    """Return the width of the widest stroke of a mark (H, W) uint8, 0 or 1, in pixels."""
    framed = cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return 2 * float(cv2.distanceTransform(framed, cv2.DIST_L2, 5).max()) - 1


def _holes(own: NDArray[np.uint8], area: int) -> int:
    """Return how many holes a mark (H, W) uint8, 0 or 1, of a picture of ``area`` pixels has."""
    framed = cv2.copyMakeBorder(1 - own, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=4)
    return int((stats[2:, cv2.CC_STAT_AREA] >= _LEAST_HOLE * area).sum())


def _are_inside(stats: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    """Say whether of the marks with ``stats`` one at least is not in the left or right rim alone.

    What is there alone is seen of a table or of the next sheet, unless it fills the picture.
    """
    rim = rim_width(shape)
    x, width = stats[:, 0], stats[:, 2]
    beside = (x + width <= rim) | (x >= shape[1] - rim)
    return not bool(beside.all())


def _is_one_mark(boxes: Sequence[Box]) -> bool:
    """Say whether the parts in ``boxes`` may be those of one character."""
    whole = reduce(Box.union, boxes)
    if whole.width > _WIDEST * whole.height:
        return False
    largest = max(boxes, key=lambda box: box.height)
    for box in boxes:
        apart = box.overlap_x(largest) < _ABOVE * min(box.width, largest.width)
        row = box.overlap_y(largest) <= 0 and box.height > _PART * largest.height
        if apart or row:
            return False
    return True
