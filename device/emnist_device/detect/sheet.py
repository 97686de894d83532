"""A sheet, sign or screen that shows as a whole: no mark, though it stands off what it lies on.

Its outline is convex, and what is written on it are holes in it. Characters with so full an outline
are round, and their holes plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.rim import rim_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A sheet fills this fraction of its convex hull.
_CONVEX = 0.93
# It fills this fraction of the least rectangle around it (EMNIST's characters 0.86 at most, a bold
# printed D 0.92), or what is written on it fills less than the other of its own hull (0.72 at least
# in characters whose outline is as convex).
_RECTANGLE, _WRITTEN = 0.95, 0.7
# Holes are at most this fraction of a sheet: 0.25 of a sticker that one bold character fills. Those
# of a box are more.
_MOST_HOLES = 0.4
# Holes smaller than this fraction of the picture's area are noise.
_LEAST_HOLE = 0.0005


def shows_sheet(ink: NDArray[np.uint8]) -> bool:
    """Say whether ``ink`` (H, W) uint8, 0 or 255, or what is left of the picture is a sheet.

    What is left is the paper of any close-up: a sheet, if more than a rim lies beside it.
    """
    if _find_sheet(ink) is not None:
        return True
    sheet = _find_sheet(cv2.bitwise_not(ink))
    if sheet is None:
        return False
    beside = cv2.drawContours(np.ones_like(ink), [sheet], -1, 0, cv2.FILLED)
    side = 2 * rim_width(ink.shape) + 1
    return bool(cv2.erode(beside, np.ones((side, side), np.uint8)).any())


def _find_sheet(mark: NDArray[np.uint8]) -> NDArray[np.int32] | None:
    """Return the outline of the largest piece of ``mark``, 0 or 255, if it is a sheet."""
    outlines, tree = cv2.findContours(mark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    areas = np.array([cv2.contourArea(outline) for outline in outlines])
    around = tree[0, :, 3]
    largest = int(np.where(around < 0, areas, -1).argmax())
    outline = outlines[largest]
    holes = np.flatnonzero((around == largest) & (areas >= _LEAST_HOLE * mark.size))
    full = 0 < areas[holes].sum() <= _MOST_HOLES * areas[largest]
    if not full or areas[largest] < _CONVEX * cv2.contourArea(cv2.convexHull(outline)):
        return None
    width, height = cv2.minAreaRect(outline)[1]
    written = areas[largest] >= _RECTANGLE * width * height or any(
        areas[hole] < _WRITTEN * cv2.contourArea(cv2.convexHull(outlines[int(hole)]))
        or (around == hole).any()
        for hole in holes
    )
    return outline if written else None
