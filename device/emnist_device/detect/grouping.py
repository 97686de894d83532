"""Maps of a page -> its characters: each cell of ink goes to the middle that it points to.

Bottom-up instance segmentation after Cheng et al. 2020 (Panoptic-DeepLab, arXiv 1911.10194): what
touches comes apart, what is broken comes together, and ink that points to no middle is noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.network import STRIDE, WRITING_HEIGHT
from emnist_device.page import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.network import Maps

# Least probability of a middle. Ink that points farther from all middles than this, in cells, is
# noise.
_LEAST_MIDDLE, _FARTHEST = 0.4, 0.4 * WRITING_HEIGHT / STRIDE
# Coverage from which a pixel counts as ink (of 255), and a cell, by its strongest pixel.
INK = 128
_CELL_INK = 90
_OF_CELL = list(product(range(STRIDE), repeat=2))
# Characters with less ink than this are noise, in pixels. What fills this share of its box is a
# blot or a dash, unless it is narrow, in heights.
_LEAST_AREA, _SOLID, _NARROW = 12, 0.85, 0.5


@dataclass(frozen=True)
class Blob:
    """The ink of one character.

    box: in pixels. label: of its pixels. area: how many it has. middle: probability of its middle.
    """

    box: Box
    label: int
    area: int
    middle: float = 1.0


def find_middles(maps: Maps) -> NDArray[np.int64]:
    """Return the cells (N, 2), row and column, that are middles of characters."""
    # A light blur makes one peak of the plateaus that few steps of probability leave.
    smooth = cv2.GaussianBlur(maps.middle, (0, 0), 0.6)
    highest = cv2.dilate(smooth, np.ones((3, 3), np.uint8))
    peaks = (maps.middle >= _LEAST_MIDDLE) & (smooth == highest)
    # Equal neighbours are one peak.
    _, _, _, centres = cv2.connectedComponentsWithStats(peaks.astype(np.uint8), connectivity=8)
    return np.asarray(np.rint(centres[1:, ::-1]), np.int64)


def group(maps: Maps) -> tuple[NDArray[np.int32], list[Blob]]:
    """Return whose each pixel is, (H, W) int32, 0 for nobody's, and all characters."""
    middles = find_middles(maps)
    cells = np.zeros(maps.middle.shape, np.int32)
    if len(middles):
        pixels = [maps.coverage[row::STRIDE, column::STRIDE] for row, column in _OF_CELL]
        rows, columns = np.nonzero(reduce(np.maximum, pixels) >= _CELL_INK)
        cells[rows, columns] = _nearest(maps, middles, rows, columns)
    labels = cells.repeat(STRIDE, axis=1).repeat(STRIDE, axis=0)
    return labels, _blobs(labels, maps.coverage, maps.middle[tuple(middles.T)])


def _nearest(
    maps: Maps, middles: NDArray[np.int64], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the number, from 1, of the middle that each cell points to; 0 for none."""
    high, wide = maps.middle.shape
    elsewhere = np.ones((high, wide), np.uint8)
    elsewhere[tuple(middles.T)] = 0
    distance, regions = cv2.distanceTransformWithLabels(
        elsewhere, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    number = np.zeros(len(middles) + 1, np.int32)
    number[regions[tuple(middles.T)]] = np.arange(1, len(middles) + 1)
    offset = maps.offset[rows, columns]
    to_row = np.clip(np.rint(rows + offset[:, 1]), 0, high - 1).astype(np.int64)
    to_column = np.clip(np.rint(columns + offset[:, 0]), 0, wide - 1).astype(np.int64)
    near = distance[to_row, to_column] <= _FARTHEST
    return np.where(near, number[regions[to_row, to_column]], 0).astype(np.int32)


def _blobs(
    labels: NDArray[np.int32], coverage: NDArray[np.uint8], middle: NDArray[np.float32]
) -> list[Blob]:
    """Return a blob for each label that has enough ink; ``middle`` (N,) are their middles'."""
    count = len(middle)
    rows, columns = np.nonzero((coverage >= INK) & (labels > 0))
    own = labels[rows, columns]
    areas = np.bincount(own, minlength=count + 1)
    first, last = np.full((2, count + 1), 2**31), np.full((2, count + 1), -1)
    for axis, places in enumerate((columns, rows)):
        np.minimum.at(first[axis], own, places)
        np.maximum.at(last[axis], own, places)
    blobs = []
    for label in np.flatnonzero(areas >= _LEAST_AREA).tolist():
        (x, y), (right, bottom) = first[:, label].tolist(), last[:, label].tolist()
        box = Box(x, y, right - x + 1, bottom - y + 1)
        solid = areas[label] >= _SOLID * box.width * box.height
        if not solid or box.width < _NARROW * box.height:
            blobs.append(Blob(box, label, int(areas[label]), float(middle[label - 1])))
    return blobs
