"""Page at a low resolution -> how much darker than its paper each place is."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Pixels of a page to a mm, where pictures of it are compared with it.
RESOLUTION = 4.0
# Paper is as bright as the brightest within so many mm, at a quarter of the size.
_PAPER, _QUARTER = 5.0, 0.25


def to_darkest(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the darkest channel of ``picture``, (H, W) or (H, W, 3): print is dark there."""
    return picture if picture.ndim == 2 else reduce(cv2.min, cv2.split(picture))


def to_contrast(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel of ``grey`` (H, W) is, 0..255.

    That is part of a page at ``RESOLUTION``.
    """
    side = max(round(_PAPER * RESOLUTION * _QUARTER), 3)
    size = tuple(max(round(_QUARTER * length), 1) for length in grey.shape[::-1])
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((side, side), np.uint8)), (5, 5))
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.divide(cv2.subtract(paper, grey), np.maximum(paper, 1), scale=255)
