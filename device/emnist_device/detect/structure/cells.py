"""Rules -> the cells that they close: four-sided, with a rule along each side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_device.detect.structure.pitch import find_dividers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.detect.structure.rules import Rules


@dataclass(frozen=True)
class Closing:
    """Thresholds of what closes a cell; lengths in pixels of the pooled contrast.

    near: rules meet where they end so near each other.
    least: least side of a cell: what is less is a stroke or a double rule.
    short: a rule is at least this fraction as long as the longest that meets two of the same: what
        is shorter is a stroke in a cell.
    darker, few: an upright rule that meets at most so many level ones has at most so many times
        their contrast: what is darker is ink on a pale form.
    lean, lean_ends: it leans as others between the same rules do, to so many pixels for each of its
        length, and so many in all.
    side: fraction of a cell's side that has ink: gaps are of bold strokes that cross it.
    """

    near: float = 4.0
    least: float = 8.0
    short: float = 0.55
    darker: float = 1.4
    few: int = 3
    lean: float = 0.03
    lean_ends: float = 1.5
    side: float = 0.75


CLOSING = Closing()


class Quad(NamedTuple):
    """A cell by its rules: numbers of two level ones and of two upright ones."""

    upper: int
    lower: int
    left: int
    right: int

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        """Numbers of the rules that meet in each corner, clockwise from the upper left."""
        return tuple(product((self.upper,), self[2:])) + tuple(product((self.lower,), self[:1:-1]))


@dataclass(frozen=True)
class Crossings:
    """Where N level rules meet M upright ones.

    places: (N, M, 2) float64, x and y. meet: (N, M) whether both reach there.
    """

    places: NDArray[np.float64]
    meet: NDArray[np.bool_]


def cross(level: Rules, upright: Rules, *, closing: Closing = CLOSING) -> Crossings:
    """Return where the rules meet."""
    count = (len(level), len(upright))
    x = np.broadcast_to(upright.at(upright.ends.mean(axis=1)[:, None])[:, 0], count)
    y = level.at(x)
    for _ in range(2):
        x = upright.at(y.T).T
        y = level.at(x)
    meet = np.ones(count, bool)
    for place, ends in ((x, level.ends[:, None]), (y, upright.ends[None])):
        meet &= (place >= ends[..., 0] - closing.near) & (place <= ends[..., 1] + closing.near)
    return Crossings(np.stack([x, y], axis=2), meet)


def prune(
    level: Rules, upright: Rules, crossings: Crossings, *, closing: Closing = CLOSING
) -> tuple[Rules, Crossings]:
    """Return the upright rules and the crossings, without strokes of what is written.

    Where most rules of a row are evenly spaced, those that were not found are added.
    """
    meet = crossings.meet & ~_are_strokes(level, upright, crossings.meet, closing)
    _drop_weak(meet, level, upright, closing)
    lost = []
    for upper, lower in _rows(meet, crossings.places[..., 1], closing):
        own = np.flatnonzero(meet[upper] & meet[lower])
        own = own[np.argsort(crossings.places[upper, own, 0], kind="stable")]
        parts = find_dividers(crossings.places[[upper, lower], own[:, None], 0].mean(axis=1))
        if parts is not None:
            meet[np.ix_(np.array([upper, lower]), own[~parts.found])] = False
            lost += [(upper, lower, own[one], own[other], at) for one, other, at in parts.lost]
    for upper, lower, one, other, at in lost:
        upright, crossings, meet = _add(
            upright, crossings.places, meet, (upper, lower), (one, other), at
        )
    _drop_weak(meet, level, upright, closing)
    return upright, Crossings(crossings.places, meet)


def _add(
    upright: Rules,
    places: NDArray[np.float64],
    meet: NDArray[np.bool_],
    rows: tuple[int, int],
    beside: tuple[int, int],
    at: float,
) -> tuple[Rules, Crossings, NDArray[np.bool_]]:
    """Return all with one more upright rule, between two others, from one level rule to another."""
    near = upright.pick(np.array(beside))
    weights = np.array([1 - at, at])
    added = np.tensordot(places[:, beside], weights, axes=([1], [0]))[:, None]
    rule = replace(
        near.pick(np.array([0])),
        curves=weights[None] @ near.curves,
        ends=added[list(rows), 0, 1].reshape(1, 2),
        widths=near.widths.mean(keepdims=True),
        levels=near.levels.mean(keepdims=True),
        seen=np.zeros(1, bool),
    )
    touch = np.zeros((len(meet), 1), bool)
    touch[list(rows)] = True
    meet = np.concatenate([meet, touch], axis=1)
    return upright.followed_by(rule), Crossings(np.concatenate([places, added], axis=1), meet), meet


def _are_strokes(
    level: Rules, upright: Rules, meet: NDArray[np.bool_], closing: Closing
) -> NDArray[np.bool_]:
    """Return which of the upright rules (M,) are darker, or lean otherwise, than what they meet."""
    count = np.maximum(meet.sum(axis=0), 1)
    drawn = np.where(np.isfinite(level.levels), level.levels, 0)
    usual = (meet * drawn[:, None]).sum(axis=0) / np.maximum(
        (meet * np.isfinite(level.levels)[:, None]).sum(axis=0), 1
    )
    dark = (upright.levels > closing.darker * usual) & (count <= closing.few)
    shared = meet.T.astype(np.float32) @ meet.astype(np.float32) >= 2
    climb = 2 * upright.curves[:, 0] * upright.ends.mean(axis=1) + upright.curves[:, 1]
    # The median by length: strokes are many, and short beside most rules.
    order = np.argsort(climb, kind="stable")
    weight = (shared * upright.lengths)[:, order].cumsum(axis=1)
    middle = climb[order][(2 * weight >= weight[:, -1:]).argmax(axis=1)]
    lean = np.where(weight[:, -1] > 0, middle, climb)
    slack = closing.lean + closing.lean_ends / np.maximum(upright.lengths, 1)
    return np.asarray(dark | (np.abs(climb - lean) > slack))


def _rows(
    meet: NDArray[np.bool_], y: NDArray[np.float64], closing: Closing
) -> list[tuple[int, int]]:
    """Return each level rule with the next one below it that the same upright rules meet."""
    shared = meet.astype(np.float32) @ meet.T.astype(np.float32)
    rows = []
    for upper in np.flatnonzero(shared.diagonal() >= 2).tolist():
        below = (y - y[upper]) * meet
        apart = below.sum(axis=1) / np.maximum(shared.diagonal(), 1)
        apart = np.where((shared[upper] >= 2) & (apart >= closing.least), apart, np.inf)
        if np.isfinite(apart).any():
            rows.append((upper, int(apart.argmin())))
    return rows


def _drop_weak(meet: NDArray[np.bool_], level: Rules, upright: Rules, closing: Closing) -> None:
    """Clear in ``meet`` what meets fewer than two rules, or is short beside what meets the same."""
    while True:
        weak = [_are_weak(meet, level, closing), _are_weak(meet.T, upright, closing)]
        if not meet[weak[0]].any() and not meet[:, weak[1]].any():
            return
        meet[weak[0]] = False
        meet[:, weak[1]] = False


def _are_weak(meet: NDArray[np.bool_], rules: Rules, closing: Closing) -> NDArray[np.bool_]:
    """Return which of ``rules``, the rows of ``meet`` (N, M), are no side of a cell."""
    shared = meet.astype(np.float32) @ meet.T.astype(np.float32) >= 2
    longest = np.where(shared, rules.lengths, 0).max(axis=1, initial=0)
    return np.asarray((meet.sum(axis=1) < 2) | (rules.lengths < closing.short * longest))


def find_quads(
    level: Rules, upright: Rules, crossings: Crossings, *, closing: Closing = CLOSING
) -> list[Quad]:
    """Return the smallest cells that the rules close."""
    search = _Search(level, upright, crossings, closing)
    return [cell for start in search.starts() for cell in search.smallest(*start)]


class _Search:
    """Looks for the cell to the lower right of a corner."""

    def __init__(
        self, level: Rules, upright: Rules, crossings: Crossings, closing: Closing
    ) -> None:
        self._closing = closing
        x, y = np.moveaxis(crossings.places, 2, 0)
        self._x, self._y, meet = x, y, crossings.meet
        self._right = meet & (level.ends[:, 1:] - x >= closing.least)
        self._left = meet & (x - level.ends[:, :1] >= closing.least)
        self._down = meet & (upright.ends[None, :, 1] - y >= closing.least)
        self._up = meet & (y - upright.ends[None, :, 0] >= closing.least)
        self._inks = [_ink_along(rules) for rules in (level, upright)]

    def starts(self) -> Iterator[tuple[int, int]]:
        """Yield corners that may be the upper left of a cell."""
        yield from ((row, column) for row, column in np.argwhere(self._right & self._down).tolist())

    def smallest(self, upper: int, left: int) -> Iterator[Quad]:
        """Yield the smallest cell whose upper left corner is there, if there is any."""
        least = self._closing.least
        x, y = self._x[upper], self._y[:, left]
        rights = np.flatnonzero(self._left[upper] & self._down[upper] & (x - x[left] >= least))
        lowers = np.flatnonzero(self._right[:, left] & self._up[:, left] & (y - y[upper] >= least))
        lowers = lowers[np.argsort(y[lowers], kind="stable")]
        for right in rights[np.argsort(x[rights], kind="stable")].tolist():
            closing = self._left[lowers, right] & self._up[lowers, right]
            for lower in lowers[closing].tolist():
                cell = Quad(upper, lower, left, right)
                if self._has_sides(cell):
                    yield cell
                    return

    def _has_sides(self, cell: Quad) -> bool:
        """Say whether there is ink along all sides of ``cell``."""
        x, y = self._x, self._y
        upper, lower, left, right = cell
        return (
            self._has_side(0, upper, x[upper, left], x[upper, right])
            and self._has_side(0, lower, x[lower, left], x[lower, right])
            and self._has_side(1, left, y[upper, left], y[lower, left])
            and self._has_side(1, right, y[upper, right], y[lower, right])
        )

    def _has_side(self, direction: int, rule: int, start: float, end: float) -> bool:
        ink = self._inks[direction][rule]
        first, last = max(round(start), 0), min(round(end) + 1, len(ink) - 1)
        length = last - first
        return length > 0 and ink[last] - ink[first] >= self._closing.side * length


def _ink_along(rules: Rules) -> NDArray[np.int64]:
    """Return how much of each rule is ink before each x, (N, W + 1), in pixels."""
    places = np.arange(rules.mask.shape[1])
    rows = np.rint(rules.at(np.broadcast_to(places, (len(rules), len(places))))).astype(int)
    near = [
        rules.mask[(rows + step).clip(0, rules.mask.shape[0] - 1), places] > 0
        for step in (-1, 0, 1)
    ]
    ink = np.logical_or.reduce(near) | ~rules.seen[:, None]
    return np.pad(ink.cumsum(axis=1), ((0, 0), (1, 0)))
