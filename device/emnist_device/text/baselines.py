"""Where the baseline of a line may run: through the lower ends of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Baselines:
    """Which baselines are tried.

    By hand; with half and with twice as much of any, as many characters of development pages are
    wrong.

    most: so many of a line.
    steepest: they rise or fall by no more than this for each pixel to the right.
    near: lower ends are on a baseline that are this near to it, in the usual height.
    joined: those through two lower ends are tried for so many characters, evenly spaced: of a long
        line, more take time and change nothing.
    """

    most: int = 10
    steepest: float = 0.35
    near: float = 0.1
    joined: int = 24


BASELINES = Baselines()

# Lists of pairs that are kept, one for each length of a line.
_KEPT = 80


@lru_cache(maxsize=_KEPT)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the numbers of all pairs of ``count`` things; of many, of some of these."""
    some = np.linspace(0, count - 1, min(count, BASELINES.joined)).round().astype(np.intp)
    first, second = np.triu_indices(len(some), 1)
    return some[first], some[second]


def find_baselines(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each lower end is above each baseline that the line may have, (B, N) pixels.

    ``sizes`` (N, 3) are heights, lower ends and middles. Baselines are tried that run level through
    a lower end, or through two of them that lie apart; those that most lower ends are near to come
    first, and others that are much like them are left.
    """
    y, x = sizes[:, 1], sizes[:, 2]
    tall = np.sort(sizes[:, 0].clip(1))
    height = float(tall[(len(tall) - 1) // 2] + tall[len(tall) // 2]) / 2
    i, j = _pairs(len(sizes))
    far = x[j] - x[i] > height
    slopes = (y[j] - y[i])[far] / (x[j] - x[i])[far]
    steep = np.abs(slopes) > BASELINES.steepest
    slope = np.concatenate([np.zeros(len(sizes)), slopes[~steep]])
    start = np.concatenate([np.arange(len(sizes)), i[far][~steep]])
    above = y[start, None] + slope[:, None] * (x - x[start, None]) - y
    support = np.exp(-0.5 * (above / (BASELINES.near * height)) ** 2).sum(axis=1)
    above = above[np.argsort(-support, kind="stable")]
    found: list[NDArray[np.float64]] = []
    while len(above) and len(found) < BASELINES.most:
        found.append(above[0])
        above = above[np.abs(above - above[0]).max(axis=1) > BASELINES.near * height / 2]
    return np.array(found)
