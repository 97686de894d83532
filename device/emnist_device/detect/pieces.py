"""Mask -> its connected pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def find_pieces(mask: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return which piece of ``mask`` (H, W) each pixel is of, and OpenCV's statistics.

    The first is (H, W) int32, 0 where ``mask`` is 0; the second (N, 5) int32, of what is 0, then of
    each piece: x, y, width, height and area. Pixels that touch at a corner are of one piece.
    """
    # By Grana et al. 2010, with statistics 2 to 3 times as fast as by OpenCV's default.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask, 8, cv2.CV_32S, cv2.CCL_GRANA
    )
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)
