"""The ink of many pieces, pixel by pixel: arrays of all together, which take one step of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.grouping import GROUPING
from emnist_device.detect.maps import STRIDE
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.maps import Maps

#: Coverage from which a pixel counts as ink (of 255).
INK = GROUPING.cell_ink
# So many pieces are looked at together: arrays of a page of thousands would take much memory.
_TOGETHER = 256


@dataclass(frozen=True)
class Inks:
    """The M pixels of ink of P pieces, those of each piece row by row, one piece after another.

    pieces: (P,), their numbers. starts: (P + 1,), where the pixels of each begin; each has some.
    rows, columns: (M,), in the piece's box. amount: (M,), 0..1.
    x, y: (M,), where each points to, in pixels of the box.
    """

    pieces: NDArray[np.intp]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    amount: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @property
    def own(self) -> NDArray[np.int64]:
        """Which of the P pieces each pixel is of, (M,)."""
        return np.repeat(np.arange(len(self.pieces)), np.diff(self.starts))

    @property
    def middle(self) -> NDArray[np.float64]:
        """The row in the middle of each piece, (P,)."""
        return np.maximum.reduceat(self.rows, self.starts[:-1]) / 2

    def find_parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return what is connected: of which of N parts each pixel is, (M,), and of each, two.

        These are its area and the column of its middle, (N,). Parts of each piece follow one
        another; number 0 is none.
        """
        tall = np.maximum.reduceat(self.rows, self.starts[:-1]) + 1
        # One below the other, an empty row between them, at even rows: OpenCV numbers by blocks.
        first = np.cumsum((tall + 2) // 2 * 2) - (tall + 2) // 2 * 2
        places = first[self.own] + self.rows, self.columns
        canvas = np.zeros((int(places[0].max()) + 1, int(self.columns.max()) + 1), np.uint8)
        canvas[places] = 1
        parts = find_pieces(canvas)
        labels = parts.labels[places].astype(np.int64)
        return labels, parts.areas.astype(np.int64), parts.centres[:, 0]


def find_inks(pieces: Sequence[int], atoms: Atoms, maps: Maps) -> Iterator[Inks]:
    """Yield the ink of ``pieces`` of ``atoms``, of some at a time; without ink, they are left out.

    ``maps`` are what the page network said.
    """
    for first in range(0, len(pieces), _TOGETHER):
        some = pieces[first : first + _TOGETHER]
        boxes = [atoms.blobs[piece].box for piece in some]
        crops = [atoms.crop((piece,), box) for piece, box in zip(some, boxes, strict=True)]
        places = [np.nonzero(crop >= INK) for crop in crops]
        lengths = np.array([len(rows) for rows, _ in places])
        rows, columns = (np.concatenate(each) for each in zip(*places, strict=True))
        amounts = [crop[place] for crop, place in zip(crops, places, strict=True)]
        left, top = np.repeat([(box.x, box.y) for box in boxes], lengths, axis=0).T
        high, wide = maps.middle.shape
        cells = (
            np.minimum((rows + top) // STRIDE, high - 1),
            np.minimum((columns + left) // STRIDE, wide - 1),
        )
        offset = maps.offset[cells]
        inked = lengths > 0
        if inked.any():
            yield Inks(
                np.array(some)[inked],
                np.concatenate([[0], np.cumsum(lengths[inked])]),
                rows,
                columns,
                np.concatenate(amounts) / 255,
                STRIDE * (cells[1] + offset[:, 0]) - left,
                STRIDE * (cells[0] + offset[:, 1]) - top,
            )
