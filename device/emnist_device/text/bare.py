"""Upright strokes without a foot: which of the two characters of EMNIST's class L they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box


@dataclass(frozen=True)
class Bare:
    """Thresholds of upright strokes, by trial on drawn pages (``python -m evaluate.case``).

    narrow: width over height below which a character is one upright stroke: no foot, no serif. With
        half of it, 2 more of 1,397 characters of development pages are wrong, ignoring case.
    capital, small: how often L and l, which EMNIST files under L, are one upright stroke. With half
        or twice as much of either, as many are wrong.
    """

    narrow: float = 0.32
    capital: float = 0.03
    small: float = 0.9


BARE = Bare()
_CAPITAL, _SMALL = BYCLASS.index("L"), BYCLASS.index("l")


def weigh_shapes(
    boxes: Sequence[Box], sure: NDArray[np.bool_], *, alone: bool
) -> NDArray[np.float64]:
    """Return factors (N, 62) by which the boxes' shapes tell the two characters of L apart.

    EMNIST files the small l, an upright stroke, under L, which has a foot.

    Args:
        boxes: of N characters.
        sure: (N, 62), as of :func:`emnist_device.text.restraint.find_sure`: what is surely an L has
            a foot, however narrow it is.
        alone: whether each stands by itself. There, a wide stroke may be one that leans.
    """
    foot = sure[:, _CAPITAL] & ~sure.all(axis=1)
    bare = np.array([box.width < BARE.narrow * box.height for box in boxes], bool) & ~foot
    both = (BARE.capital + BARE.small) / 2
    factors = np.ones((len(boxes), len(BYCLASS)))
    for column, own in ((_CAPITAL, BARE.capital), (_SMALL, BARE.small)):
        wide = 1.0 if alone else (1 - own) / (1 - both)
        factors[:, column] = np.where(bare, own / both, wide)
    return factors
