"""Height and baseline: what the place of a character in its line says about it.

A glyph has lost its size: c and C, o and 0 are one shape. On the line, capitals and digits stand as
high as b and d, c and o are about 0.6 of that, and p and y reach below. How high capitals are and
where the baseline runs is not known; all that fit are tried, each as probable as it makes the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.baselines import find_baselines
from emnist_device.text.forms import LETTER_FORMS, SYMBOL_FORMS, FormTable
from emnist_device.text.frequencies import HEIGHT_KINDS
from emnist_edge.alphabet import BYCLASS, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.text.spacing import PlacedLine


@dataclass(frozen=True)
class Places:
    """Thresholds of heights and baselines.

    By trial, on drawn pages in both cases (``python -m evaluate.case``). With half or
    twice as much of any, as many of 1,397 characters of development pages are wrong, ignoring case.

    odd: fraction of characters that are written anyhow: with ``2 ** (doublings / 2)`` times the
        usual deviations.
    per_e: cap heights that are tried for each factor of e.
    hopeless: hypotheses that explain a line worse than the best by this factor, as a logarithm,
        tell nothing.
    line_spread: lines of a page are alike in size: the standard deviation of the logarithm.
    other_size: but for this fraction of the lines.
    """

    odd: float = 0.08
    doublings: int = 4
    per_e: int = 14
    hopeless: float = 30.0
    line_spread: float = 0.12
    other_size: float = 0.1


PLACES = Places()

# Digits, capitals, small, capitalized and mixed words: how common they are, and which of the sets
# of characters they begin and go on with.
_KINDS = np.array(
    [
        HEIGHT_KINDS.digits,
        HEIGHT_KINDS.capitals,
        HEIGHT_KINDS.small,
        HEIGHT_KINDS.capitalized,
        HEIGHT_KINDS.mixed,
    ]
)
_FIRST, _REST = [0, 1, 2, 1, 3], [0, 1, 2, 2, 3]
_LETTERS = FormTable(BYCLASS, LETTER_FORMS)
_ALL = FormTable(BYCLASS + SYMBOLS, (*LETTER_FORMS, *SYMBOL_FORMS))
# Nothing is less probable; so many probabilities are multiplied before their logarithm is taken.
_LEAST, _FEW = 1e-30, 8
# What is farther off than this many widths of a bell, squared, is as improbable as that: two such
# make no number that is too small for a float32.
_FARTHEST = np.float32(40)
# So many characters of a line are looked at together.
_TOGETHER = 80
# Lines whose baselines are kept: symbols are told first, then letters weighed, and most lines of a
# page are the same for both.
_KEPT_LINES = 100


def weigh_places(
    emissions: NDArray[np.float64], lines: Sequence[PlacedLine]
) -> NDArray[np.float64]:
    """Return factors, as many as ``emissions``, by which height and baseline speak for characters.

    Args:
        emissions: (N, 62), how well each of ``BYCLASS`` explains each glyph; or (N, 92), each of
            these and of ``SYMBOLS``.
        lines: where the characters stand, and which make words; N in all.
    """
    if not lines:
        return np.ones_like(emissions)
    boxes = [box for line in lines for box in line.boxes]
    heights = _log_heights(boxes)
    ends = np.array([0.03, 0.97]) * (len(heights) - 1)
    low, high = np.interp(ends, np.arange(len(heights)), np.sort(heights))
    grid = np.arange(low - 0.3, high + 1.0, 1 / PLACES.per_e)
    begins = np.zeros(len(emissions), bool)
    begins[[word.start for line in lines for word in line.words]] = True
    table = _LETTERS if emissions.shape[1] == len(BYCLASS) else _ALL
    mass = _explain(emissions, begins, table)
    parts = list(_parts([len(line.boxes) for line in lines]))
    looks = [
        _Line(table, mass[:, part], _Stand.of(tuple(boxes[part])), begins[part], grid)
        for part in parts
    ]
    told = np.array([line.sizes() for line in looks])
    counts = np.array([part.stop - part.start for part in parts], float)
    near = np.exp(-0.5 * ((grid[:, None] - grid) / PLACES.line_spread) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    told *= counts[:, None]
    others = np.maximum(told.sum(axis=0) - told, 0)
    alike = others @ near / np.maximum(counts.sum() - counts, 1)[:, None]
    fraction = PLACES.other_size if len(parts) > 1 else 1.0
    priors = np.log(fraction / len(grid) + (1 - fraction) * alike)
    fit = [line.fit(prior) for line, prior in zip(looks, priors, strict=True)]
    return np.asarray(np.concatenate(fit)[:, table.of_char])


def _parts(lengths: Sequence[int]) -> Iterator[slice]:
    """Yield the rows of each line of ``lengths``, and of parts of a long one."""
    start = 0
    for length in lengths:
        for first in range(start, start + length, _TOGETHER):
            yield slice(first, min(first + _TOGETHER, start + length))
        start += length


def _explain(
    emissions: NDArray[np.float64], begins: NDArray[np.bool_], table: FormTable
) -> NDArray[np.float64]:
    """Return how well each kind of word explains each glyph by each form: (kinds, N, forms)."""
    of_sets = np.stack([emissions @ (chars[:, None] * table.within) for chars in table.kinds])
    return np.where(begins[:, None], of_sets[_FIRST], of_sets[_REST])


def _log_heights(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return logarithms of the heights of ``boxes``, (N,)."""
    return np.log(np.array([box.height for box in boxes], float).clip(1))


