"""What is of one group, as are pairs of it: boxes of ink that lie near one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Of more pieces, as of a texture, no parts are made: all pairs are looked at.
_MOST = 1000


def find_groups(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the group, from 0, of each of ``count`` things, of which pairs are of one group."""
    group = np.arange(count)
    changed = True
    while changed:
        least = np.minimum(group[one], group[other])
        before = group.copy()
        np.minimum.at(group, one, least)
        np.minimum.at(group, other, least)
        changed = not np.array_equal(group, before)
    return np.unique(group, return_inverse=True)[1]


def near_one_another(boxes: Sequence[Box], near: float) -> list[list[Box]]:
    """Return ``boxes`` in groups: any two that are ``near``, in heights of the higher, in one."""
    if not 0 < len(boxes) <= _MOST:
        return []
    x, y, width, height = np.array(boxes).T
    apart_x = np.maximum.outer(x, x) - np.minimum.outer(x + width, x + width)
    apart_y = np.maximum.outer(y, y) - np.minimum.outer(y + height, y + height)
    beside = np.maximum(apart_x, apart_y) < near * np.maximum.outer(height, height)
    group = find_groups(len(boxes), *np.nonzero(beside))
    return [
        [boxes[number] for number in np.flatnonzero(group == own).tolist()]
        for own in range(int(group.max()) + 1)
    ]


def grown(box: Box, margin: float, scale: float, shape: tuple[int, ...]) -> Box:
    """Return ``box`` with a ``margin``, in pixels of a picture of ``shape``, as far as that goes.

    A pixel of the box and of the margin is ``scale`` pixels there.
    """
    x, y = (max(round(scale * (side - margin)), 0) for side in (box.x, box.y))
    right = min(round(scale * (box.right + margin)), shape[1])
    bottom = min(round(scale * (box.bottom + margin)), shape[0])
    return Box(x, y, right - x, bottom - y)
