"""Contrast -> long, thin, straight lines that run level or upright, of any ink, pale or dark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.clusters import find_groups
from emnist_device.detect.pieces import find_pieces
from emnist_device.detect.structure.curves import evaluate, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ruling:
    """Thresholds of what is a rule; lengths in pixels of the pooled contrast.

    side: the contrast is pooled until its long side has at most so many pixels. Each is the
        strongest of those that it stands for: a rule as wide as one pixel stays.
    runs: a rule is made of runs along a row or column of pixels, at first of those that are as long
        as this, longer than most that characters have; then upright ones of shorter runs.
    turn: a run may climb by so many pixels: with ``runs``, that bounds how far a rule is turned.
    gap: rules are whole beyond gaps of so many pixels, as between dots.
    widest: a rule is at most this wide.
    contrast, grain: least contrast of a rule with what is beside it (of 255), also in the third
        quartile of what looks like runs.
    slender: length of a rule over its width.
    near, covered: a parabola is fitted to what is within so many pixels of the one before; a rule
        has ink within the last of them along this fraction of it.
    across: pieces of one line are at most so far apart, with ink between them: that of a bold
        stroke.
    aligned, stray: they keep to one line within so many pixels, and so many more for each pixel
        between them.
    most: so many rules of each direction are looked at, the longest.
    """

    side: int = 800
    runs: tuple[int, int] = (16, 9)
    turn: int = 3
    gap: int = 3
    widest: int = 12
    contrast: int = 10
    grain: float = 4.0
    slender: float = 2.5
    near: tuple[float, ...] = (4.0, 2.5, 1.5)
    covered: float = 0.85
    across: float = 14.0
    aligned: float = 1.5
    stray: float = 0.04
    most: int = 300


RULING = Ruling()
# Pieces of a rule are joined by so many points of each. How far a dark line's blur reaches, in
# pixels.
_SAMPLES, _BLUR = 16, 2
_HALF = 0.5


@dataclass(frozen=True)
class Rules:
    """N rules of one direction, each a parabola y(x) from one x to another; of upright ones x(y).

    curves: (N, 3) float64, of x ** 2, x and 1. ends: (N, 2) float64. widths: (N,) float64. All in
    pixels.
    mask: (H, W) uint8, 0 but on what they were found in; of upright ones transposed.
    levels: (N,) float64, contrast of its ink (of 255).
    seen: (N,) bool, whether it was found, rather than told from others.
    """

    curves: NDArray[np.float64]
    ends: NDArray[np.float64]
    widths: NDArray[np.float64]
    levels: NDArray[np.float64]
    mask: NDArray[np.uint8]
    seen: NDArray[np.bool_]

    @classmethod
    def found(
        cls,
        curves: NDArray[np.float64],
        ends: NDArray[np.float64],
        widths: NDArray[np.float64],
        mask: NDArray[np.uint8],
    ) -> Rules:
        """Return rules that were found in ``mask``, their contrast still unknown."""
        yes = np.ones(len(ends), bool)
        return cls(curves, ends, widths, np.zeros(len(ends)), mask, yes)

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def lengths(self) -> NDArray[np.float64]:
        """How long each is, (N,)."""
        return np.asarray(self.ends[:, 1] - self.ends[:, 0])

    def at(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return y at each x of ``places`` (N, P), a row of them for each rule."""
        return evaluate(self.curves[:, None], places)

    def pick(self, which: NDArray[np.generic]) -> Rules:
        """Return the rules that ``which`` indexes."""
        return replace(self, **{name: getattr(self, name)[which] for name in _EACH})

    def followed_by(self, other: Rules) -> Rules:
        """Return these and the ``other`` rules."""
        parts = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _EACH
        }
        return replace(self, mask=cv2.bitwise_or(self.mask, other.mask), **parts)


# What is told of each rule.
_EACH = ("curves", "ends", "widths", "levels", "seen")


