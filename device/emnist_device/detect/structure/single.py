"""A cell of a comb holds one character at most: pieces of ink in it are of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.grouping import Blob
    from emnist_device.detect.structure.places import Places


@dataclass(frozen=True)
class Singles:
    """Thresholds of what is of the character of a cell.

    part: it has at least this fraction of the ink of the largest piece there; less is dirt, or
        ink of a neighbour, or a dot, which is looked at again.
    """

    part: float = 0.15


SINGLES = Singles()


def join_in_cells(
    labels: NDArray[np.int32],
    blobs: Sequence[Blob],
    places: Places,
    *,
    singles: Singles = SINGLES,
) -> tuple[NDArray[np.int32], list[Blob]]:
    """Return ``labels`` (H, W) and ``blobs`` with one at most in each cell of a comb."""
    inside: dict[int, list[Blob]] = {}
    joined: list[Blob] = []
    for blob in blobs:
        cell = places.at(blob.box)
        if places.single[cell]:
            inside.setdefault(cell, []).append(blob)
        else:
            joined.append(blob)
    number = np.arange(int(labels.max(initial=0)) + 1, dtype=np.int32)
    for own in inside.values():
        largest = max(own, key=lambda blob: blob.area)
        parts = [blob for blob in own if blob.area >= singles.part * largest.area]
        number[[blob.label for blob in own]] = 0
        number[[blob.label for blob in parts]] = largest.label
        joined.append(
            replace(
                largest,
                box=reduce(Box.union, (blob.box for blob in parts)),
                area=sum(blob.area for blob in parts),
                middle=max(blob.middle for blob in parts),
            )
        )
    return (labels if len(joined) == len(blobs) else number[labels]), joined
