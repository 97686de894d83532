"""The pieces of ink that characters are made of: those that the page network found, and the rest.

None is cut any further; a character is one of them or several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.lattice.leftover import LEFTOVERS, Leftovers, find_leftovers
from emnist_device.detect.maps import STRIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.detect.grouping import Blob
    from emnist_device.detect.layout import Layout
    from emnist_device.detect.look import Look

# Of the heights of what was found, this quantile is the usual one: that of capitals.
_USUAL = 0.75


@dataclass(frozen=True)
class Atoms:
    """The N pieces of ink of a picture.

    blobs: with boxes in pixels of the arrays. found: the first so many, from left to right, are
        characters by the page network; the others may be dirt.
    labels: (H, W) int32, ``Blob.label`` where ink is that blob's. coverage: (H, W) uint8.
    height: usual height of what was found, in pixels.
    edges: (N, 4) float64, left, upper, right and lower edges of the boxes.
    aims: (N, 2) float64, x and y of where their ink points to on average, in pixels: about the
        middle of the character that the page network takes it for.
    strays: (N,) float64, how far from there it points, as a standard deviation.
    """

    blobs: tuple[Blob, ...]
    found: int
    labels: NDArray[np.int32]
    coverage: NDArray[np.uint8]
    height: float
    edges: NDArray[np.float64]
    aims: NDArray[np.float64]
    strays: NDArray[np.float64]

    def crop(self, members: Sequence[int], box: Box) -> NDArray[np.uint8]:
        """Return the ink of ``members`` alone, (H, W) uint8 coverage in the ``box`` around them."""
        window = np.s_[box.y : box.bottom, box.x : box.right]
        labels = self.labels[window]
        own = labels == self.blobs[members[0]].label
        for member in members[1:]:
            own |= labels == self.blobs[member].label
        return np.where(own, self.coverage[window], np.uint8(0))


def find_atoms(layout: Layout, *, leftovers: Leftovers = LEFTOVERS) -> Atoms:
    """Return the pieces of ink of ``layout``; of one that the network did not see, its blobs."""
    look = layout.look
    blobs = sorted(look.blobs if look is not None else layout.blobs, key=lambda blob: blob.box.x)
    height = float(np.quantile([blob.box.height for blob in blobs], _USUAL)) if blobs else 0.0
    labels = layout.labels
    rest: list[Blob] = []
    if look is not None and blobs:
        labels, rest = find_leftovers(look, height, leftovers=leftovers)
    every = (*blobs, *rest)
    edges = np.array([(b.box.x, b.box.y, b.box.right, b.box.bottom) for b in every], float)
    edges = edges.reshape(-1, 4)
    aims, strays = (edges[:, :2] + edges[:, 2:]) / 2, np.zeros(len(every))
    if look is not None:
        aims, strays = _find_aims(look, labels, every)
    return Atoms(every, len(blobs), labels, layout.coverage, height, edges, aims, strays)


def _find_aims(
    look: Look, labels: NDArray[np.int32], blobs: Sequence[Blob]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the ink of each of ``blobs`` points to, (N, 2), and how far it strays, (N,)."""
    rows, columns = np.nonzero(labels[::STRIDE, ::STRIDE])
    own = labels[STRIDE * rows, STRIDE * columns]
    count = np.maximum(np.bincount(own, minlength=int(labels.max()) + 1), 1)
    offset = look.maps.offset[rows, columns]
    numbers = [blob.label for blob in blobs]
    aims, strays = [], np.zeros(len(blobs))
    for axis, place in enumerate((columns, rows)):
        to = place + offset[:, axis]
        mean = np.bincount(own, to, minlength=len(count)) / count
        square = np.bincount(own, (to - mean[own]) ** 2, minlength=len(count)) / count
        aims.append(mean[numbers])
        strays += square[numbers]
    return STRIDE * np.stack(aims, axis=1), STRIDE * np.sqrt(strays)