def pool(contrast: NDArray[np.uint8], *, ruling: Ruling = RULING) -> tuple[NDArray[np.uint8], int]:
    """Return ``contrast`` (H, W) uint8 in small, and how many of its pixels make one there."""
    factor = -(-max(contrast.shape) // ruling.side)
    if factor == 1 or min(contrast.shape) < factor:
        return contrast, 1
    high, wide = (factor * (side // factor) for side in contrast.shape)
    kernel = np.ones((factor, factor), np.uint8)
    strongest = cv2.dilate(contrast[:high, :wide], kernel, anchor=(0, 0))
    return np.ascontiguousarray(strongest[::factor, ::factor]), factor


def find_rules(
    small: NDArray[np.uint8], *, shorter: bool = False, ruling: Ruling = RULING
) -> Rules:
    """Return the level rules of the pooled contrast ``small`` (H, W) uint8.

    ``shorter``: also those that are no longer than characters are.
    """
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((1, ruling.gap + 1), np.uint8))
    thick = cv2.dilate(closed, np.ones((ruling.turn, 1), np.uint8))
    rules = _find_pieces(_runs(thick, ruling.runs[0], ruling), ruling.runs[0], ruling)
    if shorter:
        mask = _runs(thick, ruling.runs[1], ruling)
        rest = mask.copy()
        for rule in range(len(rules)):
            _clear(rest, rules, rule, ruling.turn + 2 * _BLUR)
        rules = rules.followed_by(_find_pieces(rest, ruling.runs[1], ruling))
    rules = _join(rules, thick, ruling)
    x = rules.ends[:, :1] + rules.lengths[:, None] * np.linspace(0, 1, _SAMPLES)
    return replace(rules, levels=np.median(_look(thick, rules.at(x), x), axis=1))


def _look(
    image: NDArray[np.uint8], y: NDArray[np.float64], x: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return the pixels of ``image`` (H, W) that are nearest to ``y`` and ``x``."""
    rows, columns = (np.rint(each).astype(int) for each in (y, x))
    return image[rows.clip(0, image.shape[0] - 1), columns.clip(0, image.shape[1] - 1)]


def _clear(mask: NDArray[np.uint8], rules: Rules, rule: int, around: int) -> None:
    """Clear a rule in ``mask`` (H, W), with ``around`` pixels more than it is wide."""
    start, end = rules.ends[rule].tolist()
    x = np.linspace(start, end, _SAMPLES)
    points = np.stack([x, evaluate(rules.curves[rule], x)], axis=1)
    width = int(rules.widths[rule]) + around
    whole = [np.rint(points).astype(np.int32)]
    cv2.polylines(mask, whole, isClosed=False, color=0, thickness=width)


def _runs(thick: NDArray[np.uint8], run: int, ruling: Ruling) -> NDArray[np.uint8]:
    """Return 255 on runs along the rows of ``thick`` that stand off what is above and below."""
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    across = np.ones((ruling.widest + ruling.turn, 1), np.uint8)
    alone = cv2.subtract(runs, cv2.morphologyEx(runs, cv2.MORPH_OPEN, across))
    level = max(ruling.contrast, ruling.grain * float(np.percentile(alone[::4, ::4], 75)))
    # The blur of a dark line makes it no wider.
    strongest = cv2.dilate(alone, np.ones((2 * _BLUR + 1, 1), np.uint8))
    stands = cv2.compare(alone, cv2.convertScaleAbs(strongest, alpha=0.5), cv2.CMP_GE)
    return np.where(alone >= level, stands, np.uint8(0))


def _find_pieces(mask: NDArray[np.uint8], least: int, ruling: Ruling) -> Rules:
    """Return the rules that pieces of ``mask`` (H, W) make that are at least so long."""
    pieces = find_pieces(mask)
    _, _, wide, _, area = pieces.stats.T
    long = (wide >= least) & (area <= ruling.widest * wide)
    long &= wide * wide >= ruling.slender * area
    long[0] = False
    kept = np.flatnonzero(long)
    kept = kept[np.argsort(-wide[kept], kind="stable")][: ruling.most]
    if not len(kept):
        return Rules.found(np.zeros((0, 3)), np.zeros((0, 2)), np.zeros(0), mask)
    number = np.full(len(wide), -1)
    number[kept] = np.arange(len(kept))
    there = np.flatnonzero(mask)
    owner = number[pieces.labels.ravel()[there]]
    own = owner >= 0
    owner, y, x = owner[own], *np.divmod(there[own], mask.shape[1])
    x, y = x.astype(float), y.astype(float)
    ends = np.stack([pieces.stats[kept, 0], pieces.stats[kept, 0] + wide[kept] - 1], axis=1)
    return _fit(owner, x, y, ends.astype(float), mask, ruling)


def _fit(
    owner: NDArray[np.intp],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    ends: NDArray[np.float64],
    mask: NDArray[np.uint8],
    ruling: Ruling,
) -> Rules:
    """Return the parabolas through points (P,) of N owners, where there is one."""
    wide, length = mask.shape[1], ends[:, 1] - ends[:, 0] + 1
    # What is written on a rule would draw it aside: where it is thicker than at the mean, it does
    # not count at first.
    column = owner * wide + x.astype(np.intp)
    own = np.bincount(column)[column] <= np.ceil(np.bincount(owner) / length)[owner]
    for near in ruling.near:
        curves = fit(owner[own], x[own], y[own], ends)
        own = np.abs(evaluate(curves[owner], x) - y) <= near
    seen = np.zeros(len(ends) * wide, bool)
    seen[column[own]] = True
    straight = seen.reshape(-1, wide).sum(axis=1) >= ruling.covered * length
    widths = _widths(owner, np.rint(y - evaluate(curves[owner], x)).astype(int), length, ruling)
    return Rules.found(curves, ends, widths, mask).pick(straight)


def _widths(
    owner: NDArray[np.intp], offset: NDArray[np.intp], length: NDArray[np.float64], ruling: Ruling
) -> NDArray[np.float64]:
    """Return how wide rules are (N,), from how far their points (P,) are beside their curves.

    A row beside a curve is the rule's where there is ink along half of it.
    """
    most = ruling.widest + ruling.turn
    near = np.abs(offset) <= most
    rows = 2 * most + 1
    place = owner[near] * rows + offset[near] + most
    share = np.bincount(place, minlength=len(length) * rows).reshape(-1, rows) / length[:, None]
    return np.maximum((share >= _HALF).sum(axis=1) - ruling.turn + 1.0, 1.0)


def _join(rules: Rules, thick: NDArray[np.uint8], ruling: Ruling) -> Rules:
    """Return ``rules`` with those in one that go on in one another, by ink of ``thick`` (H, W)."""
    first, last = rules.ends.T
    gap = first[None] - last[:, None]
    near = (gap > -ruling.runs[1]) & (gap <= ruling.across)
    near &= gap <= np.minimum(rules.lengths, rules.lengths[:, None])
    np.fill_diagonal(near, val=False)
    one, other = np.nonzero(near)
    allowed = ruling.aligned + ruling.stray * np.maximum(gap[one, other], 0)
    goes_on = np.ones(len(one), bool)
    for at in (last[one], first[other]):
        y = [evaluate(rules.curves[each], at) for each in (one, other)]
        goes_on &= np.abs(y[0] - y[1]) <= allowed
    one, other = one[goes_on], other[goes_on]
    x = last[one, None] + np.linspace(0, 1, _SAMPLES) * gap[one, other][:, None]
    ink = _look(thick, evaluate(rules.curves[one][:, None], x), x) >= ruling.contrast
    one, other = one[ink.all(axis=1)], other[ink.all(axis=1)]
    if not len(one):
        return rules
    group = find_groups(len(rules), one, other)
    x = first[:, None] + rules.lengths[:, None] * np.linspace(0, 1, _SAMPLES)
    ends = np.full((int(group.max()) + 1, 2), (np.inf, -np.inf))
    np.minimum.at(ends[:, 0], group, first)
    np.maximum.at(ends[:, 1], group, last)
    curves = fit(group.repeat(_SAMPLES), x.ravel(), rules.at(x).ravel(), ends)
    widths = np.bincount(group, rules.widths * rules.lengths) / np.bincount(group, rules.lengths)
    return Rules.found(curves, ends, widths, rules.mask)
