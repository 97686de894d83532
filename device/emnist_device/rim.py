"""The rim of a close-up: which brightness is its paper, though lines of a box may run along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Width of the rim, in the shorter side of the picture.
_RIM = 0.12
# A side that is a line is even in this fraction of its pixels, and behind it are so many of paper.
# Of a whole box, a row beside each line is of paper in the first fraction, and of all lines in the
# second at the mean: 0.55 and 0.8 at most for bold characters with a narrow margin.
_EVEN, _BEHIND = 0.95, 0.65
_BESIDE_ONE, _BESIDE_ALL = 0.75, 0.9
# Widths of a picture, in its height, that one upright stroke may fill.
_BAR = 0.4
# Inside the rim there are both ink and paper where each has at least this fraction.
_LEAST_INSIDE = 0.05


def is_paper_dark(light: NDArray[np.bool_]) -> bool:
    """Say whether paper is the dark part of a close-up, of which ``light`` (H, W) is the other.

    Paper is what the rim mostly shows, but for sides that are lines of a box.
    """
    rim = rim_width(light.shape)
    inside = light[rim:-rim, rim:-rim]
    if min(inside.shape, default=0) < 3:
        inside = light
    bright = float(inside.mean())
    rare = min(bright, 1 - bright)
    if is_narrow(light.shape) and rare < _LEAST_INSIDE:
        return bright > 0.5  # what fills a narrow picture is a 1
    is_light = bright <= 0.5
    votes = np.array([side.mean() for side in _sides(light == is_light)])
    if rare >= _LEAST_INSIDE:
        lines = _are_lines(light == is_light, inside == is_light)
        votes = np.where(lines, 1 - votes, votes)
    share = float(votes.mean())
    return (share if is_light else 1 - share) <= 0.5


def _are_lines(line: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which sides of a close-up are lines of a box: (4,), as in :func:`_sides`.

    ``line`` (H, W) has the brightness that they would have, ``inside`` is what of it is within the
    rim. All four are, or none, if each is of that brightness: what goes on along them all is the
    paper in a box; behind a narrow margin it is the outline of a character.
    """
    even = np.array([side.mean() >= _EVEN for side in _sides(line)])
    if even.all():
        beside = 1 - np.array([rows.min() for rows in _rims(line)])
        return even & bool(beside.min() >= _BESIDE_ONE and beside.mean() >= _BESIDE_ALL)
    return even & np.array([side.mean() <= 1 - _BEHIND for side in _sides(inside)])


def is_narrow(shape: tuple[int, ...]) -> bool:
    """Say whether a picture of ``shape`` is so narrow that one upright stroke may fill it."""
    return shape[1] < _BAR * shape[0]


def rim_width(shape: tuple[int, ...]) -> int:
    """Return how wide the rim of a close-up of ``shape`` is, in pixels."""
    return max(round(_RIM * min(shape)), 1)


def _sides(image: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
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
