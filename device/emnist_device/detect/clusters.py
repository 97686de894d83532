"""Boxes of ink -> parts of a picture: what lies near one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence


# Of more pieces, as of a texture, no parts are made: all pairs are looked at.
_MOST = 1000


def near_one_another(boxes: Sequence[Box], near: float) -> list[list[Box]]:
    """Return ``boxes`` in groups: any two that are ``near``, in heights of the higher, in one."""
    if not 0 < len(boxes) <= _MOST:
        return []
    x, y, width, height = np.array(boxes).T
    apart_x = np.maximum.outer(x, x) - np.minimum.outer(x + width, x + width)
    apart_y = np.maximum.outer(y, y) - np.minimum.outer(y + height, y + height)
    beside = np.maximum(apart_x, apart_y) < near * np.maximum.outer(height, height)
    groups: list[list[Box]] = []
    left = np.ones(len(boxes), bool)
    while left.any():
        group = np.arange(len(boxes)) == left.argmax()
        while (more := beside[group].any(axis=0) & ~group).any():
            group |= more
        groups.append([boxes[number] for number in np.flatnonzero(group).tolist()])
        left &= ~group
    return groups


def grown(box: Box, margin: float, scale: float, shape: tuple[int, ...]) -> Box:
    """Return ``box`` with a ``margin``, in pixels of a picture of ``shape``, as far as that goes.

    A pixel of the box and of the margin is ``scale`` pixels there.
    """
    x, y = (max(round(scale * (side - margin)), 0) for side in (box.x, box.y))
    right = min(round(scale * (box.right + margin)), shape[1])
    bottom = min(round(scale * (box.bottom + margin)), shape[0])
    return Box(x, y, right - x, bottom - y)
