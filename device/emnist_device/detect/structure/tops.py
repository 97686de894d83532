"""Where combs end that have no top: ticks of one height, evenly spaced along a rule.

Where rules are not looked for, :mod:`emnist_device.detect.cell_shapes` tells teeth by their shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.structure.cells import CLOSING, Closing, cross
from emnist_device.detect.structure.curves import fit
from emnist_device.detect.structure.pitch import PITCHES, Pitches, find_dividers
from emnist_device.detect.structure.rules import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.structure.cells import Crossings


@dataclass(frozen=True)
class Ticks:
    """Thresholds of the ticks of a comb.

    tall: of what stands on a rule, this quantile of the heights is the usual one of ticks: few
        strokes of what is written are higher.
    height: ticks are as high as usual to this fraction.
    closing, pitches: thresholds of what meets, and of what is evenly spaced.
    """

    tall: float = 0.75
    height: float = 0.15
    closing: Closing = CLOSING
    pitches: Pitches = PITCHES


TICKS = Ticks()


def add_tops(level: Rules, upright: Rules, *, ticks: Ticks = TICKS) -> Rules:
    """Return the ``level`` rules with the tops of combs that are open there."""
    crossings = cross(level, upright, closing=ticks.closing)
    curves, ends = [], []
    for row in range(len(level)):
        own = _find_ticks(row, upright, crossings, ticks)
        if len(own):
            tops = upright.ends[own, 0]
            x = upright.at(upright.ends[:, :1])[own, 0]
            ends.append((x.min(), x.max()))
            curves.append(fit(np.zeros(len(x), int), x, tops, np.array(ends[-1:]))[0])
    if not curves:
        return level
    tops = Rules.found(np.array(curves), np.array(ends), np.zeros(len(ends)), level.mask)
    nowhere = np.zeros(len(ends), bool)
    every = np.full(len(ends), np.inf)
    return level.followed_by(replace(tops, levels=every, seen=nowhere))


def _find_ticks(row: int, upright: Rules, crossings: Crossings, ticks: Ticks) -> NDArray[np.intp]:
    """Return which ``upright`` rules are the ticks of a comb on the level rule ``row``, if any."""
    x, y = crossings.places[row].T
    height = y - upright.ends[:, 0]
    closing = ticks.closing
    stand = crossings.meet[row] & (height >= closing.least)
    stand &= upright.ends[:, 1] - y < closing.least
    nobody = np.zeros(0, np.intp)
    if not stand.any():
        return nobody
    usual = float(np.quantile(height[stand], ticks.tall))
    own = np.flatnonzero(stand & (np.abs(height - usual) <= ticks.height * usual))
    own = own[np.argsort(x[own], kind="stable")]
    even = find_dividers(x[own], pitches=ticks.pitches)
    if even is None:
        return nobody
    own = own[even.found]
    tops = crossings.places[:, own, 1] - upright.ends[own, 0]
    closed = (crossings.meet[:, own] & (np.abs(tops) <= closing.near)).any(axis=0)
    return nobody if 2 * closed.sum() > len(own) else own
