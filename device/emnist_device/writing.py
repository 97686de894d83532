"""Contrast -> how large the writing is: a guess, for the network to see it at its own scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.contrast import PAPER_WINDOW, resized, scaled, to_paper_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pieces of ink that may be characters are at least this high, in pixels, at most this many times as
# wide as high, and fill at most this share of their box: bars, rules and blots do not count.
_LEAST_HEIGHT, _WIDEST, _FILLED = 6, 4.0, 0.7
# Width of an upright bar, in heights.
_BAR = 0.4


@dataclass(frozen=True)
class Writing:
    """How large the writing is, in pixels: usual height of its pieces, and width of its strokes."""

    height: float
    pen: float


def measure_writing(contrast: NDArray[np.uint8]) -> Writing | None:
    """Return how large the writing in ``contrast`` (H, W) uint8 is; None where there is no ink.

    Medians over the pieces of ink, each weighed by the square root of its area.
    """
    strokes = find_strokes(cv2.GaussianBlur(contrast, (0, 0), 0.8))
    width, height, area = strokes.stats[:, 2:].T
    pieces = strokes.kept & (height >= _LEAST_HEIGHT) & (width <= _WIDEST * height)
    fits = pieces & (area <= np.maximum(_FILLED * width * height, 3 * height))
    if not fits.any():  # a bar where there is nothing else is a 1
        fits = pieces & (width <= _BAR * height)
    if not fits.any():
        return None
    weight = np.sqrt(area[fits])
    usual = _median(height[fits].astype(float), weight)
    # Ink has two edges for each stroke.
    edge = cv2.subtract(strokes.mask, cv2.erode(strokes.mask, np.ones((3, 3), np.uint8)))
    own = strokes.labels.ravel()[np.flatnonzero(edge > 0)]
    edges = np.bincount(own, minlength=len(fits))[fits]
    near = (height[fits] >= usual / 2) & (height[fits] <= 2 * usual)
    pens = 2 * area[fits] / np.maximum(edges, 1)
    return Writing(usual, _median(pens[near], weight[near]))


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value at which half of the weight is reached."""
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


@dataclass(frozen=True)
class Strokes:
    """Pieces of what may be ink.

    mask: (H, W) uint8, 255 on them. labels: (H, W) int32, number of the piece, 0 on paper.
    stats: (N, 5) int32, OpenCV's, of each and of the paper. kept: (N,) which of them are ink.
    """

    mask: NDArray[np.uint8]
    labels: NDArray[np.int32]
    stats: NDArray[np.int32]
    kept: NDArray[np.bool_]


def find_strokes(contrast: NDArray[np.uint8]) -> Strokes:
    """Find the strokes in ``contrast`` (H, W) uint8.

    A stroke ends where its contrast has fallen to a share of the strongest contrast nearby: pale
    strokes keep their width, bold ones are not swollen by blur. Nothing counts as ink that does
    not stand out of the texture around it: wood, cloth, show-through, sensor noise.
    """
    small = to_paper_size(contrast, cv2.INTER_NEAREST)
    grain = float(np.percentile(small, 75)) / 0.6745  # sigma of noise cut off at zero
    # The median around a pixel is the paper's own texture, since ink is rare.
    texture = cv2.medianBlur(small, PAPER_WINDOW).astype(np.float32)
    floor = np.maximum(texture, max(grain, 3.5)) * 5
    nearby = _local_maximum(contrast)
    floor = cv2.resize(floor, nearby.shape[::-1], interpolation=cv2.INTER_LINEAR)
    strong = _above(contrast, np.maximum(0.45 * nearby, floor))
    weak = _above(contrast, np.maximum(0.3 * nearby, 0.7 * floor))
    # Hysteresis: of the weak pieces, those with a strong pixel are kept.
    _, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    kept = np.zeros(len(stats), bool)
    kept[labels.ravel()[np.flatnonzero(strong > 0)]] = True
    kept[0] = False
    return Strokes(weak, labels, stats, kept)


def _local_maximum(contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the smoothed maximum of ``contrast`` over 6 % of the long side, at a quarter size."""
    small = scaled(cv2.dilate(contrast, np.ones((5, 5), np.uint8)), 0.25, cv2.INTER_NEAREST)
    window = max(contrast.shape) * 6 // 400 | 1
    peak = cv2.dilate(small, np.ones((window, window), np.uint8))
    return np.asarray(cv2.blur(peak.astype(np.float32), (window, window)))


def _above(contrast: NDArray[np.uint8], level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 255 where ``contrast`` is above ``level``, which may be of a smaller size, else 0."""
    whole = np.minimum(level, 255).astype(np.uint8)
    return cv2.compare(contrast, resized(whole, contrast.shape), cv2.CMP_GT)
