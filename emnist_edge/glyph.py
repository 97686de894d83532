"""Any crop of ink -> the 28x28 glyph that EMNIST would have made of it.

Cohen et al. 2017 (arXiv 1702.05373), section II-B: blur with sigma 1, crop to the ink's box, centre
in a square keeping the aspect ratio, leave a 2-pixel border, resample to 28x28, stretch to 0..255.
Before that, the stroke is brought to the width that EMNIST's pens have: a thin pen in a large
picture would otherwise fade away at 28x28.

Glyphs are the same on every processor: OpenCV's own code makes them, not Intel's, and where half a
pixel is covered, no rounding error decides.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.artifact import SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Long side of the ink's box in the finished glyph, in pixels (median of EMNIST's images).
INK_SIDE = 23
#: Stroke width over long side of the ink's box: 5th, 50th and 95th percentile of EMNIST images.
STROKE_LOW, STROKE_MEDIAN, STROKE_HIGH = 0.073, 0.119, 0.204

# The ink's long side while it is worked on, in pixels: NIST's characters are that large. Around it
# is room for strokes that are thickened and for the blur.
_WORK, _MARGIN = 100, 10
# The blur with sigma 1, in steps of 1/256: sums are exact, and so the same on every processor.
_BLUR = np.array([1, 14, 62, 102, 62, 14, 1]) / 256
_NEIGHBOURS = np.ones((3, 3), np.uint8)
# Half covered, 127.5, less a little: exact halves are common where ink has two colours, and are ink
# whatever a processor's rounding errors are, which are a fifth of that at most.
_HALF = 127.5 * (1 - 2**-16)


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
    with _own_code():
        binary = crop_to_ink(_to_working_size(cropped))
        if binary.size == 0:
            return np.zeros((SIDE, SIDE), np.uint8)
        return _fit(cv2.sepFilter2D(normalize_stroke(binary), -1, _BLUR, _BLUR))


@contextmanager
def _own_code() -> Iterator[None]:
    """Let this thread run OpenCV's own code, where Intel's IPP would round otherwise."""
    intels = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP(intels)


def _to_working_size(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``ink``, cut to its box, scaled: 255 where at least half is covered, else 0.

    Of what is scaled down, something is left.
    """
    scale = _WORK / max(ink.shape)
    size = tuple(max(1, round(side * scale)) for side in ink.shape[::-1])
    if scale >= 1:
        return _half_covered(ink, size, cv2.INTER_CUBIC)
    small = _half_covered(ink, size, cv2.INTER_AREA)
    if not small.any():  # lines as thin as these would be lost
        wide = np.ones((round(2 / scale),) * 2, np.uint8)
        small = _half_covered(cv2.dilate(_at_least(ink, 128), wide), size, cv2.INTER_AREA)
    return small


def _half_covered(
    ink: NDArray[np.uint8], size: tuple[int, ...], interpolation: int
) -> NDArray[np.uint8]:
    """Return ``ink`` scaled to ``size``, columns first: 255 where at least half is covered."""
    scaled = cv2.resize(ink.astype(np.float32), size, interpolation=interpolation)
    return cv2.compare(scaled, _HALF, cv2.CMP_GT)


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
    highest = cv2.dilate(distance, _NEIGHBOURS)
    ridge = cv2.bitwise_and(cv2.compare(distance, highest, cv2.CMP_GE), framed)
    return max(2 * cv2.mean(distance, ridge)[0] - 1, 0.0)


def normalize_stroke(binary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``binary`` with its strokes as wide as EMNIST's, and a margin around.

    ``binary`` is (H, W) uint8, 0 or 255, cut to its ink. Widths that are common in EMNIST stay as
    they are; thinning never goes as far as to break a stroke.
    """
    width, side = stroke_width(binary), max(binary.shape)
    framed = cv2.copyMakeBorder(binary, *(_MARGIN,) * 4, cv2.BORDER_CONSTANT, value=0)
    if width < STROKE_LOW * side:
        return _morph(framed, cv2.MORPH_DILATE, STROKE_MEDIAN * side - width)
    if width > STROKE_HIGH * side:
        return _morph(framed, cv2.MORPH_ERODE, min(width - STROKE_HIGH * side, width / 3))
    return framed


def _morph(binary: NDArray[np.uint8], operation: int, change: float) -> NDArray[np.uint8]:
    """Dilate or erode so that strokes change by ``change`` pixels in width."""
    diameter = round(change) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    return cv2.morphologyEx(binary, operation, kernel)


def _fit(blurred: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Centre the box of the ink in a square with EMNIST's border, shrink and stretch it."""
    level = min(64, int(blurred.max()))  # of a dot, the blur leaves less
    x, y, width, height = cv2.boundingRect(_at_least(blurred, level))
    side = max(width, height)
    pad = round(side * (SIDE - INK_SIDE) / (2 * INK_SIDE))
    full = side + 2 * pad
    square = np.zeros((full, full), np.uint8)
    top, left = (full - height) // 2, (full - width) // 2
    square[top : top + height, left : left + width] = blurred[y : y + height, x : x + width]
    glyph = cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return cv2.convertScaleAbs(glyph, alpha=255 / max(int(glyph.max()), 1))
