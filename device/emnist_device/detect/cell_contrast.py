"""Picture of few marks -> how much it stands off its paper, for each that paper may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import least_light, to_grey
from emnist_device.detect.rim import line_depth, may_paper_be_dark, outermost, profiles, rim_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Close-ups are worked on at this height, but no larger width, in pixels.
_HEIGHT, _MOST_WIDTH = 96, 2400
# Side of the square whose closing leaves the paper, in heights of the picture.
_CLOSING = 0.47
# Of what is taken for ink against the odds, the closing leaves at least this fraction: all of most
# strokes, and little of paper.
_KEPT = 0.5
# A line of a box that was cut out runs along this fraction of a side, and at most this fraction of
# it is within the rim.
_ALONG, _STRAY = 0.8, 0.1
# The edge of a line reaches this far beyond it, in pixels.
_LINE_BLUR = 2


@dataclass(frozen=True)
class CellContrast:
    """How much a picture stands off its paper, if that is its dark or its light part.

    contrast: (H, W) uint8 at working size, 255 for black ink on white paper or for white on black.
    scale: pixels here to one of the picture. paper_dark: whether the dark part is taken for paper.
    """

    contrast: NDArray[np.uint8]
    scale: float
    paper_dark: bool


def find_cell_contrasts(picture: NDArray[np.uint8]) -> Iterator[CellContrast]:
    """Yield how much ``picture``, (H, W) or (H, W, 3) BGR uint8, may stand off its paper.

    There are two where the rim may be ink, likelier first.
    """
    small, scale = _smoothed(picture, _HEIGHT)
    light = binarize(to_grey(small))
    for number, dark in enumerate(may_paper_be_dark(light > 0)):
        view, paper = (cv2.bitwise_not(each) if dark else each for each in (small, light))
        contrast = _contrast_to_closing(view, paper)
        ink = paper.size - cv2.countNonZero(paper)
        if number == 0 or cv2.countNonZero(binarize(contrast)) >= _KEPT * ink:
            yield CellContrast(_clear_rim(_clear_frame(contrast)), scale, dark)


def find_fine_ink(picture: NDArray[np.uint8], paper_dark: bool, finer: int) -> NDArray[np.uint8]:
    """Return 255 where ``picture`` has not the brightness of its paper, else 0: (H, W) uint8.

    It is seen up to ``finer`` times as large as by :func:`find_cell_contrasts`.
    """
    height = max(min(picture.shape[0], finer * _HEIGHT), _HEIGHT)
    light = binarize(to_grey(_smoothed(picture, height)[0]))
    return light if paper_dark else cv2.bitwise_not(light)


def _smoothed(picture: NDArray[np.uint8], height: int) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` scaled to ``height`` and smoothed, and the scale that it took."""
    scale = min(height / picture.shape[0], _MOST_WIDTH / picture.shape[1])
    size = tuple(max(1, round(length * scale)) for length in picture.shape[1::-1])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(picture, size, interpolation=interpolation)
    return cv2.GaussianBlur(resized, (0, 0), 0.8), scale


def _contrast_to_closing(small: NDArray[np.uint8], paper: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel of ``small`` is, as ``find_contrast`` does.

    ``small`` is (H, W) or (H, W, 3) BGR uint8, its paper what a closing leaves; (H, W) ``paper`` is
    255 about there, and 0 on ink.
    """
    side = round(_CLOSING * small.shape[0]) | 1
    contrast = np.zeros(small.shape[:2], np.uint8)
    channels = [small] if small.ndim == 2 else cv2.split(small)
    papers = [_close(channel, paper, side) for channel in channels]
    floor = cv2.max(least_light(papers), 1)
    for channel, bright in zip(channels, papers, strict=True):
        missing = cv2.divide(cv2.subtract(bright, channel), cv2.max(bright, floor), scale=255)
        contrast = cv2.max(contrast, missing)
    return contrast


def _close(channel: NDArray[np.uint8], paper: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return ``channel`` (H, W) closed by a square of ``side`` pixels.

    Beyond ink that the picture ends in there is paper, as bright as ``paper`` (H, W) uint8, 0 or
    255, is around there: else a stroke along a side would be as wide as it is long.
    """
    beyond = channel
    if min(edge.min() for edge in outermost(paper)) == 0:
        mean = cv2.mean(channel, paper)[0]
        share = cv2.blur(paper.astype(np.float32), (side, side))
        around = cv2.blur(cv2.min(channel, paper).astype(np.float32), (side, side))
        bright = np.where(share > 1, 255 * around / np.maximum(share, 1), mean)
        beyond = np.where(paper > 0, channel, bright).astype(np.uint8)
    framed = cv2.copyMakeBorder(beyond, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    framed[1:-1, 1:-1] = channel
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    return cv2.morphologyEx(framed, cv2.MORPH_CLOSE, square)[1:-1, 1:-1]


def binarize(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 where ``image`` is above the threshold of Otsu (1979) over all of it, else 0."""
    return cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]


def _clear_rim(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) without the lines of a box that was cut out along the rim.

    They run along the upper or lower side at least (what runs along the left or right one alone may
    be a 1), are in the rim nearly as a whole, and there is other ink inside.
    """
    mask = binarize(contrast)
    count, labels = cv2.connectedComponents(mask, connectivity=8)
    rim = rim_width(mask.shape)
    areas = np.bincount(labels.ravel(), minlength=count)
    within = np.bincount(labels[rim:-rim, rim:-rim].ravel(), minlength=count)
    areas[0] = within[0] = 0
    lines = np.zeros(mask.shape, np.uint8)
    for label in np.flatnonzero((areas > 0) & (within <= _STRAY * areas)):
        bands = (labels[:rim] == label, labels[-rim:] == label)
        along = max(float(band.any(axis=0).mean()) for band in bands)
        if along >= _ALONG and within.sum() > within[label]:
            lines |= (labels == label).astype(np.uint8)
    if not lines.any():
        return contrast
    return np.where(cv2.dilate(lines, np.ones((5, 5), np.uint8)) > 0, np.uint8(0), contrast)


def _clear_frame(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) without the box around its ink, which may touch what is within.

    Its lines go along all four sides of the ink, and no character does. The narrowest tells how
    wide they are: a stroke may lie along the others. What reaches all four is a table.
    """
    mask = binarize(contrast) > 0
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    rim = rim_width(mask.shape)
    if min(width, height) <= 4 * rim:
        return contrast
    lines = [line_depth(side) for side in profiles(mask[y : y + height, x : x + width])]
    if min(lines) == 0:
        return contrast
    edge = min(lines) + _LINE_BLUR
    within = (slice(y + edge, y + height - edge), slice(x + edge, x + width - edge))
    if not mask[within].any() or all(side.any() for side in outermost(mask[within])):
        return contrast
    cleared = np.zeros_like(contrast)
    cleared[within] = contrast[within]
    return cleared
