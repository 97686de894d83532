"""Any crop of ink -> the 28x28 glyph that EMNIST would have made of it.

Cohen et al. 2017 (arXiv 1702.05373), section II-B: blur with sigma 1, crop to the ink's box, centre
in a square keeping the aspect ratio, leave a 2-pixel border, resample to 28x28, stretch to 0..255.
Before that, the stroke is brought to the width that EMNIST's pens have: a thin pen in a large
picture would otherwise fade away at 28x28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 28
#: Long side of the ink's box in the finished glyph, in pixels (median of EMNIST's images).
INK_SIDE = 23
#: Stroke width over long side of the ink's box: 5th, 50th and 95th percentile of EMNIST images.
STROKE_LOW, STROKE_MEDIAN, STROKE_HIGH = 0.073, 0.119, 0.204

_WORK = (
    100  # the ink's long side while it is worked on, in pixels; NIST's characters are that large
)


def make_glyph(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the EMNIST glyph of one character.

    Args:
        ink: (H, W) uint8 coverage, 255 where there is ink, 0 on paper, of any size. Only the box
            of what is at least half covered counts.

    Returns:
        (28, 28) uint8, ink 255 on 0; all zero where ``ink`` has no pixel of at least 128.
    """
    cropped = crop_to_ink(ink)
    if cropped.size == 0:
        return np.zeros((SIDE, SIDE), np.uint8)
    scale = _WORK / max(cropped.shape)
    size = tuple(max(1, round(side * scale)) for side in cropped.shape[::-1])
    shrinks = scale < 1
    resized = cv2.resize(
        cropped, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    margin = _WORK // 8  # room for strokes that are thickened, and for the blur
    canvas = np.zeros((size[1] + 2 * margin, size[0] + 2 * margin), np.uint8)
    canvas[margin:-margin, margin:-margin] = resized
    normalized = normalize_stroke(_at_least(canvas, 128))
    return _fit(cv2.GaussianBlur(normalized, (0, 0), 1.0))


def _at_least(image: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """Return 255 where ``image`` is at least ``level``, else 0."""
    return cv2.threshold(image, level - 1, 255, cv2.THRESH_BINARY)[1]


def crop_to_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the part of ``ink`` inside the box of its pixels of at least 128; maybe empty."""
    x, y, width, height = cv2.boundingRect(_at_least(ink, 128))
    return ink[y : y + height, x : x + width]


def stroke_width(binary: NDArray[np.uint8]) -> float:
    """Return the mean stroke width of ``binary`` (H, W) uint8 0 or 255, in pixels; 0 for no ink.

    Twice the distance from the ridge of each stroke to the paper, less the half pixel that the
    distance transform adds on each side.
    """
    framed = cv2.copyMakeBorder(binary, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(framed, cv2.DIST_L2, 5)
    highest = cv2.dilate(distance, np.ones((3, 3), np.uint8))
    ridge = cv2.bitwise_and(cv2.compare(distance, highest, cv2.CMP_GE), framed)
    return max(2 * cv2.mean(distance, ridge)[0] - 1, 0.0)


def normalize_stroke(binary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thicken or thin the strokes of ``binary`` until they are as wide as EMNIST's.

    ``binary`` is (H, W) uint8, 0 or 255, with room to grow around the ink. Widths that are common
    in EMNIST stay as they are; thinning never goes as far as to break a stroke.
    """
    width = stroke_width(binary)
    side = max(crop_to_ink(binary).shape)
    if width < STROKE_LOW * side:
        return _morph(binary, cv2.MORPH_DILATE, STROKE_MEDIAN * side - width)
    if width > STROKE_HIGH * side:
        return _morph(binary, cv2.MORPH_ERODE, min(width - STROKE_HIGH * side, width / 3))
    return binary


def _morph(binary: NDArray[np.uint8], operation: int, change: float) -> NDArray[np.uint8]:
    """Dilate or erode so that strokes change by ``change`` pixels in width."""
    diameter = round(change) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    return cv2.morphologyEx(binary, operation, kernel)


def _fit(blurred: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Centre the box of the ink in a square with EMNIST's border, shrink and stretch it."""
    x, y, width, height = cv2.boundingRect(_at_least(blurred, 64))
    side = max(width, height)
    pad = round(side * (SIDE - INK_SIDE) / (2 * INK_SIDE))
    full = side + 2 * pad
    square = np.zeros((full, full), np.uint8)
    top, left = (full - height) // 2, (full - width) // 2
    square[top : top + height, left : left + width] = blurred[y : y + height, x : x + width]
    glyph = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return cv2.convertScaleAbs(glyph, alpha=255 / max(int(glyph.max()), 1))
