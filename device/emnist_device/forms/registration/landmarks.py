"""What of a page's print a picture of it is found by. Lengths are in mm, y down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Pixels of the page's print to a mm, where pictures of it are compared with it.
RESOLUTION = 4.0
# Width of printed lines: what a form's combs are drawn with, about.
_LINE = 0.3


@dataclass(frozen=True)
class Landmarks:
    """The print of a page that is the same on each sheet.

    size: width and height of the page.
    markers: number of each ArUco marker -> its corners, (4, 2), clockwise from its top left.
    areas: (N, 4) left, top, right and bottom of where things are read; they have to be on a
        picture.
    print: (H, W) uint8 at ``RESOLUTION``, 255 for black ink, of what is printed there; what is
        not known is 0.
    partial: whether more than in ``print`` is printed, such as labels.
    """

    size: tuple[float, float]
    markers: Mapping[int, NDArray[np.float64]]
    areas: NDArray[np.float64]
    print: NDArray[np.uint8]
    partial: bool

    @property
    def corners(self) -> NDArray[np.float64]:
        """The corners of the page, (4, 2), clockwise from the top left."""
        width, height = self.size
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def draw_boxes(
    size: tuple[float, float], boxes: NDArray[np.float64], round_ones: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return the print of a page of ``size`` that has these outlines on it.

    ``boxes`` (N, 4) are left, top, right, bottom; those of ``round_ones`` (N,) have an ellipse
    inside.
    """
    fine = 4  # drawn so many times as large, for lines between pixels
    scale = fine * RESOLUTION
    canvas = np.zeros([round(side * RESOLUTION) for side in size[::-1]], np.uint8)
    for (left, top, right, bottom), is_round in zip(boxes.tolist(), round_ones, strict=True):
        # A window around each alone is drawn finely: all of the page would take 60 MB.
        x, y = (max(int((at - 1) * RESOLUTION), 0) for at in (left, top))
        width, height = (
            int((end - start + 2) * RESOLUTION) + 1 for start, end in ((left, right), (top, bottom))
        )
        window = canvas[y : y + height, x : x + width]
        large = np.zeros((window.shape[0] * fine, window.shape[1] * fine), np.uint8)
        ends = np.array([[left, top], [right, bottom]]) * scale - (x * fine, y * fine)
        _outline(large, ends, bool(is_round), round(_LINE * scale))
        small = cv2.resize(large, window.shape[::-1], interpolation=cv2.INTER_AREA)
        np.maximum(window, small, out=window)
    return canvas


def _outline(
    canvas: NDArray[np.uint8], ends: NDArray[np.float64], is_round: bool, width: int
) -> None:
    """Draw a box or the ellipse in it; ``ends`` (2, 2) are its first and last corner."""
    first, last = (tuple(end) for end in np.rint(ends).astype(int).tolist())
    if is_round:
        middle = tuple(np.rint(ends.mean(axis=0)).astype(int).tolist())
        axes = tuple(np.rint((ends[1] - ends[0]) / 2).astype(int).tolist())
        cv2.ellipse(canvas, middle, axes, 0, 0, 360, 255, width)
    else:
        cv2.rectangle(canvas, first, last, 255, width)
