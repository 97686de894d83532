"""The rim of a close-up: which brightness is its paper, though lines of a box may run along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Pixel = TypeVar("_Pixel", bound=np.generic)

# Width of the rim, in the shorter side of the picture.
_RIM = 0.12
# The sides of a picture are paper where they are of one brightness to this fraction. 0.93 of 19 in
# 20 characters with a margin of a pixel, 0.88 at most of 3 in 4 without any.
_CLEAR = 0.9
# A side that is a line is even in this fraction of its pixels, and behind it are so many of paper.
# Of a whole box, a row beside each line is of paper in the first fraction, and of all lines in the
# second at the mean: 0.55 and 0.8 at most for bold characters with a narrow margin.
_EVEN, _BEHIND = 0.95, 0.65
_BESIDE_ONE, _BESIDE_ALL = 0.75, 0.9
# Of a box that a character fills, that much of a row beside each line is of paper.
_BESIDE_RING = 0.25
# Widths of a picture, in its height, that one upright stroke may fill.
_BAR = 0.4
# Inside the rim there are both ink and paper where each has at least this fraction.
_LEAST_INSIDE = 0.05


def may_paper_be_dark(light: NDArray[np.bool_]) -> tuple[bool, ...]:
    """Return whether paper is the dark part of a close-up, of which ``light`` (H, W) is the other.

    The likelier answer first; it is the only one where the rim shows nearly nothing but paper. Of
    what is cut out along its ink, that may be most of the rim.
    """
    rim = rim_width(light.shape)
    inside = light[rim:-rim, rim:-rim]
    if min(inside.shape, default=0) < 3:
        inside = light
    bright = float(inside.mean())
    rare = min(bright, 1 - bright)
    if is_narrow(light.shape) and rare < _LEAST_INSIDE:
        return (bright > 0.5,)  # what fills a narrow picture is a 1
    is_light = bright <= 0.5
    votes = np.array([side.mean() for side in outermost(light == is_light)])
    clear = abs(float(votes.mean()) - 0.5) >= _CLEAR - 0.5
    if rare >= _LEAST_INSIDE:
        lines = _are_lines(light == is_light, inside == is_light)
        clear &= not (lines.any() or _is_ring(light == is_light))
        votes = np.where(lines, 1 - votes, votes)
    share = float(votes.mean())
    dark = (share if is_light else 1 - share) <= 0.5
    return (dark,) if clear else (dark, not dark)


def _is_ring(line: NDArray[np.bool_]) -> bool:
    """Say whether ``line`` (H, W) goes along all sides and ends within the rim, as a box may."""
    even = min(float(side.mean()) for side in outermost(line)) >= _EVEN
    return even and max(float(rows.min()) for rows in _rims(line)) <= 1 - _BESIDE_RING


def _are_lines(line: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which sides of a close-up are lines of a box: (4,), as in :func:`outermost`.

    ``line`` (H, W) has the brightness that they would have, ``inside`` is what of it is within the
    rim. All four are, or none, if each is of that brightness: what goes on along them all is the
    paper in a box; behind a narrow margin it is the outline of a character.
    """
    even = np.array([side.mean() >= _EVEN for side in outermost(line)])
    if even.all():
        beside = 1 - np.array([rows.min() for rows in _rims(line)])
        return even & bool(beside.min() >= _BESIDE_ONE and beside.mean() >= _BESIDE_ALL)
    return even & np.array([side.mean() <= 1 - _BEHIND for side in outermost(inside)])


def is_narrow(shape: tuple[int, ...]) -> bool:
    """Say whether a picture of ``shape`` is so narrow that one upright stroke may fill it."""
    return shape[1] < _BAR * shape[0]


def rim_width(shape: tuple[int, ...]) -> int:
    """Return how wide the rim of a close-up of ``shape`` is, in pixels."""
    return max(round(_RIM * min(shape)), 1)


def outermost(image: NDArray[_Pixel]) -> tuple[NDArray[_Pixel], ...]:
    """Return the outermost pixels of ``image`` (H, W): above, below, left and right."""
    return image[0], image[-1], image[:, 0], image[:, -1]


def _rims(image: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
    """Return the fractions of ``image`` (H, W) in each row of the rim, in the order of its sides.

    (rim,) each, but for the corners, where other sides are.
    """
    rim = rim_width(image.shape)
    height, width = image.shape
    corner = rim if min(height, width) > 2 * rim else 0
    across = image[:, corner : width - corner].mean(axis=1)
    along = image[corner : height - corner].mean(axis=0)
    return across[:rim], across[-rim:], along[:rim], along[-rim:]


def profiles(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
    """Return the fraction of ``mask`` (H, W) in each row or column of its rim, for each side.

    (rim,) each, from outside to inside, in the order of :func:`outermost`.
    """
    rim = rim_width(mask.shape)
    rows, columns = mask.mean(axis=1), mask.mean(axis=0)
    return rows[:rim], rows[::-1][:rim], columns[:rim], columns[::-1][:rim]


def line_depth(profile: NDArray[np.float64]) -> int:
    """Return how far the line along a side reaches inwards, in pixels; 0 where there is none.

    ``profile`` is that of the side, as in :func:`profiles`.
    """
    even = np.flatnonzero(profile >= _EVEN)
    if not len(even):
        return 0
    gaps = np.flatnonzero(np.diff(even) > 1)
    return int(even[gaps[0]] if len(gaps) else even[-1]) + 1
