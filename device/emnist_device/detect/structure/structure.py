"""Contrast -> the boxes, combs and tables that are printed on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.cell_shapes import find_closed_cells, find_ink
from emnist_device.detect.structure.cells import CLOSING, Closing, cross, find_quads, prune
from emnist_device.detect.structure.grids import find_grids
from emnist_device.detect.structure.kinds import KINDS, Kinds, choose
from emnist_device.detect.structure.rules import RULING, Ruling, find_rules, pool
from emnist_device.detect.structure.tops import TICKS, Ticks, add_tops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Structures:
    """Thresholds of what is printed on a page for writing to go into.

    fewest: rules of each direction that make a box.
    ruling, closing, ticks, kinds: of the steps.
    """

    fewest: int = 2
    ruling: Ruling = RULING
    closing: Closing = CLOSING
    ticks: Ticks = TICKS
    kinds: Kinds = KINDS


STRUCTURES = Structures()


def find_frames(
    contrast: NDArray[np.uint8], writing: float, *, structures: Structures = STRUCTURES
) -> tuple[Frame, ...]:
    """Return what is printed in ``contrast`` (H, W) uint8 for writing to go into.

    ``writing`` is how high that may be; corners are as well in pixels of the contrast.
    """
    small, factor = pool(contrast, ruling=structures.ruling)
    level = find_rules(small, ruling=structures.ruling)
    if not len(level):
        return ()
    turned = np.ascontiguousarray(small.T)
    upright = find_rules(turned, shorter=True, ruling=structures.ruling)
    if len(upright) < structures.fewest:
        return ()
    level = add_tops(level, upright, ticks=structures.ticks)
    crossings = cross(level, upright, closing=structures.closing)
    upright, crossings = prune(level, upright, crossings, closing=structures.closing)
    quads = find_quads(level, upright, crossings, closing=structures.closing)
    grids = find_grids(quads, level, upright, crossings)
    shapes = find_closed_cells(find_ink(small), writing / factor)
    cells = np.array([cell.corners for cell in shapes]).reshape(-1, 4, 2)
    return choose(grids, level, upright, cells, writing / factor, factor, kinds=structures.kinds)
