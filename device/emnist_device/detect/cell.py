"""A cell with one character -> its ink: boxes of forms, single photographed characters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.close_contrast import find_close_contrasts
from emnist_device.detect.closeup import CLOSE_UPS, CloseUps, as_close_up, cut_out
from emnist_device.detect.pieces import find_pieces
from emnist_device.detect.rim import outermost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Cells:
    """Thresholds of the character of a cell.

    part: parts of a character have at least this fraction of the area of its largest; dust has
        less.
    close_ups: thresholds of close-ups.
    """

    part: float = 0.1
    close_ups: CloseUps = CLOSE_UPS


CELLS = Cells()


def find_cell_inks(
    image: NDArray[np.uint8], *, cells: Cells = CELLS
) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Yield what may be the ink of a cell with one character, (H, W) uint8 0 or 255, and its scale.

    There may be two where the rim of the cell may be paper or ink, likelier first; but what makes
    one mark is ink rather than what makes several.
    """
    close_ups = cells.close_ups
    seen = list(find_close_contrasts(image, contrasts=close_ups.contrasts))
    if len(seen) > 1:
        marks = [as_close_up(each, image, close_ups=close_ups) for each in seen]
        alone = [close_up is not None and close_up.alone for close_up in marks]
        seen = list(compress(seen, alone)) or seen
    for each in seen:
        ink = cut_out_one(each.contrast, close_ups.enlarged, cells=cells)
        yield ink, close_ups.enlarged * each.scale


def cut_out_one(
    contrast: NDArray[np.uint8], times: int, *, cells: Cells = CELLS
) -> NDArray[np.uint8]:
    """Return the ink of the one character of ``contrast`` (H, W), so many ``times`` as large.

    The threshold is Otsu's (1979) over all of the cell.
    """
    mask = cut_out(contrast, times)
    if int(contrast.max()) < cells.close_ups.contrast:
        return np.zeros_like(mask)
    pieces = find_pieces(mask)
    areas = pieces.areas.copy()
    areas[0] = 0  # paper
    largest = int(areas.argmax())
    # What else hangs on the rim is the edge of the cell's box, or a neighbour.
    at_rim = np.concatenate(outermost(pieces.labels))
    others = np.flatnonzero(areas >= cells.part * areas[largest])
    parts = [largest, *np.setdiff1d(others, at_rim)]
    return np.where(np.isin(pieces.labels, parts), np.uint8(255), np.uint8(0))
