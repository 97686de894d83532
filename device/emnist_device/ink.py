"""Picture -> ink: what of a picture is pen stroke, whatever the light and the colours.

A chain of small functions on arrays: bring the picture to a working size, make ink the darker
side, divide the paper's brightness out, and cut at half the contrast of the strokes nearby.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Pictures are worked on with a long side between these, in pixels; scaling up stops at 8 times.
_MIN_LONG_SIDE, _MAX_LONG_SIDE, _MAX_ENLARGEMENT = 800, 1600, 8.0
# The paper is looked for at this long side, with a median over a fifth of it.
_PAPER_LONG_SIDE, _PAPER_WINDOW = 200, 41
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (23, 23))


@dataclass(frozen=True)
class Ink:
    """The strokes of a picture at working size.

    mask: (H, W) uint8, 255 on strokes, 0 on paper.
    contrast: (H, W) uint8, how much darker than the paper around it each pixel is; 255 is black
        ink on white paper.
    scale: working size over picture size.
    """

    mask: NDArray[np.uint8]
    contrast: NDArray[np.uint8]
    scale: float


def find_ink(picture: NDArray[np.uint8]) -> Ink:
    """Find the strokes in ``picture``, (H, W) or (H, W, 3) BGR uint8."""
    resized, scale = to_working_size(picture)
    dark_on_light = make_ink_dark(resized)
    # A light blur takes the grain off; strokes at working size are wider than it.
    smooth = cv2.GaussianBlur(dark_on_light, (0, 0), 0.8)
    channels = [smooth] if smooth.ndim == 2 else cv2.split(smooth)
    papers = [paper_brightness(channel) for channel in channels]
    contrast = contrast_to_paper(channels, papers)
    contrast[off_sheet(papers, contrast.shape) > 0] = 0
    return Ink(threshold(contrast), contrast, scale)


def to_working_size(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` with a long side of 800 to 1600 pixels, and the scale that it took."""
    long_side = max(picture.shape[:2])
    if long_side > _MAX_LONG_SIDE:
        scale = _MAX_LONG_SIDE / long_side
    else:
        scale = float(np.clip(_MIN_LONG_SIDE / long_side, 1.0, _MAX_ENLARGEMENT))
    if scale == 1.0:
        return picture, scale
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    return cv2.resize(picture, size, interpolation=interpolation), scale


