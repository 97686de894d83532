"""Contrast -> pieces of what may be ink, by their contrast alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.paper import PAPER, Paper, to_paper_size
from emnist_device.detect.pieces import Pieces, find_pieces
from emnist_device.detect.sizes import resized, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Standard deviations of Gaussian noise from its middle to its upper quartile; of contrast, noise
# below zero is cut off.
_QUARTILE = 0.6745


@dataclass(frozen=True)
class StrokeLevels:
    """Thresholds of how much contrast a stroke has.

    strong, weak: a stroke has somewhere the first fraction of the strongest contrast nearby, and
        ends where it has fallen to the second (hysteresis after Canny 1986). So pale strokes beside
        bold ones keep their width, and bold ones are not swollen by blur.
    nearby: how far that is, in the long side of the picture.
    grain, least_grain: a stroke has so many times the contrast of the texture around it, or of the
        paper's grain, which counts as at least the second (of 255).
    weak_grain: what continues a stroke has this fraction of that.
    paper: thresholds of the size at which texture is measured.
    """

    strong: float = 0.45
    weak: float = 0.3
    nearby: float = 0.06
    grain: float = 5.0
    least_grain: float = 3.5
    weak_grain: float = 0.7
    paper: Paper = PAPER


STROKE_LEVELS = StrokeLevels()


@dataclass(frozen=True)
class Strokes:
    """Pieces of what may be ink.

    mask: (H, W) uint8, 255 on them.
    pieces: of the mask.
    kept: (N,) which of the pieces are ink.
    """

    mask: NDArray[np.uint8]
    pieces: Pieces
    kept: NDArray[np.bool_]

    @cached_property
    def pens(self) -> NDArray[np.float64]:
        """Width of the strokes of each piece (N,), in pixels: ink has two edges for each stroke."""
        edge = cv2.subtract(self.mask, cv2.erode(self.mask, np.ones((3, 3), np.uint8)))
        own = self.pieces.labels.ravel()[np.flatnonzero(edge > 0)]
        areas = self.pieces.areas
        edges = np.bincount(own, minlength=len(areas))
        return np.asarray(2 * areas / np.maximum(edges, 1))


def find_strokes(contrast: NDArray[np.uint8], *, levels: StrokeLevels = STROKE_LEVELS) -> Strokes:
    """Find the strokes in ``contrast`` (H, W) uint8.

    Nothing counts as ink that does not stand out of the texture around it: wood, cloth,
    show-through, sensor noise.
    """
    small = to_paper_size(contrast, cv2.INTER_NEAREST, paper=levels.paper)
    grain = float(np.percentile(small, 75)) / _QUARTILE
    # The median around a pixel is the paper's own texture, since ink is rare.
    texture = cv2.medianBlur(small, levels.paper.window | 1).astype(np.float32)
    floor = np.maximum(texture, max(grain, levels.least_grain)) * levels.grain
    nearby = _local_maximum(contrast, levels.nearby)
    floor = cv2.resize(floor, nearby.shape[::-1], interpolation=cv2.INTER_LINEAR)
    strong = _above(contrast, np.maximum(levels.strong * nearby, floor))
    weak = _above(contrast, np.maximum(levels.weak * nearby, levels.weak_grain * floor))
    pieces = find_pieces(weak)
    kept = np.zeros(len(pieces.stats), bool)
    kept[pieces.labels.ravel()[np.flatnonzero(strong > 0)]] = True
    kept[0] = False
    return Strokes(weak, pieces, kept)


def _local_maximum(contrast: NDArray[np.uint8], reach: float) -> NDArray[np.float32]:
    """Return the smoothed maximum of ``contrast`` nearby, at a quarter of its size.

    ``reach`` is the window's side in the long side of the picture.
    """
    small = scaled(cv2.dilate(contrast, np.ones((5, 5), np.uint8)), 0.25, cv2.INTER_NEAREST)
    window = int(max(contrast.shape) * reach / 4) | 1
    peak = cv2.dilate(small, np.ones((window, window), np.uint8))
    return np.asarray(cv2.blur(peak.astype(np.float32), (window, window)))


def _above(contrast: NDArray[np.uint8], level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return 255 where ``contrast`` is above ``level``, which may be of a smaller size, else 0."""
    whole = np.minimum(level, 255).astype(np.uint8)
    return cv2.compare(contrast, resized(whole, contrast.shape), cv2.CMP_GT)
