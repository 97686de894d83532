"""Which upright rules part the cells of a row: where most are evenly spaced, the others are none.

An upright stroke of what is written, such as a 1, may reach from the upper to the lower rule of its
cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Pitches:
    """Thresholds of an even pitch.

    least: rows of so many cells can be told to be even.
    same: distances are one pitch that differ by at most this fraction of it.
    near: the next rule is looked for within this fraction of a pitch around where it is expected.
    lost: at most this fraction of the expected rules is missing.
    double: rules that are less than this fraction of a pitch apart are the sides of two boxes,
        where most are double.
    """

    least: int = 3
    same: float = 0.08
    near: float = 0.18
    lost: float = 0.25
    double: float = 0.3


PITCHES = Pitches()


@dataclass(frozen=True)
class Dividers:
    """What parts the cells of a row.

    found: (N,) bool, which of the rules do. lost: where there must be more that were not found,
    each by the rules beside it, of which it is a fraction 0..1 on the way from the first to the
    second.
    """

    found: NDArray[np.bool_]
    lost: tuple[tuple[int, int, float], ...]


def find_dividers(x: NDArray[np.float64], *, pitches: Pitches = PITCHES) -> Dividers | None:
    """Return what parts cells of rules at ``x`` (N,), ascending; None where few are even."""
    if len(x) < pitches.least + 1:
        return None
    pitch = _usual(x, pitches)
    steps, lost = _best(x, pitch, pitches)
    if len(steps) <= pitches.least or lost > pitches.lost * (len(steps) + lost):
        return None
    found = np.zeros(len(x), bool)
    found[steps] = True
    doubles = [_partner(x, at, pitch, found, pitches) for at in steps[1:-1]]
    if sum(each is not None for each in doubles) > len(doubles) / 2:
        found[[each for each in doubles if each is not None]] = True
    between = []
    for one, other in pairwise(steps):
        parts = round((x[other] - x[one]) / pitch)
        between += [(one, other, part / parts) for part in range(1, parts)]
    return Dividers(found, tuple(between))


def _usual(x: NDArray[np.float64], pitches: Pitches) -> float:
    """Return the least distance that is about as common as any other."""
    pairs = [x[step:] - x[:-step] for step in range(1, min(5, len(x)))]
    apart = np.sort(np.concatenate(pairs))
    low = np.searchsorted(apart, apart * (1 - pitches.same))
    high = np.searchsorted(apart, apart * (1 + pitches.same))
    count = high - low
    first = int(np.flatnonzero(count >= 0.8 * count.max())[0])
    return float(np.median(apart[low[first] : high[first]]))


def _best(x: NDArray[np.float64], pitch: float, pitches: Pitches) -> tuple[list[int], int]:
    """Return the rules that are a ``pitch`` apart, and how many are lost between them.

    Each may be the one that is right; most often the first is, which closes the row.
    """
    best: tuple[list[int], int] = ([0], 0)
    for start in range(len(x)):
        right, lost = _walk(x, start, pitch, pitches)
        left, more = _walk(-x[::-1], len(x) - 1 - start, pitch, pitches)
        steps = [*(len(x) - 1 - step for step in left[:0:-1]), *right]
        if len(steps) - 2 * (lost + more) > len(best[0]) - 2 * best[1]:
            best = (steps, lost + more)
        if not best[1] and best[0][0] == 0 and best[0][-1] == len(x) - 1:
            break
    return best


def _walk(x: NDArray[np.float64], at: int, pitch: float, pitches: Pitches) -> tuple[list[int], int]:
    """Return the rules from ``at`` to the right that are a pitch apart, and how many are lost."""
    steps, lost, missing, expected = [at], 0, 0, float(x[at]) + pitch
    while expected <= x[-1] + pitches.near * pitch and at < len(x) - 1:
        near = at + 1 + int(np.abs(x[at + 1 :] - expected).argmin())
        if abs(x[near] - expected) <= pitches.near * pitch:
            at, expected = near, float(x[near])
            steps.append(at)
            lost, missing = lost + missing, 0
        else:
            missing += 1
        expected += pitch
    return steps, lost


def _partner(
    x: NDArray[np.float64], at: int, pitch: float, found: NDArray[np.bool_], pitches: Pitches
) -> int | None:
    """Return the rule beside the one ``at``, of the next box, if there is one."""
    apart = np.where(found, np.inf, np.abs(x - x[at]))
    near = int(apart.argmin())
    return near if apart[near] < pitches.double * pitch else None
