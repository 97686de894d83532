"""Picture -> contrast: how much darker than its paper each pixel is, whatever light and colours.

A chain of small functions on arrays: bring the picture to a working size, make ink the darker
side, divide the paper's brightness out, and leave out what lies beside the sheet.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Pictures are worked on with a long side between these, in pixels; scaling up stops at 8 times.
_MIN_LONG_SIDE, _MAX_LONG_SIDE, _MAX_ENLARGEMENT = 400, 1600, 8.0
# Which side of the paper's brightness ink is on is decided at this long side, in pixels.
_SIGN_LONG_SIDE = 400
# The paper is looked for at this long side, with a median over a fifth of it.
_PAPER_LONG_SIDE, PAPER_WINDOW = 128, 27
# What is darker than this fraction of what a closing leaves is taken for ink there.
_INK = 0.7
# Paper counts as bright as this fraction of its usual light at least, and of its light in the
# channel where it is brightest.
_LEAST_LIGHT = 0.4
# A sheet is as bright as the first percentile of the picture; a small one, such as a note on a
# table or a sign on a wall, as the second. Of 576 drawn with 1 to 7 characters, on 4 % to 64 % of
# the picture, 458 are read right, 335 without the second; 99 takes narrow paper for table.
_SHEET, _SMALL_SHEET = 75, 97
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))


def find_contrast(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return how much ``picture``, (H, W) or (H, W, 3) BGR uint8, stands off its paper.

    (H', W') uint8 at working size, 255 for black ink on white paper, 0 for paper, and the scale
    from picture to working size.
    """
    resized, scale = to_working_size(picture)
    dark_on_light = make_ink_dark(resized)
    channels = [dark_on_light] if dark_on_light.ndim == 2 else cv2.split(dark_on_light)
    papers = [paper_brightness(channel) for channel in channels]
    contrast = contrast_to_paper(channels, papers)
    contrast[off_sheet(papers, contrast.shape) > 0] = 0
    return contrast, scale


