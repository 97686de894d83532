"""Close-ups: pictures that few marks fill, such as a 28x28 digit or a line cut out of a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.close_contrast import (
    CLOSE_CONTRASTS,
    CloseContrast,
    CloseContrasts,
    find_close_contrasts,
    find_fine_ink,
)
from emnist_device.detect.frames import FRAMES, Frames, is_frame
from emnist_device.detect.pieces import Pieces, binarize, find_pieces
from emnist_device.detect.rim import is_narrow, rim_width
from emnist_device.detect.sheet import SHEETS, Sheets, shows_sheet
from emnist_device.detect.sizes import to_grey
from emnist_device.detect.view import View, Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class CloseUps:
    """Thresholds of what is a close-up.

    contrast: less than this (of 255) is no writing.
    apart, apart_narrow: ink and paper stand apart: least fraction of the contrast's variance that
        is between the two. 0.82 and more for EMNIST's images cut to their ink, 0.80 and less for
        photographs in which a blurred shape fills the picture. The edges of a 1 are much of a
        narrow picture that it fills.
    edge_window, edge: ink ends at an edge: within so many pixels, or one of the picture where it is
        enlarged, contrast changes by this fraction of what ink has more of it than paper. 0.74 and
        more for characters out of focus by a third of a stroke, 0.56 and less for light that fades
        towards a side.
    high, most_ink: marks of writing are at least this high, in heights of the picture, and hold
        this fraction of all ink.
    widest_stroke: strokes are at most this wide, in the height of their mark: 0.45 in the boldest
        of EMNIST's images; what is wider is a blot.
    most_holes, least_hole: characters have two holes at most and a hand adds some; tables have
        more. Holes smaller than this fraction of the picture's area are noise.
    finer, even_ink: seen this many times as large, the inside of a stroke varies by at most this
        fraction (standard deviation) of what it stands off the paper; small writing that runs
        together varies by more.
    widest: one character is no wider than this, in its heights.
    above, part: marks that share the first fraction of the width of the narrower are parts of one,
        if it is lower than the second fraction of the height of the other.
    speck: what has less than this fraction of the ink of the largest mark is a speck.
    enlarged: the ink of a mark is cut out at this many times the working size.
    contrasts, frames, sheets: thresholds of the steps that this one takes.
    """

    contrast: int = 25
    apart: float = 0.815
    apart_narrow: float = 0.7
    edge_window: int = 7
    edge: float = 0.65
    high: float = 0.22
    most_ink: float = 0.8
    widest_stroke: float = 0.5
    most_holes: int = 4
    least_hole: float = 0.0005
    finer: int = 4
    even_ink: float = 0.6
    widest: float = 1.6
    above: float = 0.5
    part: float = 0.6
    speck: float = 0.02
    enlarged: int = 4
    contrasts: CloseContrasts = CLOSE_CONTRASTS
    frames: Frames = FRAMES
    sheets: Sheets = SHEETS


CLOSE_UPS = CloseUps()


@dataclass(frozen=True)
class CloseUp(View):
    """A picture that few marks fill.

    alone: whether they make one mark, which may be a character.
    """

    alone: bool


def find_close_ups(picture: NDArray[np.uint8], *, close_ups: CloseUps = CLOSE_UPS) -> list[CloseUp]:
    """Return what may fill ``picture``, (H, W) or (H, W, 3) BGR uint8; none if it is no close-up.

    There may be two, of which one takes for ink what the other takes for paper, likelier first.
    """
    contrasts = find_close_contrasts(picture, contrasts=close_ups.contrasts)
    views = (as_close_up(seen, picture, close_ups=close_ups) for seen in contrasts)
    return [close_up for close_up in views if close_up is not None]


def as_close_up(
    seen: CloseContrast, picture: NDArray[np.uint8], *, close_ups: CloseUps = CLOSE_UPS
) -> CloseUp | None:
    """Return what fills ``picture``, with its ink as ``seen``; None if it is no close-up."""
    contrast, scale, rim = seen.contrast, seen.scale, close_ups.contrasts.rim
    if int(contrast.max()) < close_ups.contrast:
        return None
    mask = binarize(contrast)
    narrow = is_narrow(contrast.shape, rim=rim)
    apart = close_ups.apart_narrow if narrow else close_ups.apart
    edge = _edge(contrast, mask, max(close_ups.edge_window, round(scale)) | 1)
    if _stand_apart(contrast, mask) < apart or edge < close_ups.edge:
        return None
    pieces = find_pieces(mask)
    high = _find_marks(pieces, close_ups)
    pens = []
    for own in map(pieces.cut, high.tolist()):
        pens.append(_pen(own))
        if not _is_mark(own, pens[-1], mask.size, close_ups):
            return None
    if not pens or _is_texture(picture, mask, close_ups):
        return None
    fine = find_fine_ink(picture, seen.paper_dark, close_ups.finer, contrasts=close_ups.contrasts)
    if shows_sheet(fine, sheets=close_ups.sheets):
        return None
    height = float(np.median(pieces.stats[high, cv2.CC_STAT_HEIGHT]))
    writing = Writing(height, float(np.median(pens)))
    parts = np.flatnonzero(pieces.areas >= close_ups.speck * pieces.areas[high].max())
    boxes = [pieces.box(number) for number in parts.tolist() if number > 0]
    return CloseUp(
        contrast,
        scale,
        writing,
        grain=False,
        alone=_is_one_mark(boxes, close_ups),
        ink_is_light=seen.paper_dark,
    )


def find_mark(
    close_up: CloseUp, *, close_ups: CloseUps = CLOSE_UPS
) -> tuple[NDArray[np.uint8], float]:
    """Return the ink (H, W) uint8 0 or 255, enlarged and without specks, and its scale.

    ``close_up`` is one whose marks make one.
    """
    ink = cut_out(close_up.contrast, close_ups.enlarged)
    pieces = find_pieces(ink)
    areas = pieces.areas
    specks = areas < close_ups.speck * areas[1:].max(initial=0)
    ink[specks[pieces.labels]] = 0
    return ink, close_ups.enlarged * close_up.scale


def cut_out(contrast: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Return the ink of ``contrast`` (H, W) uint8, 0 or 255, so many ``times`` as large."""
    large = cv2.resize(contrast, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    return binarize(large)


def _find_marks(pieces: Pieces, close_ups: CloseUps) -> NDArray[np.intp]:
    """Return the numbers of the pieces that fill a close-up; none if it is none."""
    areas, (height, width) = pieces.areas, pieces.labels.shape
    high = np.flatnonzero(pieces.stats[:, cv2.CC_STAT_HEIGHT] >= close_ups.high * height)
    high = high[high > 0]
    rim = rim_width((height, width), rim=close_ups.contrasts.rim)
    few = areas[high].sum() >= close_ups.most_ink * areas[1:].sum()
    return high if few and _are_inside(pieces.stats[high], width, rim) else high[:0]


def _is_mark(own: NDArray[np.uint8], pen: float, area: int, close_ups: CloseUps) -> bool:
    """Say whether a mark (H, W) uint8, 0 or 1, may be written: no blot, table or box.

    Its strokes are ``pen`` pixels wide, and it is of a picture of ``area`` pixels.
    """
    return not (
        pen > close_ups.widest_stroke * own.shape[0]
        or _holes(own, close_ups.least_hole * area) > close_ups.most_holes
        or is_frame(own, pen, frames=close_ups.frames)
    )


def _stand_apart(contrast: NDArray[np.uint8], mask: NDArray[np.uint8]) -> float:
    """Return the fraction 0..1 of the variance of ``contrast`` that is between ink and paper."""
    fraction = cv2.countNonZero(mask) / mask.size
    ink, paper = cv2.mean(contrast, mask)[0], cv2.mean(contrast, cv2.bitwise_not(mask))[0]
    return fraction * (1 - fraction) * (ink - paper) ** 2 / max(float(contrast.var()), 1e-9)


def _edge(contrast: NDArray[np.uint8], mask: NDArray[np.uint8], window: int) -> float:
    """Return how much ``contrast`` (H, W) changes at the edge of its ink, ``mask``.

    The median along it of what changes within ``window`` pixels, in what ink differs from paper at
    the mean.
    """
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    change = cv2.morphologyEx(contrast, cv2.MORPH_GRADIENT, np.ones((window, window), np.uint8))
    ink, paper = cv2.mean(contrast, mask)[0], cv2.mean(contrast, cv2.bitwise_not(mask))[0]
    return float(np.median(change[edge])) / max(ink - paper, 1e-9) if edge.any() else 0.0


def _is_texture(picture: NDArray[np.uint8], mask: NDArray[np.uint8], close_ups: CloseUps) -> bool:
    """Say whether what is ink in ``mask`` (H, W) turns out to be small writing, seen finer."""
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8))
    size = tuple(close_ups.finer * side for side in mask.shape[::-1])
    if picture.shape[1] < size[0] or not inside.any() or mask.all():
        return False
    fine = cv2.resize(to_grey(picture), size, interpolation=cv2.INTER_AREA)
    inside, outside = (
        cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
        for part in (inside, cv2.bitwise_not(mask))
    )
    ink, spread = (float(value[0, 0]) for value in cv2.meanStdDev(fine, mask=inside))
    paper = cv2.mean(fine, outside)[0]
    return spread > close_ups.even_ink * abs(paper - ink)


