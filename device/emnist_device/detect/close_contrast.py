"""Picture that few marks fill -> how much it stands off its paper, for each that paper may be.

What the paper of a page is told from is missing there: wide stretches without ink, and room in
which strokes are narrow. The rim tells which brightness is paper, and a closing over half of the
picture's height what lies behind the ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.paper import PAPER, Paper, contrast_to_paper
from emnist_device.detect.pieces import binarize, find_pieces
from emnist_device.detect.rim import (
    RIM,
    Rim,
    line_depth,
    may_paper_be_dark,
    outermost,
    profiles,
    rim_width,
)
from emnist_device.detect.sizes import to_grey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class CloseContrasts:
    """Thresholds of the contrast of close-ups.

    height, most_width: close-ups are worked on at this height, but no larger width, in pixels.
    smooth: sigma of the blur before, in pixels.
    closing: side of the square whose closing leaves the paper, in heights of the picture.
    kept: of what is taken for ink against the odds, the closing leaves at least this fraction: all
        of most strokes, and little of paper.
    along, stray: a line of a box that was cut out runs along the first fraction of a side, and at
        most the second fraction of it is within the rim.
    line_blur: the edge of a line reaches this far beyond it, in pixels.
    rim, paper: thresholds of the rim and of the paper.
    """

    height: int = 96
    most_width: int = 2400
    smooth: float = 0.8
    closing: float = 0.47
    kept: float = 0.5
    along: float = 0.8
    stray: float = 0.1
    line_blur: int = 2
    rim: Rim = RIM
    paper: Paper = PAPER


CLOSE_CONTRASTS = CloseContrasts()


@dataclass(frozen=True)
class CloseContrast:
    """How much a picture stands off its paper, if that is its dark or its light part.

    contrast: (H, W) uint8 at working size, 255 for black ink on white paper or for white on black.
    scale: pixels here to one of the picture.
    paper_dark: whether the dark part is taken for paper.
    """

    contrast: NDArray[np.uint8]
    scale: float
    paper_dark: bool


def find_close_contrasts(
    picture: NDArray[np.uint8], *, contrasts: CloseContrasts = CLOSE_CONTRASTS
) -> Iterator[CloseContrast]:
    """Yield how much ``picture``, (H, W) or (H, W, 3) BGR uint8, may stand off its paper.

    There are two where the rim may be ink, likelier first.
    """
    small, scale = _smoothed(picture, contrasts.height, contrasts)
    light = binarize(to_grey(small))
    for number, dark in enumerate(may_paper_be_dark(light > 0, rim=contrasts.rim)):
        view, paper = (cv2.bitwise_not(each) if dark else each for each in (small, light))
        contrast = _contrast_to_closing(view, paper, contrasts)
        ink = paper.size - cv2.countNonZero(paper)
        if number == 0 or cv2.countNonZero(binarize(contrast)) >= contrasts.kept * ink:
            bare = _clear_frame(_clear_rim(contrast, contrasts), contrasts)
            yield CloseContrast(bare, scale, dark)


def find_fine_ink(
    picture: NDArray[np.uint8],
    paper_dark: bool,
    finer: int,
    *,
    contrasts: CloseContrasts = CLOSE_CONTRASTS,
) -> NDArray[np.uint8]:
    """Return 255 where ``picture`` has not the brightness of its paper, else 0: (H, W) uint8.

    It is seen up to ``finer`` times as large as by :func:`find_close_contrasts`.
    """
    height = max(min(picture.shape[0], finer * contrasts.height), contrasts.height)
    light = binarize(to_grey(_smoothed(picture, height, contrasts)[0]))
    return light if paper_dark else cv2.bitwise_not(light)


def _smoothed(
    picture: NDArray[np.uint8], height: int, contrasts: CloseContrasts
) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` scaled to ``height`` and smoothed, and the scale that it took."""
    scale = min(height / picture.shape[0], contrasts.most_width / picture.shape[1])
    size = tuple(max(1, round(length * scale)) for length in picture.shape[1::-1])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(picture, size, interpolation=interpolation)
    return cv2.GaussianBlur(resized, (0, 0), contrasts.smooth), scale