def shrink(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` with a long side of at most 1600 pixels, and the scale that it took."""
    scale = min(_MAX_LONG_SIDE / max(picture.shape[:2]), 1.0)
    return _scale(picture, scale, cv2.INTER_AREA), scale


def to_working_size(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` with a long side of 400 to 1600 pixels, and the scale that it took."""
    small, scale = shrink(picture)
    larger = float(np.clip(_MIN_LONG_SIDE / max(small.shape[:2]), 1.0, _MAX_ENLARGEMENT))
    return _scale(small, larger, cv2.INTER_CUBIC), scale * larger


def _scale(picture: NDArray[np.uint8], scale: float, interpolation: int) -> NDArray[np.uint8]:
    """Return ``picture`` scaled; itself where that changes nothing."""
    if scale == 1.0:
        return picture
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    return cv2.resize(picture, size, interpolation=interpolation)


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of ``picture``, (H, W) or (H, W, 3) BGR uint8."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def make_ink_dark(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Invert ``picture`` if its ink is lighter than its paper.

    Strokes are few and stand off their surroundings on one side: the third moment of the local
    deviation of brightness has their sign.
    """
    grey = to_grey(picture)
    scale = min(1.0, _SIGN_LONG_SIDE / max(grey.shape))
    small = scaled(grey, scale, cv2.INTER_AREA).astype(np.float32)
    window = max(small.shape) // 20 | 1
    local = cv2.blur(small, (window, window))
    deviation = (small - local) / (local + 16)
    skew = float((deviation * deviation * deviation).mean())
    return picture if skew <= 0 else cv2.bitwise_not(picture)


def contrast_to_paper(
    channels: Sequence[NDArray[np.uint8]], papers: Sequence[NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel is, 0..255, in the channel that shows most.

    ``papers`` are the brightness of the paper in each of ``channels`` (H, W), at any size.

    Coloured ink is dark in at least one channel. The share of the paper's light that is missing is
    independent of shadows; below 40 % of the page's usual light it is not amplified any further,
    since there it is noise.
    """
    strongest = np.zeros(channels[0].shape, np.uint8)
    floor = resized(least_light(papers), channels[0].shape)
    for channel, small in zip(channels, papers, strict=True):
        usual = float(np.percentile(small, 75))
        paper = resized(small, channel.shape)
        light = np.maximum(cv2.max(paper, floor), np.uint8(max(_LEAST_LIGHT * usual, 1)))
        missing = cv2.divide(cv2.subtract(paper, channel), light, scale=255)
        strongest = cv2.max(strongest, missing)
    return strongest


def least_light(papers: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return what light to count on at least in a channel where ``papers`` are so bright.

    All (H, W). What coloured paper lacks in a channel tells nothing of ink there.
    """
    return cv2.convertScaleAbs(reduce(cv2.max, papers), alpha=_LEAST_LIGHT)


def paper_brightness(channel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of the paper behind the ink of ``channel`` (H, W) uint8, in small.

    The lower of two estimates that are blind to anything as narrow as a stroke: a wide median,
    which follows gradients, and a morphological closing, which is true beside a shadow's edge.
    """
    small = to_paper_size(channel, cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _DISC)
    # Odd reflection goes on with a gradient beyond the edge, where repeating the edge would
    # flatten it and leave a seam of false ink around a picture with dim corners. Ink is left out
    # of it: reflected at a line along the edge, paper would be darkness.
    reach = min(PAPER_WINDOW // 2, *(side - 1 for side in small.shape))
    bare = np.where(small < _INK * closed, closed, small).astype(np.int16)
    wide = np.pad(bare, reach, mode="reflect", reflect_type="odd")
    inner = (slice(reach, reach + small.shape[0]), slice(reach, reach + small.shape[1]))
    wide[inner] = small
    median = cv2.medianBlur(np.clip(wide, 0, 255).astype(np.uint8), PAPER_WINDOW)[inner]
    return cv2.GaussianBlur(cv2.min(median, closed), (0, 0), 1)


def off_sheet(papers: Sequence[NDArray[np.uint8]], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the mask (H, W) uint8 of what lies beside the sheet: 255 on a dark table, else 0.

    ``papers`` are the brightness of the paper in each channel, ``shape`` is that of the mask.

    Most of the picture may be the table, or paper in a shadow with a hard edge: then only its edge
    is left out, which is no stroke in either.
    """
    small = np.mean(papers, axis=0)
    ring = np.ones((7, 7), np.uint8)
    table, edges = (
        _table(small, float(np.percentile(small, share)), ring) for share in (_SHEET, _SMALL_SHEET)
    )
    grown = cv2.dilate(table, ring)
    grown |= cv2.dilate(edges, np.ones((3, 3), np.uint8)) & ~cv2.erode(edges, ring)
    return cv2.resize(grown * np.uint8(255), shape[::-1], interpolation=cv2.INTER_NEAREST)


def _table(small: NDArray[np.float64], paper: float, ring: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mask (H, W), 0 or 1, of the table in ``small`` (H, W), brightness of the paper.

    A table is much darker than ``paper``, reaches the picture's edge, and the paper ends there at
    once, within ``ring``; a shadow or a dim corner fades in.
    """
    dark = (small < 0.55 * paper).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    table = np.zeros_like(dark)
    for label in range(1, count):
        x, y, width, height, area = stats[label]
        region = (labels == label).astype(np.uint8)
        at_edge = x == 0 or y == 0 or x + width == dark.shape[1] or y + height == dark.shape[0]
        outside = small[(cv2.dilate(region, ring) > 0) & (dark == 0)]
        inside = small[(region > 0) & (cv2.erode(region, ring) == 0)]
        if at_edge and area > 0.01 * dark.size and outside.size:
            sharp = float(np.median(outside)) > 1.6 * float(np.median(inside))
            table |= region if sharp else 0
    return table


def to_paper_size(image: NDArray[np.uint8], interpolation: int) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at the size that paper is looked for."""
    return scaled(image, min(1.0, _PAPER_LONG_SIDE / max(image.shape)), interpolation)


def resized(image: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at another shape, interpolated linearly."""
    return cv2.resize(image, shape[::-1], interpolation=cv2.INTER_LINEAR)


def scaled(image: NDArray[np.uint8], scale: float, interpolation: int) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) scaled, but no side under 4 pixels."""
    size = tuple(max(4, round(side * scale)) for side in image.shape[::-1])
    return cv2.resize(image, size, interpolation=interpolation)
