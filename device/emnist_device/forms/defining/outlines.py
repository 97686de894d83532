"""Small boxes that are printed on a page: rectangles of paper that lines close in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.sizes import to_grey
from emnist_device.forms.defining.draft import A4_LONG
from emnist_device.frames import FrameCell

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Outlines:
    """Thresholds of a small box. Lengths in mm.

    around: paper is as light as what is so far around.
    darker: ink is darker than that by this, of 255.
    least: what is smaller is the inside of a letter; boxes to tick have 2.5 and more.
    most: higher boxes are found by their long rules.
    fill: a rectangle fills this fraction of the one around it; an ellipse fills 0.79.
    corner: its corners are cut by no more than this fraction of its shorter side, and a pixel; the
        inside of a D by 0.2.
    ink: of a box to write in, no more than this fraction is printed on; of the rings of a QR code
        a third.
    lean: degrees that a scan may be askew.
    rule: half of the thickness of printed lines.
    """

    around: float = 8.0
    darker: float = 12.0
    least: float = 2.2
    most: float = 15.0
    fill: float = 0.9
    corner: float = 0.1
    ink: float = 0.25
    lean: float = 8.0
    rule: float = 0.15


OUTLINES = Outlines()


def find_outlines(
    picture: NDArray[np.uint8], *, outlines: Outlines = OUTLINES
) -> tuple[FrameCell, ...]:
    """Return the boxes on ``picture`` (H, W, 3) that hold none, as far as the middle of lines."""
    millimetre = max(picture.shape[:2]) / A4_LONG
    ink = _ink(to_grey(picture), millimetre, outlines)
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return ()
    found = []
    for hole, (*_, outer) in zip(contours, tree[0], strict=True):
        corners = None if outer < 0 else _corners(hole, millimetre, outlines)
        if corners is not None and _is_free(ink, hole, outlines):
            found.append(corners)
    if not found:
        return ()
    boxes = np.array(found)[::-1]  # OpenCV goes from the bottom up
    kept = boxes[_holds_none(boxes)].tolist()
    return tuple(FrameCell(0, 0, tuple((x, y) for x, y in corners)) for corners in kept)


def _ink(grey: NDArray[np.uint8], millimetre: float, outlines: Outlines) -> NDArray[np.uint8]:
    """Return where ink is, 255; lines that are broken by a pixel are whole."""
    block = 2 * round(outlines.around * millimetre) + 1
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, outlines.darker
    )
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(whole, np.uint8)


def _corners(
    hole: NDArray[np.int32], millimetre: float, outlines: Outlines
) -> NDArray[np.float64] | None:
    """Return the corners of the box of which ``hole`` is the inside, or None where it is none."""
    least, most = outlines.least * millimetre, outlines.most * millimetre
    if len(hole) < 2 * least:  # of noise, there are thousands
        return None
    _, _, wide, high = cv2.boundingRect(hole)
    if wide < least or not least <= high <= most:
        return None
    middle, (one, other), angle = cv2.minAreaRect(hole)
    askew = (angle + 45) % 90 - 45
    if min(one, other) < least or abs(askew) > outlines.lean:
        return None
    if cv2.contourArea(hole) < outlines.fill * (one - 1) * (other - 1):  # sides are ragged
        return None
    corners = cv2.boxPoints((middle, (one, other), angle))
    cut = np.linalg.norm(corners[:, None] - hole[:, 0], axis=2).min(axis=1)
    if cut.max() > outlines.corner * min(one, other) + 1:
        return None
    grown = 2 * outlines.rule * millimetre
    points = cv2.boxPoints((middle, (one + grown, other + grown), angle)).astype(np.float64)
    first = int(points.sum(axis=1).argmin())
    return np.roll(points, -first, axis=0)


def _is_free(ink: NDArray[np.uint8], hole: NDArray[np.int32], outlines: Outlines) -> bool:
    """Say whether there is room inside of ``hole`` to write or tick."""
    left, top, wide, high = cv2.boundingRect(hole)
    inside = ink[top : top + high, left : left + wide]
    shape = np.zeros((high, wide), np.uint8)
    cv2.fillPoly(shape, [hole - (left, top)], 1)
    shape = cv2.erode(shape, np.ones((3, 3), np.uint8))  # its own line is ink
    return bool(np.count_nonzero(inside[shape > 0]) <= outlines.ink * np.count_nonzero(shape))


def _holds_none(found: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say of each of ``found``, corners (N, 4, 2), whether it holds none of the others."""
    low, high = found.min(axis=1), found.max(axis=1)
    middle, sides = (low + high) / 2, high - low
    inside = ((low[:, None] < middle) & (middle < high[:, None])).all(axis=2)
    smaller = (sides < sides[:, None]).all(axis=2)
    return np.asarray(~(inside & smaller).any(axis=1))