def _contrast_to_closing(
    small: NDArray[np.uint8], paper: NDArray[np.uint8], contrasts: CloseContrasts
) -> NDArray[np.uint8]:
    """Return how much darker each pixel of ``small`` is than what a closing leaves: its paper.

    ``small`` is (H, W) or (H, W, 3) BGR uint8; (H, W) ``paper`` is 255 about where that is, and 0
    on ink.
    """
    side = round(contrasts.closing * small.shape[0]) | 1
    channels = [small] if small.ndim == 2 else cv2.split(small)
    papers = [_close(channel, paper, side) for channel in channels]
    return contrast_to_paper(channels, papers, shadows=False, paper=contrasts.paper)


def _close(channel: NDArray[np.uint8], paper: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return ``channel`` (H, W) closed by a square of ``side`` pixels.

    Beyond ink that the picture ends in there is paper, as bright as ``paper`` (H, W) uint8, 0 or
    255, is around there: else a stroke along a side would be as wide as it is long.
    """
    beyond = channel
    if min(edge.min() for edge in outermost(paper)) == 0:
        mean = cv2.mean(channel, paper)[0]
        weight = cv2.blur(paper.astype(np.float32), (side, side))
        around = cv2.blur(cv2.min(channel, paper).astype(np.float32), (side, side))
        bright = np.where(weight > 1, 255 * around / np.maximum(weight, 1), mean)
        beyond = np.where(paper > 0, channel, bright).astype(np.uint8)
    framed = cv2.copyMakeBorder(beyond, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    framed[1:-1, 1:-1] = channel
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    return cv2.morphologyEx(framed, cv2.MORPH_CLOSE, square)[1:-1, 1:-1]


def _clear_rim(contrast: NDArray[np.uint8], contrasts: CloseContrasts) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) without the lines of a box that was cut out along the rim.

    They run along the upper or lower side at least (what runs along the left or right one alone may
    be a 1), are in the rim nearly as a whole, and there is other ink inside.
    """
    pieces = find_pieces(binarize(contrast))
    labels, areas = pieces.labels, pieces.areas.copy()
    rim = rim_width(contrast.shape, rim=contrasts.rim)
    within = np.bincount(labels[rim:-rim, rim:-rim].ravel(), minlength=len(areas))
    areas[0] = within[0] = 0
    lines = np.zeros(contrast.shape, np.uint8)
    for label in np.flatnonzero((areas > 0) & (within <= contrasts.stray * areas)):
        bands = (labels[:rim] == label, labels[-rim:] == label)
        along = max(float(band.any(axis=0).mean()) for band in bands)
        if along >= contrasts.along and within.sum() > within[label]:
            lines |= (labels == label).astype(np.uint8)
    if not lines.any():
        return contrast
    side = 2 * contrasts.line_blur + 1
    grown = cv2.dilate(lines, np.ones((side, side), np.uint8))
    return np.where(grown > 0, np.uint8(0), contrast)


def _clear_frame(contrast: NDArray[np.uint8], contrasts: CloseContrasts) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) without the box around its ink, which may touch what is within.

    Its lines go along all four sides of the ink, and no character does. The narrowest tells how
    wide they are: a stroke may lie along the others. What reaches all four is a table.
    """
    mask = binarize(contrast) > 0
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    rim = contrasts.rim
    if min(width, height) <= 4 * rim_width(mask.shape, rim=rim):
        return contrast
    sides = profiles(mask[y : y + height, x : x + width], rim=rim)
    lines = [line_depth(side, rim=rim) for side in sides]
    if min(lines) == 0:
        return contrast
    edge = min(lines) + contrasts.line_blur
    within = (slice(y + edge, y + height - edge), slice(x + edge, x + width - edge))
    if not mask[within].any() or all(side.any() for side in outermost(mask[within])):
        return contrast
    cleared = np.zeros_like(contrast)
    cleared[within] = contrast[within]
    return cleared
