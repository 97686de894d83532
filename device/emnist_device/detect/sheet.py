"""A sheet, sign or screen that shows as a whole: no mark, though it stands off what it lies on.

Its outline is convex, and what is written on it are holes in it. Characters with so full an outline
are round, and their holes plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.rim import RIM, Rim, rim_width

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sheets:
    """Thresholds of what is a sheet.

    convex: a sheet fills this fraction of its convex hull.
    rectangle, written: it fills the first fraction of the least rectangle around it (EMNIST's
        characters 0.86 at most, a bold printed D 0.92), or what is written on it fills less than
        the second of its own hull (0.72 at least in characters whose outline is as convex).
    most_holes: holes are at most this fraction of a sheet: 0.25 of a sticker that one bold
        character fills. Those of a box are more.
    least_hole: holes smaller than this fraction of the picture's area are noise.
    rim: thresholds of the rim.
    """

    convex: float = 0.93
    rectangle: float = 0.95
    written: float = 0.7
    most_holes: float = 0.4
    least_hole: float = 0.0005
    rim: Rim = RIM


SHEETS = Sheets()


def shows_sheet(ink: NDArray[np.uint8], *, sheets: Sheets = SHEETS) -> bool:
    """Say whether ``ink`` (H, W) uint8, 0 or 255, or what is left of the picture is a sheet.

    What is left is the paper of any close-up: a sheet, if more than a rim lies beside it.
    """
    if _find_sheet(ink, sheets) is not None:
        return True
    sheet = _find_sheet(cv2.bitwise_not(ink), sheets)
    if sheet is None:
        return False
    beside = cv2.drawContours(np.ones_like(ink), [sheet], -1, 0, cv2.FILLED)
    side = 2 * rim_width(ink.shape, rim=sheets.rim) + 1
    return bool(cv2.erode(beside, np.ones((side, side), np.uint8)).any())


def _find_sheet(mark: NDArray[np.uint8], sheets: Sheets) -> NDArray[np.int32] | None:
    """Return the outline of the largest piece of ``mark``, 0 or 255, if it is a sheet."""
    outlines, tree = cv2.findContours(mark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    areas = np.array([cv2.contourArea(outline) for outline in outlines])
    around = tree[0, :, 3]
    largest = int(np.where(around < 0, areas, -1).argmax())
    outline = outlines[largest]
    holes = np.flatnonzero((around == largest) & (areas >= sheets.least_hole * mark.size))
    full = 0 < areas[holes].sum() <= sheets.most_holes * areas[largest]
    if not full or areas[largest] < sheets.convex * cv2.contourArea(cv2.convexHull(outline)):
        return None
    width, height = cv2.minAreaRect(outline)[1]
    written = areas[largest] >= sheets.rectangle * width * height or any(
        areas[hole] < sheets.written * cv2.contourArea(cv2.convexHull(outlines[int(hole)]))
        or (around == hole).any()
        for hole in holes
    )
    return outline if written else None
