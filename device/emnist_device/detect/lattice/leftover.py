"""Ink that the page network sees, but that points to no middle of which it is sure: more pieces.

Characters are lost in it, mostly single strokes such as i and l, and parts of wide ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.grouping import GROUPING, Blob
from emnist_device.detect.maps import STRIDE
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.detect.look import Look


_NEXT = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Leftovers:
    """Thresholds of what is left over.

    ink, faint: coverage from which a pixel counts as ink (of 255), and up to which as none, as in
        grouping.
    area: pixels that a piece has at least. Full stops have fewer than what grouping takes for a
        character, in writing of the height that the network is shown.
    widest, highest: a piece is at most this wide and high, in usual heights of characters: what is
        larger is a picture.
    around, dark, cut_out: of what is around a piece within so many pixels and is no character's,
        at most the third fraction has more contrast than the second fraction of its own: a piece
        of a black square or of a rule has more. Chosen between characters that are lost in lines
        of UNIPEN's train writers, and markers and fingers on development pages.
    """

    ink: int = GROUPING.ink
    faint: int = GROUPING.cell_ink
    area: int = 5
    widest: float = 2.0
    highest: float = 2.2
    around: int = 3
    dark: float = 0.5
    cut_out: float = 0.1


LEFTOVERS = Leftovers()


def find_leftovers(
    look: Look, height: float, *, leftovers: Leftovers = LEFTOVERS
) -> tuple[NDArray[np.int32], list[Blob]]:
    """Return the labels of ``look`` (H, W) with those of the pieces that are left over, and these.

    ``height`` is the usual one of its characters, in pixels.
    """
    coverage, labels = look.maps.coverage, look.labels
    pieces = find_pieces(((coverage >= leftovers.ink) & (labels == 0)).astype(np.uint8))
    _, _, width, high, area = pieces.stats.T
    fits = (width <= leftovers.widest * height) & (high <= leftovers.highest * height)
    fits &= area >= leftovers.area
    first = int(labels.max()) + 1
    blobs: list[Blob] = []
    for number in (np.flatnonzero(fits[1:]) + 1).tolist():
        box = pieces.box(number)
        window, own = _around(box, pieces.cut(number), leftovers.around, labels.shape)
        if _is_cut_out(look, window, own, leftovers):
            continue
        labels = labels.copy() if not blobs else labels
        label = first + len(blobs)
        near = cv2.dilate(own, _NEXT) > 0  # the edges of strokes are blurred
        labels[window][near & (labels[window] == 0)] = label
        rows, columns = np.nonzero(own)
        cells = (rows + window[0].start) // STRIDE, (columns + window[1].start) // STRIDE
        blobs.append(Blob(box, label, len(rows), float(look.maps.middle[cells].max())))
    return labels, blobs


def _around(
    box: Box, piece: NDArray[np.uint8], margin: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], NDArray[np.uint8]]:
    """Return a window of ``shape`` around ``box``, and ``piece``, which fills the box, in it."""
    sides = [(box.y, box.bottom, shape[0]), (box.x, box.right, shape[1])]
    rows, columns = (
        slice(max(low - margin, 0), min(high + margin, end)) for low, high, end in sides
    )
    own = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    top, left = box.y - rows.start, box.x - columns.start
    own[top : top + box.height, left : left + box.width] = piece
    return (rows, columns), own


def _is_cut_out(
    look: Look, window: tuple[slice, slice], own: NDArray[np.uint8], leftovers: Leftovers
) -> bool:
    """Say whether the piece ``own`` of a ``window`` is part of ink that is no writing."""
    side = 2 * leftovers.around + 1
    near = cv2.dilate(own, np.ones((side, side), np.uint8)) > cv2.dilate(own, _NEXT)
    seen = look.seen[window]
    free = seen[near & (look.labels[window] == 0) & (look.maps.coverage[window] < leftovers.faint)]
    level = leftovers.dark * float(np.median(seen[own > 0]))
    return bool(len(free)) and float((free > level).mean()) > leftovers.cut_out
