"""What is found on a page, and on a part of it that was looked at again -> what is on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.decision import keep, likeliest_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.decision import Found
    from emnist_device.detect.grouping import Blob
    from emnist_device.detect.layout import Layout

# Boxes of one and the same ink share this fraction of the lower one's height and of the narrower
# one's width. By hand: characters of a line that overhang each other share less.
_SAME = 0.4
# A part is looked at for several strokes: where one character is all that is won, however sure, the
# strokes were none.
_ONE = 1.0
# The arrays of both have at most so many pixels, unless those of the page have more: writing of a
# few pixels' height on a large page would take hundreds of megabytes.
_MOST_PIXELS = 4_000_000


def merge(page: Found, part: Found, place: Box, alike: NDArray[np.float64]) -> Found:
    """Return ``page`` with what ``part`` has, where that explains more of the ink there.

    More is what is more probably right than wrong: of each character, the probability of its
    likeliest shape counts as far as it is above one half, or below it. The order of its characters
    is not that of reading.

    Args:
        page: what is found on a picture.
        part: what is found on a part of it.
        place: of the part, in pixels of the picture.
        alike: (C, C), as of :func:`emnist_device.detect.decision.which_look_alike`.
    """
    most = page.layout.scale * max((_MOST_PIXELS / page.layout.labels.size) ** 0.5, 1.0)
    scale = max(page.layout.scale, min(part.layout.scale, most))
    first, shift = int(page.layout.labels.max(initial=0)), (scale * place.x, scale * place.y)
    blobs = _moved(page.layout.blobs, scale / page.layout.scale)
    more = _moved(part.layout.blobs, scale / part.layout.scale, shift, first)
    taken = np.array([any(_is_same(blob, each) for each in more) for blob in blobs], bool)
    instead = 2 * likeliest_shapes(page.probabilities[taken], alike) - 1
    gain = (2 * likeliest_shapes(part.probabilities, alike) - 1).sum() - max(instead.sum(), 0)
    if gain <= _ONE:
        return page
    layout = _laid_over(page.layout, part.layout, place, scale, first)
    left = keep(replace(page, layout=replace(layout, lines=(tuple(blobs),))), ~taken)
    return replace(
        left,
        layout=replace(layout, lines=((*left.layout.blobs, *more),)),
        glyphs=np.concatenate([left.glyphs, part.glyphs]),
        probabilities=np.concatenate([left.probabilities, part.probabilities]),
        looks=(*page.looks, *part.looks),
        refused=page.refused + part.refused,
    )


def _moved(
    blobs: Sequence[Blob], factor: float, shift: tuple[float, float] = (0, 0), first: int = 0
) -> list[Blob]:
    """Return ``blobs`` at another scale, shifted, with labels that come after ``first``."""
    found = []
    for blob in blobs:
        x, right = (round(factor * side + shift[0]) for side in (blob.box.x, blob.box.right))
        y, bottom = (round(factor * side + shift[1]) for side in (blob.box.y, blob.box.bottom))
        box = Box(x, y, max(right - x, 1), max(bottom - y, 1))
        area = round(factor**2 * blob.area)
        found.append(replace(blob, box=box, label=first + blob.label, area=area))
    return found


def _is_same(blob: Blob, other: Blob) -> bool:
    """Say whether both are made of the same ink."""
    one, two = blob.box, other.box
    wide, high = min(one.width, two.width), min(one.height, two.height)
    return one.overlap_x(two) > _SAME * wide and one.overlap_y(two) > _SAME * high


def _laid_over(page: Layout, part: Layout, place: Box, scale: float, first: int) -> Layout:
    """Return ``page`` at ``scale`` with the ink of ``part`` over it; its characters are not moved.

    Labels of the part come after ``first``.
    """
    factor, own = scale / page.scale, scale / part.scale
    labels, coverage = (_resized(each, factor) for each in (page.labels, page.coverage))
    inked, covered = (_resized(each, own) for each in (part.labels, part.coverage))
    y, x = round(scale * place.y), round(scale * place.x)
    window = labels[y : y + inked.shape[0], x : x + inked.shape[1]]
    inked, covered = (each[: window.shape[0], : window.shape[1]] for each in (inked, covered))
    over = inked > 0
    window[over] = first + inked[over]
    coverage[y : y + inked.shape[0], x : x + inked.shape[1]][over] = covered[over]
    frames = tuple(frame.scaled(factor) for frame in page.frames)
    return replace(page, labels=labels, coverage=coverage, scale=scale, frames=frames)


def _resized(image: NDArray[Any], factor: float) -> NDArray[Any]:
    """Return ``image`` (H, W) so many times as large, a copy."""
    size = tuple(max(round(factor * side), 1) for side in image.shape[::-1])
    return np.array(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST), image.dtype)
