"""Contrast -> how large the writing is: a guess, for the network to see it at its own scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import PAPER_WINDOW, resized, scaled, to_paper_size
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Pieces of ink that may be characters are at least this high, in pixels, at most this many times as
# wide as high, and fill at most this share of their box: bars, rules and blots do not count.
_LEAST_HEIGHT, _WIDEST, _FILLED = 6, 4.0, 0.7
# A box, table or marker has ink along this fraction of each of its sides, in a band of this many
# pens. Looked at are pieces of at least this height, in pixels.
_FRAME_SIDE, _FRAME_BAND, _LEAST_FRAME = 0.9, 2.0, 40
# Strokes of writing are at least this wide, in the longer side of their piece: rules are thinner.
_THINNEST = 0.01
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
    smooth = cv2.GaussianBlur(contrast, (0, 0), 0.8)
    strokes = find_strokes(smooth)
    printed = np.flatnonzero(_are_printed(strokes))
    if len(printed):  # what is faint beside dark lines stands out without them
        lines = np.isin(strokes.labels, printed).astype(np.uint8)
        smooth[cv2.dilate(lines, np.ones((7, 7), np.uint8)) > 0] = 0
        strokes = find_strokes(smooth)
    width, height, area = strokes.stats[:, 2:].T
    pieces = strokes.kept & (height >= _LEAST_HEIGHT) & (width <= _WIDEST * height)
    fits = pieces & (area <= np.maximum(_FILLED * width * height, 3 * height))
    if not fits.any():  # a bar where there is nothing else is a 1
        fits = pieces & (width <= _BAR * height)
    if not fits.any():
        return None
    weight = np.sqrt(area[fits])
    usual = _median(height[fits].astype(float), weight)
    near = fits & (height >= usual / 2) & (height <= 2 * usual)
    return Writing(usual, _median(strokes.pens[near], np.sqrt(area[near])))


def _are_printed(strokes: Strokes) -> NDArray[np.bool_]:
    """Return which of the pieces (N,) are boxes, tables or markers rather than writing."""
    side, pens = strokes.stats[:, 2:4].max(axis=1), strokes.pens
    printed = np.zeros(len(side), bool)
    for label in np.flatnonzero(strokes.kept & (side >= _LEAST_FRAME)).tolist():
        thin = pens[label] < _THINNEST * side[label]
        printed[label] = thin or is_frame(strokes.piece(label), pens[label])
    return printed


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

    @cached_property
    def pens(self) -> NDArray[np.float64]:
        """Width of the strokes of each piece (N,), in pixels: ink has two edges for each stroke."""
        edge = cv2.subtract(self.mask, cv2.erode(self.mask, np.ones((3, 3), np.uint8)))
        own = self.labels.ravel()[np.flatnonzero(edge > 0)]
        edges = np.bincount(own, minlength=len(self.stats))
        return np.asarray(2 * self.stats[:, 4] / np.maximum(edges, 1))

    def piece(self, label: int) -> NDArray[np.uint8]:
        """Return the piece ``label``, (H, W) uint8 0 or 1, cut to its box."""
        x, y, width, height, _ = self.stats[label]
        return (self.labels[y : y + height, x : x + width] == label).astype(np.uint8)


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
    labels, stats = find_pieces(weak)
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


def is_frame(own: NDArray[np.uint8], pen: float) -> bool:
    """Say whether a mark is a box, a table or a marker, which has ink along all of its sides.

    ``own`` is (H, W) uint8, 0 or 1, cut to the mark; its strokes are ``pen`` pixels wide.
    """
    band = max(round(_FRAME_BAND * pen), 2)
    rows = (own[:band].max(axis=0), own[-band:].max(axis=0))
    columns = (own[:, :band].max(axis=1), own[:, -band:].max(axis=1))
    return (
        min(own.shape) > 4 * band
        and min(float(side.mean()) for side in (*rows, *columns)) >= _FRAME_SIDE
    )
