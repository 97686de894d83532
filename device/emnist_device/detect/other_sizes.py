"""Parts of a page whose writing is far larger, or far smaller, than that of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.clusters import grown, near_one_another
from emnist_device.detect.maps import WRITING_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_device.detect.look import Look


@dataclass(frozen=True)
class OtherSizes:
    """Thresholds of what writing is of another size.

    times: pieces of ink are so many times as high as the page network was shown the writing, or as
        low: what is half or twice as high, it finds.
    fewest: a part has so many of them.
    near: they are of one part that are this near to one another, in the height of the higher.
    among: a part has at most this fraction of pieces of the usual size among its own: dots, and
        strokes that letters fall apart in, are no writing.
    """

    times: float = 2.5
    fewest: int = 4
    near: float = 1.5
    among: float = 0.25


OTHER_SIZES = OtherSizes()
# By hand. Pieces of a part are at most so many times as high as its usual one, or as low; it has a
# margin, in that height.
_ALIKE, _MARGIN = 1.7, 0.75


def find_other_sizes(look: Look, *, sizes: OtherSizes = OTHER_SIZES) -> Iterator[Box]:
    """Yield parts, in pixels of the picture, whose writing is too large or small for ``look``."""
    pieces = [Box(*row) for row in look.view.writing.pieces.tolist()]
    shown = WRITING_HEIGHT / look.zoom
    low = [box for box in pieces if box.height <= shown / sizes.times]
    high = [box for box in pieces if box.height >= shown * sizes.times]
    usual = [box for box in pieces if shown / sizes.times < box.height < shown * sizes.times]
    for part in (*near_one_another(low, sizes.near), *near_one_another(high, sizes.near)):
        height = float(np.median([box.height for box in part]))
        alike = [box for box in part if height / _ALIKE <= box.height <= height * _ALIKE]
        if len(alike) < sizes.fewest:
            continue
        whole = reduce(Box.union, alike)
        among = sum(whole.overlap_x(box) > 0 and whole.overlap_y(box) > 0 for box in usual)
        if among <= sizes.among * len(alike):
            shape, scale = look.view.contrast.shape, 1 / look.view.scale
            limits = round(scale * shape[0]), round(scale * shape[1])
            yield grown(whole, _MARGIN * height, scale, limits)
