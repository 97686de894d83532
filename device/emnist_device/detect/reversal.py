"""Parts of a page whose ink is light where that of the rest is dark, or dark where it is light.

A black label on white paper, a slate in a photograph, paper on a blackboard. They are looked for in
small, where the paper is: all that is left of its strokes there is that they are a little darker.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.clusters import grown, near_one_another
from emnist_device.detect.paper import PAPER, Paper, to_paper_size
from emnist_device.detect.pieces import find_pieces
from emnist_device.detect.sizes import to_grey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Reversals:
    """Thresholds of where ink is on the other side of its paper; pixels at the size of paper.

    darker: strokes are so much darker than their paper (of 255).
    least: they are so many pixels high: what is lower is the edge of something, or a reflection.
    fewest: a part has so many pieces.
    near: pieces are of one part that are this near to one another, in the height of the higher.
    paper: thresholds of the paper's size.
    """

    darker: int = 50
    least: int = 3
    fewest: int = 3
    near: float = 1.5
    paper: Paper = PAPER


REVERSALS = Reversals()
# By hand. Strokes lack this fraction of their paper's light; pieces are at most this fraction of
# the picture high, and so many times as wide as high; a part has a margin, in the usual height.
_MISSING, _HIGHEST, _WIDEST, _MARGIN = 0.35, 0.25, 4.0, 0.75


def find_reversed(
    picture: NDArray[np.uint8], *, ink_is_light: bool, reversals: Reversals = REVERSALS
) -> Iterator[Box]:
    """Yield the parts of ``picture``, (H, W) or (H, W, 3) BGR uint8, whose ink is the other way.

    ``ink_is_light`` says which way that of the rest is.
    """
    grey = to_grey(picture)
    grey = grey if ink_is_light else cv2.bitwise_not(grey)
    small = to_paper_size(grey, cv2.INTER_AREA, paper=reversals.paper)
    window = reversals.paper.window
    ink = _is_darker(small, window, reversals) | _is_darker(small, window // 2, reversals)
    if not ink.any():
        return
    pieces = find_pieces(ink.astype(np.uint8))
    _, _, width, height, _ = pieces.stats.T
    fits = (height >= reversals.least) & (height <= _HIGHEST * small.shape[0])
    fits &= width <= _WIDEST * height
    boxes = [pieces.box(number) for number in np.flatnonzero(fits).tolist() if number > 0]
    scale = grey.shape[1] / small.shape[1]
    for part in near_one_another(boxes, reversals.near):
        if len(part) >= reversals.fewest:
            margin = _MARGIN * float(np.median([box.height for box in part]))
            yield grown(reduce(Box.union, part), margin, scale, grey.shape)


def _is_darker(small: NDArray[np.uint8], window: int, reversals: Reversals) -> NDArray[np.bool_]:
    """Return which pixels of ``small`` (H, W) are strokes on paper that is as wide as ``window``.

    A label that is hardly higher than its writing is narrower than a page is looked at by.
    """
    paper = cv2.medianBlur(small, window | 1)
    darker = cv2.subtract(paper, small)
    return np.asarray((darker >= reversals.darker) & (darker > _MISSING * paper))
