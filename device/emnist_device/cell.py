"""A cell with one character -> its ink: boxes of forms, single photographed characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A cell's paper is looked for at this long side, with a closing over about half of it; its ink is
# cut out at this many times that size. Less contrast than this (of 255) is no writing.
_SIDE, _ENLARGEMENT, _LEAST_CONTRAST = 96, 4, 25
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (45, 45))
# Parts of a character have at least this share of the area of its largest; dust has less.
_PART = 0.1


def find_cell_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink (H', W') uint8 0 or 255 of a cell with one character, at working size.

    A character fills its cell, so what a page's paper is estimated from is missing: here the paper
    is what a closing leaves of the cell, and the threshold is Otsu's (1979) over all of it.
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    factor = _SIDE / max(grey.shape)
    size = tuple(max(1, round(side * factor)) for side in grey.shape[::-1])
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    small = cv2.GaussianBlur(small, (0, 0), 0.8)
    middle, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if np.median(rim) <= middle:  # paper is what the rim mostly shows
        small = cv2.bitwise_not(small)
    paper = cv2.max(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _DISC), 1)
    contrast = cv2.divide(cv2.subtract(paper, small), paper, scale=255)
    large = cv2.resize(
        contrast,
        None,
        fx=_ENLARGEMENT,
        fy=_ENLARGEMENT,
        interpolation=cv2.INTER_CUBIC,
    )
    if int(contrast.max()) < _LEAST_CONTRAST:
        return np.zeros_like(large)
    _, mask = cv2.threshold(large, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # paper
    largest = int(areas.argmax())
    # What else hangs on the rim is the edge of the cell's box, or a neighbour.
    rim_labels = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    others = np.flatnonzero(areas >= _PART * areas[largest])
    parts = [largest, *np.setdiff1d(others, rim_labels)]
    return np.where(np.isin(labels, parts), np.uint8(255), np.uint8(0))
