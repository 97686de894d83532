"""The rim of a close-up: which brightness is its paper, though lines of a box may run along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Pixel = TypeVar("_Pixel", bound=np.generic)


@dataclass(frozen=True)
class Rim:
    """Thresholds of the rim of a close-up.

    width: of the rim, in the shorter side of the picture. Lines of a box that was cut out along
        them lie within it.
    clear: the sides of a picture are paper where they are of one brightness to this fraction. 0.93
        of 19 in 20 characters with a margin of a pixel, 0.88 at most of 3 in 4 without any.
    even, behind: a side that is a line is even in the first fraction of its pixels, and behind it
        the second is paper.
    beside_one, beside_all: of a whole box, a row beside each line is of paper in the first
        fraction, and of all lines in the second at the mean: 0.55 and 0.8 at most for bold
        characters with a narrow margin.
    beside_ring: of a box that a character fills, that much of a row beside each line is of paper.
    bar: width of a picture, in its height, that one upright stroke may fill.
    inside: within the rim there are both ink and paper where each has at least this fraction.
    """

    width: float = 0.12
    clear: float = 0.9
    even: float = 0.95
    behind: float = 0.65
    beside_one: float = 0.75
    beside_all: float = 0.9
    beside_ring: float = 0.25
    bar: float = 0.4
    inside: float = 0.05


RIM = Rim()


def may_paper_be_dark(light: NDArray[np.bool_], *, rim: Rim = RIM) -> tuple[bool, ...]:
    """Return whether paper is the dark part of a close-up, of which ``light`` (H, W) is the other.

    The likelier answer first; it is the only one where the rim shows nearly nothing but paper. Of
    what is cut out along its ink, that may be most of the rim.
    """
    width = rim_width(light.shape, rim=rim)
    inside = light[width:-width, width:-width]
    if min(inside.shape, default=0) < 3:
        inside = light
    bright = float(inside.mean())
    rare = min(bright, 1 - bright)
    if is_narrow(light.shape, rim=rim) and rare < rim.inside:
        return (bright > 0.5,)  # what fills a narrow picture is a 1
    is_light = bright <= 0.5
    votes = np.array([side.mean() for side in outermost(light == is_light)])
    clear = abs(float(votes.mean()) - 0.5) >= rim.clear - 0.5
    if rare >= rim.inside:
        lines = _are_lines(light == is_light, inside == is_light, rim)
        clear &= not (lines.any() or _is_ring(light == is_light, rim))
        votes = np.where(lines, 1 - votes, votes)
    fraction = float(votes.mean())
    dark = (fraction if is_light else 1 - fraction) <= 0.5
    return (dark,) if clear else (dark, not dark)


def _is_ring(line: NDArray[np.bool_], rim: Rim) -> bool:
    """Say whether ``line`` (H, W) goes along all sides and ends within the rim, as a box may."""
    even = min(float(side.mean()) for side in outermost(line)) >= rim.even
    sides = profiles(line, corners=False, rim=rim)
    return even and max(float(rows.min()) for rows in sides) <= 1 - rim.beside_ring


def _are_lines(line: NDArray[np.bool_], inside: NDArray[np.bool_], rim: Rim) -> NDArray[np.bool_]:
    """Say which sides of a close-up are lines of a box: (4,), as in :func:`outermost`.

    ``line`` (H, W) has the brightness that they would have, ``inside`` is what of it is within the
    rim. All four are, or none, if each is of that brightness: what goes on along them all is the
    paper in a box; behind a narrow margin it is the outline of a character.
    """
    even = np.array([side.mean() >= rim.even for side in outermost(line)])
    if even.all():
        beside = 1 - np.array([rows.min() for rows in profiles(line, corners=False, rim=rim)])
        return even & bool(beside.min() >= rim.beside_one and beside.mean() >= rim.beside_all)
    return even & np.array([side.mean() <= 1 - rim.behind for side in outermost(inside)])


def is_narrow(shape: tuple[int, ...], *, rim: Rim = RIM) -> bool:
    """Say whether a picture of ``shape`` is so narrow that one upright stroke may fill it."""
    return shape[1] < rim.bar * shape[0]


def rim_width(shape: tuple[int, ...], *, rim: Rim = RIM) -> int:
    """Return how wide the rim of a close-up of ``shape`` is, in pixels."""
    return max(round(rim.width * min(shape)), 1)


def outermost(image: NDArray[_Pixel]) -> tuple[NDArray[_Pixel], ...]:
    """Return the outermost pixels of ``image`` (H, W): above, below, left and right."""
    return image[0], image[-1], image[:, 0], image[:, -1]


def profiles(
    mask: NDArray[np.bool_], *, corners: bool = True, rim: Rim = RIM
) -> tuple[NDArray[np.float64], ...]:
    """Return the fraction of ``mask`` (H, W) in each row or column of its rim, for each side.

    (width of the rim,) each, from outside to inside, in the order of :func:`outermost`. Without
    ``corners``, what is also in the rim of another side does not count, if there is anything else.
    """
    width = rim_width(mask.shape, rim=rim)
    corner = 0 if corners or min(mask.shape) <= 2 * width else width
    inner = tuple(slice(corner, side - corner) for side in mask.shape)
    rows, columns = mask[:, inner[1]].mean(axis=1), mask[inner[0]].mean(axis=0)
    return rows[:width], rows[::-1][:width], columns[:width], columns[::-1][:width]


def line_depth(profile: NDArray[np.float64], *, rim: Rim = RIM) -> int:
    """Return how far the line along a side reaches inwards, in pixels; 0 where there is none.

    ``profile`` is that of the side, as in :func:`profiles`.
    """
    even = np.flatnonzero(profile >= rim.even)
    if not len(even):
        return 0
    gaps = np.flatnonzero(np.diff(even) > 1)
    return int(even[gaps[0]] if len(gaps) else even[-1]) + 1
