"""Numbers that look random, drawn for each image by its own number: batches change nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVELS = 65536  # of a draw
_WORDS = 4  # 64-bit words that Philox gives for each value of its counter


@dataclass
class Draws:
    """What is drawn for images ``first`` to ``first + count - 1``; each call draws more.

    Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") counts on from the
    image's number, so that no image depends on the others. All that comes out are whole numbers or
    exact fractions: they are the same on every machine.

    Args:
        seed: of everything, 0 to 2**64 - 1.
        stream: number of what is drawn for.
    """

    seed: int
    stream: int
    first: int
    count: int
    _calls: int = field(default=0, init=False)

    def levels(self, size: int) -> NDArray[np.uint16]:
        """Return (count, size) uniform whole numbers of 0 to 65535."""
        blocks = -(-size // (4 * _WORDS))
        self._calls += 1
        # The key tells streams and calls apart, the counter images.
        key = np.array([self.seed, self.stream << 32 | self._calls], np.uint64)
        philox = np.random.Philox(key=key, counter=self.first * blocks)
        words = philox.random_raw(self.count * blocks * _WORDS).astype("<u8")
        return words.view("<u2").reshape(self.count, blocks * 4 * _WORDS)[:, :size]

    def shares(self, size: int) -> NDArray[np.float64]:
        """Return (count, size) uniform numbers in 0 <= x < 1."""
        return self.levels(size).astype(np.float64) / _LEVELS

    def signs(self) -> NDArray[np.float64]:
        """Return (count, 1) of -1 and 1."""
        return np.where(self.levels(1) < _LEVELS // 2, -1.0, 1.0)

    def normals(self, size: int) -> NDArray[np.float64]:
        """Return (count, size) numbers of the standard normal distribution, in steps of 1/1024."""
        return _quantiles()[self.levels(size)]


@cache
def _quantiles() -> NDArray[np.float64]:
    """Return the normal quantile of the middle of each level, (65536,)."""
    quantile = NormalDist().inv_cdf
    upper = [quantile((level + 0.5) / _LEVELS) for level in range(_LEVELS // 2, _LEVELS)]
    rounded = np.rint(np.array(upper) * 1024) / 1024
    return np.concatenate([-rounded[::-1], rounded])
