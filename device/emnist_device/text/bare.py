"""Upright strokes without a foot: which character of EMNIST's class L they are.

How often either is one, :class:`emnist_device.text.case.Places` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.case import PLACES
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box

# How often the two characters of L are one upright stroke.
_BARE = (("L", PLACES.bare_capital), ("l", PLACES.bare_small))


def weigh_shapes(boxes: Sequence[Box], foot: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return factors (N, 62) by which the boxes' shapes tell the two characters of L apart.

    EMNIST files the small l, an upright stroke, under L, which has a foot. ``foot`` (N,) says which
    are known to have one, however narrow.
    """
    factors = weigh_bare(boxes, foot)
    wide = (factors == 1).all(axis=1)
    both = (PLACES.bare_capital + PLACES.bare_small) / 2
    for char, own in _BARE:
        factors[wide, BYCLASS.index(char)] = (1 - own) / (1 - both)
    return factors


def weigh_bare(boxes: Sequence[Box], foot: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return those of :func:`weigh_shapes` of upright strokes alone, 1 for all else.

    By itself, a stroke may be wide because it leans.
    """
    factors = np.ones((len(boxes), len(BYCLASS)))
    bare = np.array([box.width < PLACES.bare * box.height for box in boxes], bool) & ~foot
    both = (PLACES.bare_capital + PLACES.bare_small) / 2
    for char, own in _BARE:
        factors[bare, BYCLASS.index(char)] = own / both
    return factors
