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

from emnist_device.box import Box
from emnist_device.detect.maps import STRIDE, WRITING_HEIGHT
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.maps import Maps

_OF_CELL = list(product(range(STRIDE), repeat=2))


@dataclass(frozen=True)
class Grouping:
    """Thresholds of what is a character in the maps of a page.

    blur: of the probabilities of middles, sigma in cells: it makes one peak of the plateaus that
        few steps of probability leave.
    middle: least probability of a middle.
    farthest: ink that points farther from all middles than this, in cells, is noise: 0.4 of the
        height that the writing is meant to have.
    ink, cell_ink: coverage from which a pixel counts as ink (of 255), and a cell, by its strongest
        pixel: at the edge of a stroke no pixel need be covered by half.
    area: characters with less ink than this are noise, in pixels.
    solid, narrow: what fills the first fraction of its box is a blot or a dash, unless it is
        narrower than the second, in its heights: a 1.
    """

    blur: float = 0.6
    middle: float = 0.4
    farthest: float = 0.4 * WRITING_HEIGHT / STRIDE
    ink: int = 128
    cell_ink: int = 90
    area: int = 12
    solid: float = 0.85
    narrow: float = 0.5


GROUPING = Grouping()


@dataclass(frozen=True)
class Blob:
    """The ink of one character.

    box: in pixels. label: of its pixels. area: how many it has. middle: probability of its middle.
    """

    box: Box
    label: int
    area: int
    middle: float = 1.0


def find_middles(maps: Maps, *, grouping: Grouping = GROUPING) -> NDArray[np.int64]:
    """Return the cells (N, 2), row and column, that are middles of characters."""
    smooth = cv2.GaussianBlur(maps.middle, (0, 0), grouping.blur)
    highest = cv2.dilate(smooth, np.ones((3, 3), np.uint8))
    peaks = (maps.middle >= grouping.middle) & (smooth == highest)
    # Equal neighbours are one peak.
    centres = find_pieces(peaks.astype(np.uint8)).centres
    return np.asarray(np.rint(centres[1:, ::-1]), np.int64)


def group(maps: Maps, *, grouping: Grouping = GROUPING) -> tuple[NDArray[np.int32], list[Blob]]:
    """Return whose each pixel is, (H, W) int32, 0 for nobody's, and all characters."""
    middles = find_middles(maps, grouping=grouping)
    cells = np.zeros(maps.middle.shape, np.int32)
    if len(middles):
        pixels = [maps.coverage[row::STRIDE, column::STRIDE] for row, column in _OF_CELL]
        rows, columns = np.nonzero(reduce(np.maximum, pixels) >= grouping.cell_ink)
        cells[rows, columns] = _nearest(maps, middles, (rows, columns), grouping.farthest)
    labels = cells.repeat(STRIDE, axis=1).repeat(STRIDE, axis=0)
    return labels, _blobs(labels, maps.coverage, maps.middle[tuple(middles.T)], grouping)


def _nearest(
    maps: Maps,
    middles: NDArray[np.int64],
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    farthest: float,
) -> NDArray[np.int32]:
    """Return the number, from 1, of the middle that each of ``cells`` points to; 0 for none.

    ``cells`` are rows and columns; ``farthest`` is how far from the middle they may point.
    """
    high, wide = maps.middle.shape
    rows, columns = cells
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
    near = distance[to_row, to_column] <= farthest
    return np.where(near, number[regions[to_row, to_column]], 0).astype(np.int32)


def _blobs(
    labels: NDArray[np.int32],
    coverage: NDArray[np.uint8],
    middle: NDArray[np.float32],
    grouping: Grouping,
) -> list[Blob]:
    """Return a blob for each label that has enough ink; ``middle`` (N,) are their middles'."""
    count = len(middle)
    rows, columns = np.nonzero((coverage >= grouping.ink) & (labels > 0))
    own = labels[rows, columns]
    areas = np.bincount(own, minlength=count + 1)
    first, last = np.full((2, count + 1), 2**31), np.full((2, count + 1), -1)
    for axis, places in enumerate((columns, rows)):
        np.minimum.at(first[axis], own, places)
        np.maximum.at(last[axis], own, places)
    blobs = []
    for label in np.flatnonzero(areas >= grouping.area).tolist():
        (x, y), (right, bottom) = first[:, label].tolist(), last[:, label].tolist()
        box = Box(x, y, right - x + 1, bottom - y + 1)
        solid = areas[label] >= grouping.solid * box.width * box.height
        if not solid or box.width < grouping.narrow * box.height:
            blobs.append(Blob(box, label, int(areas[label]), float(middle[label - 1])))
    return blobs
