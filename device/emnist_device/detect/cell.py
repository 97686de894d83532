"""A cell with one character -> its ink: boxes of forms, single photographed characters."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell_contrast import find_cell_contrasts
from emnist_device.detect.closeup import LEAST_CONTRAST, as_close_up, cut_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Parts of a character have at least this share of the area of its largest; dust has less.
_PART = 0.1


def find_cell_inks(image: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Yield what may be the ink of a cell with one character, (H, W) uint8 0 or 255, and its scale.

    There may be two where the rim of the cell may be paper or ink, likelier first; but what makes
    one mark is ink rather than what makes several.
    """
    seen = list(find_cell_contrasts(image))
    if len(seen) > 1:
        close_ups = [as_close_up(each, image) for each in seen]
        alone = [close_up is not None and close_up.alone for close_up in close_ups]
        seen = list(compress(seen, alone)) or seen
    for each in seen:
        ink, enlargement = _cut_out_one(each.contrast)
        yield ink, enlargement * each.scale


def _cut_out_one(contrast: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return the ink of the one character of ``contrast`` (H, W), enlarged, and by how much.

    The threshold is Otsu's (1979) over all of the cell.
    """
    mask, enlargement = cut_out(contrast)
    if int(contrast.max()) < LEAST_CONTRAST:
        return np.zeros_like(mask), enlargement
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # paper
    largest = int(areas.argmax())
    # What else hangs on the rim is the edge of the cell's box, or a neighbour.
    rim_labels = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    others = np.flatnonzero(areas >= _PART * areas[largest])
    parts = [largest, *np.setdiff1d(others, rim_labels)]
    return np.where(np.isin(labels, parts), np.uint8(255), np.uint8(0)), enlargement
