"""Strokes that are no character: what is found beside characters, or cut wrongly out of them.

What looks like a character when it stands alone is left out: half a B is a 3, the corner of a box
an L, a single rule a hyphen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Strokes = list[NDArray[np.float64]]
    Maker = Callable[[Sequence[Strokes], np.random.Generator], Strokes]

# Long side that things have at most, in cap heights: sheets have room for no more around each.
_MOST = 1.6


def draw_nothing(characters: Sequence[Strokes], count: int, seed: int) -> list[Strokes]:
    """Return the strokes of ``count`` things that are no character, in cap heights.

    ``characters``: strokes of characters to make them of, (n, 2) x and y down, in cap heights.
    """
    rng = np.random.default_rng(seed)
    weights = np.array(list(_KINDS.values()))
    kinds = rng.choice(len(_KINDS), count, p=weights / weights.sum())
    makers = list(_KINDS)
    return [_fitted(makers[kind](characters, rng)) for kind in kinds.tolist()]


def join(characters: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return two or three characters side by side that were taken for one."""
    joined = _pick(characters, rng)
    for _ in range(int(rng.choice([1, 2], p=[0.75, 0.25]))):
        joined += _placed(_pick(characters, rng), _width(joined) + rng.uniform(-0.12, 0.15), 0.0)
    return joined


def stack(characters: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return two characters of neighbouring lines that touch."""
    upper, lower = _pick(characters, rng), _pick(characters, rng)
    height = -min(float(stroke[:, 1].min()) for stroke in lower)
    raised = _placed(upper, rng.uniform(-0.2, 0.2), -height - rng.uniform(-0.1, 0.15))
    return [*raised, *lower]


def cut_between(characters: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return the right part of a character with the left part of the next one."""
    left, right = _pick(characters, rng), _pick(characters, rng)
    first = _clipped(left, rng.uniform(0.35, 0.65) * _width(left), np.inf)
    second = _clipped(right, -np.inf, rng.uniform(0.35, 0.65) * _width(right))
    if not first or not second:
        first, second = left, right
    return first + _placed(second, _width(left) + rng.uniform(0.0, 0.2), 0.0)


def cross_out(characters: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return a character, or two, with lines to and fro over it."""
    crossed = join(characters, rng) if rng.random() < 0.4 else _pick(characters, rng)
    points = np.concatenate(crossed)
    low, high = points.min(axis=0) - 0.1, points.max(axis=0) + 0.1
    turns = int(rng.integers(4, 9))
    across = np.linspace(0, 1, turns)
    if rng.random() < 0.5:  # down the character, from side to side; else along it, up and down
        shares = np.stack([np.arange(turns) % 2, across], axis=1)
    else:
        shares = np.stack([across, np.arange(turns) % 2], axis=1)
    shares = shares + rng.normal(0, 0.08, shares.shape)
    return [*crossed, _smooth(low + shares * (high - low))]


def scribble(_: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return a line that goes to and fro on itself, as pens are tried or words blotted out."""
    size = np.array([rng.uniform(0.5, 1.6), rng.uniform(0.4, 1.2)])
    return [_smooth(rng.uniform(0, 1, (int(rng.integers(9, 22)), 2)) * size)]


def grid(_: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return a piece of a table or comb: two or three rules, and one or more across."""
    rules, teeth = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    if rules == 1 and teeth == 2:
        teeth = 3  # two teeth on one rule are a U
    size = np.array([rng.uniform(0.6, 2.0), rng.uniform(0.4, 1.4)])
    levels = np.linspace(0, 1, rules) if rules > 1 else np.array([1.0])
    lines = [np.array([[-0.1, level], [1.1, level]]) for level in levels]
    lines += [np.array([[at, -0.1], [at, 1.1]]) for at in np.linspace(0, 1, teeth)]
    turn = rng.normal(0, 0.03, (2, 2)) + np.eye(2)
    return [_smooth(line * size @ turn) for line in lines]


def scatter(_: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return specks, four or more, that were taken for one thing."""
    count = int(rng.integers(4, 14))
    places = rng.uniform(0, 1, (count, 2)) * rng.uniform(0.5, 1.5, 2)
    return [
        _smooth(np.stack([place, place + rng.normal(0, 0.03, 2), place + rng.normal(0, 0.03, 2)]))
        for place in places
    ]


#: What makes what is no character, and how often it is taken, as weights.
_KINDS: dict[Maker, float] = {
    join: 4, stack: 1, cut_between: 2.5, cross_out: 2, scribble: 1, grid: 1.5, scatter: 1,
}  # fmt: skip


def _pick(characters: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Return one of ``characters``, the left of its box at 0 and its lower end at 0."""
    strokes = characters[int(rng.integers(len(characters)))]
    points = np.concatenate(strokes)
    corner = np.array([points[:, 0].min(), points[:, 1].max()])
    return [stroke - corner for stroke in strokes]


def _fitted(strokes: Strokes) -> Strokes:
    """Return ``strokes``, smaller where their long side is more than :data:`_MOST`."""
    long = float(np.ptp(np.concatenate(strokes), axis=0).max())
    return [stroke * min(1.0, _MOST / max(long, 1e-6)) for stroke in strokes]


def _placed(strokes: Strokes, x: float, y: float) -> Strokes:
    return [stroke + np.array([x, y]) for stroke in strokes]


def _width(strokes: Strokes) -> float:
    """Return how far ``strokes`` go to the right of 0."""
    return max(float(stroke[:, 0].max()) for stroke in strokes)


def _clipped(strokes: Strokes, left: float, right: float) -> Strokes:
    """Return the parts of ``strokes``, points near each other, between two upright lines."""
    parts: Strokes = []
    for stroke in strokes:
        inside = (stroke[:, 0] >= left) & (stroke[:, 0] <= right)
        ends = np.flatnonzero(np.diff(inside)) + 1
        parts += [
            piece
            for piece, within in zip(np.split(stroke, ends), np.split(inside, ends), strict=True)
            if within[0] and len(piece) > 1
        ]
    return parts


def _smooth(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the line through ``corners`` (n, 2), with points so near each other as pens leave."""
    at = np.linspace(0, len(corners) - 1, 8 * (len(corners) - 1) + 1)
    known = np.arange(len(corners))
    path = np.stack([np.interp(at, known, axis) for axis in corners.T], axis=1)
    for _ in range(4):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path
