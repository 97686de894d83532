"""A cell with one character -> its ink: boxes of forms, single photographed characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.closeup import LEAST_CONTRAST, cut_out, find_cell_contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Parts of a character have at least this share of the area of its largest; dust has less.
_PART = 0.1


def find_cell_ink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return the ink (H', W') uint8 0 or 255 of a cell with one character, and its scale.

    The threshold is Otsu's (1979) over all of the cell.
    """
    contrast, scale = find_cell_contrast(image)
    mask, enlargement = cut_out(contrast)
    if int(contrast.max()) < LEAST_CONTRAST:
        return np.zeros_like(mask), enlargement * scale
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # paper
    largest = int(areas.argmax())
    # What else hangs on the rim is the edge of the cell's box, or a neighbour.
    rim_labels = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    others = np.flatnonzero(areas >= _PART * areas[largest])
    parts = [largest, *np.setdiff1d(others, rim_labels)]
    return np.where(np.isin(labels, parts), np.uint8(255), np.uint8(0)), enlargement * scale