@dataclass(frozen=True)
class _Stand:
    """How the characters of a line stand.

    heights: (N,) logarithms of the boxes' heights. above: (B, N), how far their lower ends are
    above each baseline that the line may have, in pixels.
    """

    heights: NDArray[np.float64]
    above: NDArray[np.float64]

    @staticmethod
    @lru_cache(maxsize=_KEPT_LINES)
    def of(boxes: tuple[Box, ...]) -> _Stand:
        """Return how characters in ``boxes`` stand."""
        sizes = np.array([(box.height, box.bottom, box.x + box.width / 2) for box in boxes])
        return _Stand(_log_heights(boxes), find_baselines(sizes))


class _Line:
    """One line under all hypotheses: cap heights of ``grid`` (G,) and baselines (B,).

    Args:
        table: the forms of characters.
        mass: (kinds, N, forms), how well each kind of word explains each glyph.
        stand: how the characters stand.
        begins: (N,) where words begin.
        grid: logarithms of cap heights.
    """

    def __init__(
        self,
        table: FormTable,
        mass: NDArray[np.float64],
        stand: _Stand,
        begins: NDArray[np.bool_],
        grid: NDArray[np.float64],
    ) -> None:
        self._starts = begins.copy()
        self._starts[0] = True
        heights, above = stand.heights[:, None] - grid, stand.above.T[:, None]
        fits = _densities(table, heights[..., None], above / np.exp(grid)[:, None])
        terms = _relative(np.matmul(mass.transpose(1, 0, 2).astype(np.float32), fits))
        together = self._together(terms)
        words = _mix(together)
        total = words.sum(axis=0)
        self._total = total.reshape(len(grid), -1)
        # All of this would be large, of a long page: what no other line can save is not kept.
        least = total.max() - PLACES.hopeless - np.log(len(grid) / PLACES.other_size)
        self._near = np.flatnonzero(total > least)
        self._kept = [each.take(self._near, axis=-1) for each in (fits, terms, together, words)]

    def sizes(self) -> NDArray[np.float64]:
        """Return the probability of each cap height (G,) that the line alone tells."""
        weight = np.exp(self._total - self._total.max())
        return np.asarray(weight.sum(axis=1) / weight.sum())

    def fit(self, prior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (N, forms): the fit of each form, by a size that the others of the line tell.

        ``prior`` (G,) are logarithms of how probable each cap height is by what other lines tell:
        between that of any where lines differ in size, and 1.
        """
        total = (self._total + prior[:, None]).ravel()[self._near]
        near = np.flatnonzero(total > total.max() - PLACES.hopeless)
        fits, terms, together, words = (each.take(near, axis=-1) for each in self._kept)
        word = np.cumsum(self._starts) - 1
        others = _mix(together[word] - np.log(terms))
        rest = (total[near] - words)[word] + others
        weight = np.exp(rest - rest.max(axis=1, keepdims=True))
        fit = np.matmul(fits, weight[..., None])[..., 0]
        return np.asarray(fit / fit.max(axis=1, keepdims=True))

    def _together(self, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return logarithms of how well each kind explains each word, (words, kinds, H).

        ``terms`` (N, kinds, H): how well each explains each glyph.
        """
        # Products of few numbers keep within a float's range; of these, logarithms are summed.
        pieces = self._starts | (np.arange(len(self._starts)) % _FEW == 0)
        products = np.multiply.reduceat(terms, np.flatnonzero(pieces))
        words = np.flatnonzero(self._starts[pieces])
        return np.asarray(np.add.reduceat(np.log(products), words))


def _relative(terms: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return ``terms`` (N, kinds, H), how well each kind explains each glyph, the best 1."""
    most = terms.max(axis=(1, 2), keepdims=True).astype(np.float64)
    scaled = np.divide(terms, most, dtype=np.float64)
    return np.asarray(np.maximum(scaled, _LEAST, out=scaled))


def _mix(of_kinds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm (M, H) of the mean over kinds of words, of logarithms (M, kinds, H)."""
    most = of_kinds.max(axis=1)
    return np.asarray(most + np.log(_KINDS @ np.exp(of_kinds - most[:, None])))


def _densities(
    table: FormTable, height: NDArray[np.float64], above: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return how well each form fits, (N, forms, G * B), with heavy tails for odd characters.

    Args:
        table: the forms.
        height: (N, G, 1), logarithms of heights over cap heights.
        above: (N, G, B), how far lower ends are above baselines, in cap heights.
    """
    wider = 2 ** (PLACES.doublings / 2)
    lower = _bell(above[:, None], table.low, wider * table.drop)
    tall = _bell(height[:, None], table.tall, wider * table.spread)
    usual_lower, usual_tall = lower * lower, tall * tall
    for _ in range(PLACES.doublings - 1):
        usual_lower *= usual_lower
        usual_tall *= usual_tall
    tall *= (PLACES.odd / wider**2 / table.area).astype(np.float32)
    usual_tall *= ((1 - PLACES.odd) / table.area).astype(np.float32)
    count, _, *hypotheses = lower.shape
    found = np.empty((count, len(table.tall), *hypotheses), np.float32)
    for form, end in enumerate(table.end_of):
        np.multiply(usual_tall[:, form], usual_lower[:, end], out=found[:, form])
        found[:, form] += tall[:, form] * lower[:, end]
    return found.reshape(count, len(table.tall), -1)


def _bell(
    values: NDArray[np.float64], middle: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the density of the normal distribution at ``values``, 1 in its middle."""
    scaled = ((values - middle) / (np.sqrt(2) * deviation)).astype(np.float32)
    scaled *= -scaled
    return np.exp(np.maximum(scaled, -_FARTHEST, out=scaled), out=scaled)
