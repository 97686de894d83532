"""Parabolas through points, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What is shorter, in pixels, is taken for straight: its points do not tell a bend from their noise.
_STRAIGHT = 100
# What keeps a system of too few points solvable, and what holds a parabola straight.
_LITTLE, _HOLD = 1e-9, 1e9


def fit(
    owner: NDArray[np.intp],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the parabola (N, 3), of x ** 2, x and 1, through the points of each owner.

    Points are of ``owner`` (P,) 0..N-1, at ``x`` and ``y``; ``ends`` (N, 2) are each owner's least
    and largest x. Least squares; short ones are straight.
    """
    middle, half = ends.mean(axis=1), np.maximum(np.ptp(ends, axis=1) / 2, 1)
    u = (x - middle[owner]) / half[owner]
    powers = [u**power for power in range(5)]
    moments = np.stack([np.bincount(owner, each, minlength=len(ends)) for each in powers])
    seen = np.stack([np.bincount(owner, each * y, minlength=len(ends)) for each in powers[:3]])
    rows = np.stack([moments[power : power + 3] for power in range(3)]).transpose(2, 0, 1)
    system = np.asarray(rows, np.float64)
    system[:, 0, 0] += _LITTLE
    system[:, 1, 1] += _LITTLE
    system[:, 2, 2] += np.where(half > _STRAIGHT / 2, _LITTLE, _HOLD * (moments[0] + 1))
    start, climb, bend = np.linalg.solve(system, seen.T[..., None])[..., 0].T
    climb, bend = climb / half, bend / half**2
    start = start - climb * middle + bend * middle**2
    return np.stack([bend, climb - 2 * bend * middle, start], axis=1)


def evaluate(curves: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return y of ``curves`` (..., 3) at ``x`` (...), of which shapes broadcast."""
    bend, climb, start = np.moveaxis(curves, -1, 0)
    return np.asarray((bend * x + climb) * x + start)