def make_ink_dark(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Invert ``picture`` if its ink is lighter than its paper.

    Strokes are few and stand off their surroundings on one side: the third moment of the local
    deviation of brightness has their sign.
    """
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    half = _scaled(grey, 0.5, cv2.INTER_AREA).astype(np.float32)
    window = max(half.shape) // 20 | 1
    local = cv2.blur(half, (window, window))
    deviation = (half - local) / (local + 16)
    return picture if float((deviation**3).mean()) <= 0 else cv2.bitwise_not(picture)


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
    for channel, small in zip(channels, papers, strict=True):
        usual = float(np.percentile(small, 75))
        paper = _resized(small, channel.shape)
        light = np.maximum(paper, np.uint8(max(0.4 * usual, 1)))
        missing = cv2.divide(cv2.subtract(paper, channel), light, scale=255)
        strongest = cv2.max(strongest, missing)
    return strongest


def paper_brightness(channel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of the paper behind the ink of ``channel`` (H, W) uint8, in small.

    The lower of two estimates that are blind to anything as narrow as a stroke: a wide median,
    which follows gradients, and a morphological closing, which is true beside a shadow's edge.
    """
    small = _to_paper_size(channel, cv2.INTER_AREA)
    # Odd reflection goes on with a gradient beyond the edge, where repeating the edge would
    # flatten it and leave a seam of false ink around a picture with dim corners.
    reach = min(_PAPER_WINDOW // 2, *(side - 1 for side in small.shape))
    wide = np.pad(small.astype(np.int16), reach, mode="reflect", reflect_type="odd")
    median = cv2.medianBlur(np.clip(wide, 0, 255).astype(np.uint8), _PAPER_WINDOW)
    inner = median[reach : reach + small.shape[0], reach : reach + small.shape[1]]
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _DISC)
    return cv2.GaussianBlur(cv2.min(inner, closed), (0, 0), 1)


def off_sheet(papers: Sequence[NDArray[np.uint8]], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the mask (H, W) uint8 of what lies beside the sheet: 255 on a dark table, else 0.

    ``papers`` are the brightness of the paper in each channel, ``shape`` is that of the mask.

    A table is much darker than the paper, reaches the picture's edge, and the paper ends there at
    once; a shadow or a dim corner fades in.
    """
    small = np.mean(papers, axis=0)
    dark = (small < 0.55 * np.percentile(small, 75)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    table = np.zeros_like(dark)
    ring = np.ones((7, 7), np.uint8)
    for label in range(1, count):
        x, y, width, height, area = stats[label]
        region = (labels == label).astype(np.uint8)
        at_edge = x == 0 or y == 0 or x + width == dark.shape[1] or y + height == dark.shape[0]
        outside = small[(cv2.dilate(region, ring) > 0) & (dark == 0)]
        inside = small[(region > 0) & (cv2.erode(region, ring) == 0)]
        if at_edge and area > 0.01 * dark.size and outside.size:
            sharp = float(np.median(outside)) > 1.6 * float(np.median(inside))
            table |= region if sharp else 0
    grown = cv2.dilate(table, ring) * np.uint8(255)
    return cv2.resize(grown, shape[::-1], interpolation=cv2.INTER_NEAREST)


def threshold(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mask of the strokes: 255 where ``contrast`` (H, W) uint8 is ink, else 0.

    A stroke ends where its contrast has fallen to a share of the strongest contrast nearby: pale
    strokes keep their width, bold ones are not swollen by blur. Nothing counts as ink that does
    not stand out of the texture around it: wood, cloth, show-through, sensor noise.
    """
    small = _to_paper_size(contrast, cv2.INTER_NEAREST)
    grain = float(np.percentile(small, 75)) / 0.6745  # sigma of noise cut off at zero
    # The median around a pixel is the paper's own texture, since ink is rare.
    texture = cv2.medianBlur(small, _PAPER_WINDOW).astype(np.float32)
    floor = np.maximum(texture, max(grain, 3.5)) * 5
    nearby = _local_maximum(contrast)
    floor = cv2.resize(floor, nearby.shape[::-1], interpolation=cv2.INTER_LINEAR)
    strong = _above(contrast, np.maximum(0.45 * nearby, floor))
    weak = _above(contrast, np.maximum(0.3 * nearby, 0.7 * floor))
    return _keep_touching(weak, strong)


def _local_maximum(contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the smoothed maximum of ``contrast`` over 6 % of the long side, at a quarter size."""
    small = _scaled(cv2.dilate(contrast, np.ones((5, 5), np.uint8)), 0.25, cv2.INTER_NEAREST)
    window = max(contrast.shape) * 6 // 400 | 1
    peak = cv2.dilate(small, np.ones((window, window), np.uint8))
    return np.asarray(cv2.blur(peak.astype(np.float32), (window, window)))


def _above(contrast: NDArray[np.uint8], level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 255 where ``contrast`` is above ``level``, which may be of a smaller size, else 0."""
    whole = np.minimum(level, 255).astype(np.uint8)
    return cv2.compare(contrast, _resized(whole, contrast.shape), cv2.CMP_GT)


def _keep_touching(weak: NDArray[np.uint8], strong: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the components of ``weak`` that contain a pixel of ``strong`` (hysteresis)."""
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    keep = np.zeros(count, np.uint8)
    keep[labels.ravel()[np.flatnonzero(strong)]] = 255
    keep[0] = 0
    return np.asarray(keep[labels])


def _to_paper_size(image: NDArray[np.uint8], interpolation: int) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at the size that paper is looked for."""
    return _scaled(image, min(1.0, _PAPER_LONG_SIDE / max(image.shape)), interpolation)


def _resized(image: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at another shape, interpolated linearly."""
    return cv2.resize(image, shape[::-1], interpolation=cv2.INTER_LINEAR)


def _scaled(image: NDArray[np.uint8], scale: float, interpolation: int) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) scaled, but no side under 4 pixels."""
    size = tuple(max(4, round(side * scale)) for side in image.shape[::-1])
    return cv2.resize(image, size, interpolation=interpolation)
