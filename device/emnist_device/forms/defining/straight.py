"""A scan that lies askew -> upright, by the rules of what was found on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Askew:
    """Thresholds, in degrees: between these two a scan is turned.

    least: less moves the end of a line of A4 by a third of a mm, as wide as a printed line.
    most: what leans more was not laid on a scanner's glass.
    """

    least: float = 0.1
    most: float = 8.0


ASKEW = Askew()


def find_lean(frames: Sequence[Frame]) -> float:
    """Return by how many degrees, clockwise, the level sides of ``frames`` lean; 0 for none."""
    cells = [cell.corners for frame in frames for cell in frame.cells]
    if not cells:
        return 0.0
    corners = np.array(cells, float)
    sides = np.concatenate([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 3]])
    order = np.argsort(angles := np.degrees(np.arctan2(sides[:, 1], sides[:, 0])))
    lengths = np.cumsum(np.hypot(*sides.T)[order])
    return float(angles[order][np.searchsorted(lengths, lengths[-1] / 2)])  # weighted median


def straighten(
    picture: NDArray[np.uint8], frames: Sequence[Frame], *, askew: Askew = ASKEW
) -> tuple[NDArray[np.uint8], tuple[Frame, ...], float]:
    """Return the picture (H, W, 3) turned so that ``frames`` are level, and these where they are.

    The third value is by how many degrees it was turned back; 0 where it is as it was.
    """
    lean = find_lean(frames)
    if not askew.least <= abs(lean) <= askew.most:
        return picture, tuple(frames), 0.0
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    turned = cv2.warpAffine(
        picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return turned, tuple(_turned(frame, turn) for frame in frames), lean


def _turned(frame: Frame, turn: NDArray[np.float64]) -> Frame:
    cells = []
    for cell in frame.cells:
        corners = np.array(cell.corners) @ turn[:, :2].T + turn[:, 2]
        cells.append(replace(cell, corners=tuple((x, y) for x, y in corners.tolist())))
    return replace(frame, cells=tuple(cells))
