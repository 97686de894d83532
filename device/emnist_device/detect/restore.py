"""Ink that hangs on one character alone, but that the network left out.

It takes long straight strokes, such as the foot of a 2, for rules. Whether they belong to the
character is not decided here: the classifier compares both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import GROUPING, Blob
from emnist_device.detect.pieces import find_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Restoring:
    """Thresholds of what was left out.

    contrast: what has more than this fraction of the characters' usual contrast is ink.
    ink: coverage from which a pixel counts as ink (of 255), as in grouping.
    found: pixels that are covered by more than this (of 255) were found.
    least_more: less than this fraction more ink than the network found makes no difference.
    widest, highest: with what was left out, a character is at most this wide and high, in the
        larger of its own and the usual height: what is larger is a rule or the line of a box.
    """

    contrast: float = 0.5
    ink: int = GROUPING.ink
    found: int = 90
    least_more: float = 0.05
    widest: float = 2.2
    highest: float = 1.5


RESTORING = Restoring()


@dataclass(frozen=True)
class Whole:
    """A character with all the ink that hangs on it.

    blob: the same as without, but for its box and area. ink: (H, W) uint8, 0 or 255, in that box.
    """

    blob: Blob
    ink: NDArray[np.uint8]


def find_wholes(
    seen: NDArray[np.uint8],
    labels: NDArray[np.int32],
    coverage: NDArray[np.uint8],
    blobs: Sequence[Blob],
    *,
    restoring: Restoring = RESTORING,
) -> dict[int, Whole]:
    """Return those of ``blobs`` on which ink hangs that was left out, by their labels.

    Args:
        seen: (H, W) uint8, the contrast that the network saw.
        labels: (H, W) int32, whose each pixel is.
        coverage: (H, W) uint8, how much of each pixel is ink.
        blobs: the characters.
        restoring: thresholds.
    """
    seen = seen[: labels.shape[0], : labels.shape[1]]
    found = np.flatnonzero((coverage >= restoring.ink) & (labels > 0))
    if not blobs or not len(found):
        return {}
    ink = (seen > restoring.contrast * float(np.median(seen.ravel()[found]))).astype(np.uint8)
    ink.ravel()[found] = 1
    pieces = find_pieces(ink)
    labelled, count = pieces.labels, len(pieces.stats)
    # Edges are blurred: what lies next to found ink was not left out.
    known = ((coverage >= restoring.found) & (labels > 0)).astype(np.uint8)
    near = cv2.dilate(known, np.ones((3, 3)))
    missing = np.bincount(labelled.ravel()[np.flatnonzero(ink > near)], minlength=count)
    # Which pieces of ink each character has some of; a piece of several belongs to none alone.
    pairs = np.unique(labels.ravel()[found].astype(np.int64) * count + labelled.ravel()[found])
    owners, own = np.divmod(pairs, count)
    shared = np.bincount(own, minlength=count) > 1
    more, entangled = (np.bincount(owners, values[own]) for values in (missing, shared))
    usual = float(np.median([blob.box.height for blob in blobs]))
    wholes = {}
    for blob in blobs:
        if entangled[blob.label] or more[blob.label] < restoring.least_more * blob.area:
            continue
        mine = own[owners == blob.label]
        box = reduce(Box.union, map(pieces.box, mine.tolist()), blob.box)
        most = max(usual, blob.box.height)
        if box.width <= restoring.widest * most and box.height <= restoring.highest * most:
            area = int(pieces.areas[mine].sum())
            window = labelled[box.y : box.bottom, box.x : box.right]
            whole = np.where(np.isin(window, mine), np.uint8(255), np.uint8(0))
            wholes[blob.label] = Whole(replace(blob, box=box, area=area), whole)
    return wholes
