"""English letter sequences: how probable each letter is after the ones before it."""

from __future__ import annotations

import itertools
import math
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.artifact import MODELS
from emnist_edge.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LETTERS = string.ascii_lowercase
#: The table holds logarithms to base 2 in steps of this.
BITS_PER_STEP = 1 / 8


@dataclass(frozen=True)
class Pruning:
    """Which letters of a place are looked at; the rest would not change what is read.

    negligible: letters that explain it worse than its best by this factor are left out.
    most: so many are kept.
    strings: words with up to so many strings of these are read by writing these down, all words at
        once; it changes the time alone.
    """

    negligible: float = 3e-3
    most: int = 6
    strings: int = 200


PRUNING = Pruning()
# Nothing is divided by less.
_LEAST = 1e-300
# The logarithm of what is as good as impossible.
_LEAST_LEVEL = -1e4
# So many places are gone through before probabilities are rescaled: none of them underflows.
_RESCALED = 8


@dataclass(frozen=True)
class NGrams:
    """Probabilities of a letter after the ones before, as many as the table has axes less one.

    table: (27, ..., 27) float64; symbol 0 is the edge of a word, 1 to 26 are letters.
    """

    table: NDArray[np.float64]

    def read(
        self, emissions: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read one word, in several variants at once, such as in capitals and in small letters.

        Args:
            emissions: (V, N, 26), how well each letter explains each place of each variant.

        Returns:
            Logarithms of the evidence (V,), and the probability of each letter (V, N, 26).
        """
        return self._read(emissions, _keep(emissions))

    def _read(
        self, emissions: NDArray[np.float64], kept: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read one word as :meth:`read` does, of letters that are ``kept`` at each place."""
        edges = self.table.ndim - 1
        fits = [
            emissions[:, place, letters].reshape(len(emissions), *[1] * (edges - 1), -1)
            for place, letters in enumerate(kept)
        ]
        evidence, steps, states = self._forward(fits, self._symbols(kept))
        return evidence, self._backward(fits, kept, steps, states)

    def read_words(
        self,
        emissions: NDArray[np.float64],
        starts: NDArray[np.intp],
        lengths: NDArray[np.intp],
        live: NDArray[np.bool_],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read W words of ``lengths`` (W,) that begin at ``starts`` in ``emissions`` (V, N, 26).

        ``live`` (V, W) says which variants of each are looked at.

        Returns:
            Logarithms of the evidence (V, W), minus infinity for the others, and the probability of
            each letter (V, N, 26), zero for the others.
        """
        evidence, found = np.full(live.shape, -np.inf), np.zeros(emissions.shape)
        kept = _keep(np.where(np.repeat(live, lengths, axis=1)[..., None], emissions, 0))
        few: list[_Strings] = []
        for word in np.flatnonzero(live.any(axis=0)).tolist():
            rows = range(starts[word], starts[word] + lengths[word])
            choices = [kept[row] for row in rows]
            if math.prod(map(len, choices)) <= PRUNING.strings:
                few.append(_Strings(word, rows, choices))
                continue
            variants = np.flatnonzero(live[:, word])
            read = self._read(emissions[variants, rows.start : rows.stop], choices)
            evidence[variants, word], found[variants, rows.start : rows.stop] = read
        if few:
            self._write_down(few, emissions, evidence, found)
            evidence[~live] = -np.inf
            found[~np.repeat(live, lengths, axis=1)] = 0
        return evidence, found

    def _write_down(
        self,
        words: Sequence[_Strings],
        emissions: NDArray[np.float64],
        evidence: NDArray[np.float64],
        found: NDArray[np.float64],
    ) -> None:
        """Read ``words`` by all of their strings, into ``evidence`` and ``found``."""
        rows = np.concatenate([word.row_of_each for word in words])
        letters = np.concatenate([word.letters for word in words])
        counts = np.array([word.count for word in words])
        lengths = np.repeat([len(word.rows) for word in words], counts)
        ends = np.cumsum(lengths)
        with np.errstate(divide="ignore"):
            fits = np.log(emissions[:, rows, letters])
        levels = np.add.reduceat(fits, ends - lengths, axis=1) + self.score(letters, lengths)
        first = np.cumsum(counts) - counts
        most = np.maximum(np.maximum.reduceat(levels, first, axis=1), _LEAST_LEVEL)
        weights = np.exp(levels - np.repeat(most, counts, axis=1))
        totals = np.add.reduceat(weights, first, axis=1)
        with np.errstate(divide="ignore"):
            evidence[:, [word.number for word in words]] = most + np.log(totals)
        weights /= np.repeat(np.where(totals > 0, totals, 1), counts, axis=1)
        cells = np.arange(found.size).reshape(found.shape)[:, rows, letters]
        each = np.repeat(weights, lengths, axis=1)
        found += np.bincount(cells.ravel(), each.ravel(), found.size).reshape(found.shape)

    def score(self, letters: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the logarithm of the probability of each word, (W,).

        ``letters`` (N,), 0 to 25, are those of words of ``lengths`` (W,), one after another.
        """
        edges = self.table.ndim - 1
        before = np.repeat(np.arange(1, len(lengths) + 1), lengths) * edges
        # Edges stand before, between and after words; the window that ends each word is the first
        # that ends in one of the next.
        symbols = np.zeros(len(letters) + edges * (len(lengths) + 1), np.intp)
        symbols[np.arange(len(letters)) + before] = letters + 1
        windows = tuple(symbols[step : len(symbols) - edges + step] for step in range(edges + 1))
        costs = np.log(self.table[windows])
        starts = np.cumsum(lengths) - lengths + edges * np.arange(len(lengths))
        spans = np.stack([starts, starts + lengths + 1], axis=1).ravel()
        return np.asarray(np.add.reduceat(np.append(costs, 0), spans)[::2])

    def _symbols(self, kept: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """Return the symbols of each place, with the edges of the word around them."""
        edge = np.zeros(1, np.int64)
        return [edge] * (self.table.ndim - 1) + [letters + 1 for letters in kept] + [edge]

    def _forward(
        self, fits: Sequence[NDArray[np.float64]], symbols: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.float64], list[NDArray[np.float64]], list[NDArray[np.float64]]]:
        """Return the evidence, and at each place the step to it and the state.

        A step is the probability of a letter after the ones before. A state, (V, letters of order -
        1 places), is how probable these are by what is up to the last of them. ``fits`` are the
        letters' emissions.
        """
        order, variants = self.table.ndim, len(fits[0])
        flat = self.table.ravel()
        windows = _Windows(symbols, len(self.table))
        state = np.ones((variants, *[1] * (order - 1)))
        evidence = np.zeros(variants)
        steps: list[NDArray[np.float64]] = []
        states: list[NDArray[np.float64]] = []
        for place in range(len(fits) + 1):
            step = flat[windows.of(place, order)]
            state = np.add.reduce(state[..., None] * step, axis=1)
            if place < len(fits):
                state *= fits[place]
            if place % _RESCALED == 0 or place == len(fits):
                total = np.add.reduce(state.reshape(variants, -1), axis=1)
                state /= np.maximum(total, _LEAST).reshape(-1, *[1] * (order - 1))
                with np.errstate(divide="ignore"):
                    evidence += np.log(total)
            steps.append(step)
            states.append(state)
        return evidence, steps, states

    def _backward(
        self,
        fits: Sequence[NDArray[np.float64]],
        kept: Sequence[NDArray[np.int64]],
        steps: Sequence[NDArray[np.float64]],
        states: Sequence[NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        order, variants = self.table.ndim, len(fits[0])
        found = np.zeros((len(fits), variants, len(LETTERS)))
        # after: how well what follows is explained, for each state.
        after = np.ones_like(states[-1])
        for place in range(len(fits) - 1, -1, -1):
            after = np.add.reduce(steps[place + 1] * after[:, None], axis=-1)
            if place % _RESCALED == 0:
                most = after.reshape(variants, -1).max(axis=1)
                after /= np.maximum(most, _LEAST).reshape(-1, *[1] * (order - 1))
            weight = (states[place] * after).reshape(variants, -1, len(kept[place]))
            found[place][:, kept[place]] = np.add.reduce(weight, axis=1)
            after = after * fits[place]
        found /= np.maximum(np.add.reduce(found, axis=2), _LEAST)[..., None]
        return found.transpose(1, 0, 2)


class _Strings:
    """All strings of one word: number, rows of its places, count, and letters one after another."""

    def __init__(self, number: int, rows: range, choices: Sequence[NDArray[np.int64]]) -> None:
        self.number, self.rows = number, rows
        strings = list(itertools.product(*(letters.tolist() for letters in choices)))
        self.count = len(strings)
        self.letters = np.array(strings, np.intp).ravel()
        self.row_of_each = np.tile(np.arange(rows.start, rows.stop), self.count)


class _Windows:
    """Indices of all strings of neighbouring symbols into a table of ``base`` ** their number."""

    def __init__(self, symbols: Sequence[NDArray[np.int64]], base: int) -> None:
        self._known = {(place, 1): own for place, own in enumerate(symbols)}
        self._base = base

    def of(self, place: int, count: int) -> NDArray[np.int64]:
        """Return the indices of ``count`` symbols from ``place`` on, an axis each."""
        if (place, count) not in self._known:
            half = count // 2
            first, rest = self.of(place, count - half), self.of(place + count - half, half)
            joined = np.add.outer(first * self._base**half, rest)
            self._known[place, count] = joined
        return self._known[place, count]


def load_ngrams(path: Path = MODELS / "english.npz") -> NGrams:
    """Return the table in ``path``; raises ModelError where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as content:
            costs = content["costs"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); install the package again") from error
    if costs.dtype != np.uint8 or costs.ndim < 2 or set(costs.shape) != {len(LETTERS) + 1}:
        raise ModelError(f"{path}: is no table of letter sequences; install the package again")
    return NGrams(np.exp2(-BITS_PER_STEP * costs.astype(np.float64)))


def _keep(emissions: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Return for each place the letters that are worth a look, in order."""
    best = emissions.max(axis=0)
    likely = best > PRUNING.negligible * best.max(axis=1, keepdims=True)
    many = np.flatnonzero(likely.sum(axis=1) > PRUNING.most)
    order = np.argsort(-best[many], axis=1, kind="stable")
    likely[many[:, None], order[:, PRUNING.most :]] = False
    _, letters = np.nonzero(likely)
    return np.split(letters, np.cumsum(likely.sum(axis=1))[:-1])