def _pen(own: NDArray[np.uint8]) -> float:
    """Return the width of the widest stroke of a mark (H, W) uint8, 0 or 1, in pixels."""
    framed = cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return 2 * float(cv2.distanceTransform(framed, cv2.DIST_L2, 5).max()) - 1


def _holes(own: NDArray[np.uint8], least: float) -> int:
    """Return how many holes of at least so many pixels a mark (H, W) uint8, 0 or 1, has."""
    framed = cv2.copyMakeBorder(1 - own, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    return int((find_pieces(framed, connectivity=4).areas[2:] >= least).sum())


def _are_inside(stats: NDArray[np.int32], width: int, rim: int) -> bool:
    """Say whether of the marks with ``stats`` one at least is not in the left or right rim alone.

    What is there alone is seen of a table or of the next sheet, unless it fills the picture, which
    is ``width`` pixels wide.
    """
    x, wide = stats[:, 0], stats[:, 2]
    beside = (x + wide <= rim) | (x >= width - rim)
    return not bool(beside.all())


def _is_one_mark(boxes: Sequence[Box], close_ups: CloseUps) -> bool:
    """Say whether the parts in ``boxes`` may be those of one character."""
    whole = reduce(Box.union, boxes)
    if whole.width > close_ups.widest * whole.height:
        return False
    largest = max(boxes, key=lambda box: box.height)
    for box in boxes:
        apart = box.overlap_x(largest) < close_ups.above * min(box.width, largest.width)
        row = box.overlap_y(largest) <= 0 and box.height > close_ups.part * largest.height
        if apart or row:
            return False
    return True
