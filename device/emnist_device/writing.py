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


@dataclass(frozen=True)
class Writing:
    """How large the writing is, in pixels: usual height of its pieces, and width of its strokes."""

    height: float
    pen: float


def measure_writing(contrast: NDArray[np.uint8]) -> Writing | None:
    """Return how large the writing in ``contrast`` (H, W) uint8 is; None where there is no ink.

    Medians over the pieces of ink, each weighed by the square root of its area.
    """
    mask = threshold(cv2.GaussianBlur(contrast, (0, 0), 0.8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height, area = stats[:, 2:].T
    fits = (height >= _LEAST_HEIGHT) & (width <= _WIDEST * height)
    fits &= area <= np.maximum(_FILLED * width * height, 3 * height)
    fits[0] = False  # paper
    if not fits.any():
        return None
    weight = np.sqrt(area[fits])
    usual = _median(height[fits].astype(float), weight)
    # Ink has two edges for each stroke.
    edge = cv2.subtract(mask, cv2.erode(mask, np.ones((3, 3), np.uint8)))
    edges = np.bincount(labels.ravel()[np.flatnonzero(edge)], minlength=len(stats))[fits]
    near = (height[fits] >= usual / 2) & (height[fits] <= 2 * usual)
    pens = 2 * area[fits] / np.maximum(edges, 1)
    return Writing(usual, _median(pens[near], weight[near]))


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value at which half of the weight is reached."""
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


def threshold(contrast: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mask of the strokes: 255 where ``contrast`` (H, W) uint8 is ink, else 0.

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
    return _keep_touching(weak, strong)


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


def _keep_touching(weak: NDArray[np.uint8], strong: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the components of ``weak`` that contain a pixel of ``strong`` (hysteresis)."""
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    keep = np.zeros(count, np.uint8)
    keep[labels.ravel()[np.flatnonzero(strong)]] = 255
    keep[0] = 0
    return np.asarray(keep[labels])
