"""Mask -> its connected pieces, the same for every step that looks at components of ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Pieces:
    """The connected pieces of a mask; number 0 is what is not in it.

    labels: (H, W) int32, number of the piece that each pixel is of.
    stats: (N, 5) int32, of each number: x, y, width, height and area.
    centres: (N, 2) float64, of each number: x and y of its centre of gravity.
    """

    labels: NDArray[np.int32]
    stats: NDArray[np.int32]
    centres: NDArray[np.float64]

    @property
    def areas(self) -> NDArray[np.int32]:
        """Pixels of each number, (N,)."""
        return self.stats[:, cv2.CC_STAT_AREA]

    def box(self, number: int) -> Box:
        """Return the box of the piece ``number``."""
        return Box(*self.stats[number, :4].tolist())

    def cut(self, number: int) -> NDArray[np.uint8]:
        """Return the piece ``number`` cut to its box, (H, W) uint8 0 or 1."""
        x, y, width, height, _ = self.stats[number]
        return (self.labels[y : y + height, x : x + width] == number).astype(np.uint8)


def find_pieces(mask: NDArray[np.uint8], connectivity: int = 8) -> Pieces:
    """Return the pieces of ``mask`` (H, W) uint8, which is 0 outside them.

    With a ``connectivity`` of 8, pixels that touch at a corner are of one piece; with 4 they are
    not.
    """
    # By Grana et al. 2010, with statistics 2 to 3 times as fast as by OpenCV's default.
    _, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask, connectivity, cv2.CV_32S, cv2.CCL_GRANA
    )
    return Pieces(np.asarray(labels, np.int32), np.asarray(stats, np.int32), np.asarray(centres))


def binarize(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 255 where ``image`` is above the threshold of Otsu (1979) over all of it, else 0."""
    return cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
