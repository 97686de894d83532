"""What of a page's print a picture of it is found by. Lengths are in mm, y down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms.model import MarkField
from emnist_device.forms.registration.contrast import RESOLUTION, to_contrast, to_darkest
from emnist_device.image.picture import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from emnist_device.forms.model import Area, FormPage, Leaf
    from emnist_device.image.limits import Limits

# Width of printed lines: what a form's combs are drawn with, about.
_LINE = 0.3
# The longer side of a page whose units are pixels is taken to be so many mm: that of A4.
_LONG_SIDE = 297.0


@dataclass(frozen=True, eq=False)
class Landmarks:
    """The print of a page that is the same on each sheet; equal to itself alone.

    size: width and height of the page.
    markers: number of each ArUco marker -> its corners, (4, 2), clockwise from its top left.
    areas: (N, 4) left, top, right and bottom of where things are read; they have to be on a
        picture.
    print: (H, W) uint8 at ``RESOLUTION``, 255 for black ink, of what is printed there; what is
        not known is 0.
    partial: whether more than in ``print`` is printed, such as labels.
    unit: mm to a unit of the page.
    outlines: boxes whose sides are printed: left, top, right, bottom.
    reference: picture of the empty page, (H, W, 3) BGR uint8, if there is one.
    """

    size: tuple[float, float]
    markers: Mapping[int, NDArray[np.float64]]
    areas: NDArray[np.float64]
    print: NDArray[np.uint8]
    partial: bool
    unit: float = 1.0
    outlines: tuple[tuple[float, float, float, float], ...] = ()
    reference: NDArray[np.uint8] | None = None

    @property
    def corners(self) -> NDArray[np.float64]:
        """The corners of the page, (4, 2), clockwise from the top left."""
        width, height = self.size
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def landmarks_of(page: FormPage, limits: Limits) -> Landmarks:
    """Return the landmarks of ``page``; raises PictureError where its reference cannot be read."""
    unit = 1.0 if page.unit == "mm" else _LONG_SIDE / max(page.width, page.height)
    size = (page.width * unit, page.height * unit)
    areas = _ends([field.area for field in page.fields], unit)
    markers = {marker.number: _corners(marker.area, unit) for marker in page.markers}
    boxes = _ends([area for leaf in page.leaves() for area in _outlines(leaf)], unit)
    square = tuple(map(tuple, boxes.tolist()))
    if page.reference is not None:
        reference = read_picture(page.reference, limits)
        shape = (round(size[0] * RESOLUTION), round(size[1] * RESOLUTION))
        flat = cv2.resize(reference, shape, interpolation=cv2.INTER_AREA)
        own = to_contrast(to_darkest(flat))
        return Landmarks(size, markers, areas, own, False, unit, square, reference)
    return Landmarks(size, markers, areas, draw_boxes(size, boxes), True, unit, square)


def _outlines(leaf: Leaf) -> list[Area]:
    """Return the printed boxes of a field; bubbles have too little that is straight."""
    if isinstance(leaf, MarkField):
        return [] if leaf.shape == "bubble" else [option.area for option in leaf.options]
    return list(leaf.cells or (leaf.area,))


def _ends(areas: list[Area], unit: float) -> NDArray[np.float64]:
    """Return left, top, right and bottom of ``areas`` in mm, (N, 4)."""
    ends = [(area.x, area.y, area.right, area.bottom) for area in areas]
    return unit * np.array(ends, float).reshape(-1, 4)


def _corners(area: Area, unit: float) -> NDArray[np.float64]:
    """Return the corners of ``area`` in mm, (4, 2), clockwise from the top left."""
    left, top, right, bottom = _ends([area], unit)[0].tolist()
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def draw_boxes(size: tuple[float, float], boxes: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the print of a page of ``size`` that has these boxes on it.

    ``boxes`` (N, 4) are left, top, right, bottom.
    """
    fine = 4  # drawn so many times as large, for lines between pixels
    scale = fine * RESOLUTION
    canvas = np.zeros([round(side * RESOLUTION) for side in size[::-1]], np.uint8)
    for left, top, right, bottom in boxes.tolist():
        # A window around each alone is drawn finely: all of the page would take 60 MB.
        x, y = (max(int((at - 1) * RESOLUTION), 0) for at in (left, top))
        width, height = (
            int((end - start + 2) * RESOLUTION) + 1 for start, end in ((left, right), (top, bottom))
        )
        window = canvas[y : y + height, x : x + width]
        large = np.zeros((window.shape[0] * fine, window.shape[1] * fine), np.uint8)
        ends = np.array([[left, top], [right, bottom]]) * scale - (x * fine, y * fine)
        first, last = np.rint(ends).astype(int).tolist()
        cv2.rectangle(large, first, last, 255, round(_LINE * scale))
        small = cv2.resize(large, window.shape[::-1], interpolation=cv2.INTER_AREA)
        np.maximum(window, small, out=window)
    return canvas
