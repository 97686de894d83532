"""Word context: a zero among letters is an O, a one among digits is no I.

Shapes such as 0/O, 1/I/L, 2/Z and 5/S carry no difference; the company they keep does. Each word is
of a kind: digits, capitals, small letters, capitalized, mixed, a row of one character or a series
as on sheets of samples, or an English word in one of three cases. How common each kind is on a page
is estimated from the page itself (expectation maximization over a mixture of the kinds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Reading
from emnist_device.text.chains import CHAINS, Chains, chain_steps
from emnist_device.text.frequencies import CHARACTER_KINDS, WORD_KINDS
from emnist_device.text.kind_words import KindWord
from emnist_device.text.mixtures import MIXTURES, find_makeup, mix_kinds, posterior_kinds
from emnist_device.text.ngrams import NGrams, load_ngrams
from emnist_device.text.restraint import even_out
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


# Places of words that are looked at together as rows and series, at some 4 kB each.
_TOGETHER = 2000
# Nothing is divided by less.
_LEAST = 1e-300

# Of each kind, what its words begin with and go on with.
_SETS = {
    "digits": (DIGITS, DIGITS),
    "capitals": (UPPER, UPPER),
    "small": (LOWER, LOWER),
    "capitalized": (UPPER, LOWER),
}
# Columns of capitals and of small letters, both from A to Z.
_CAPITAL, _SMALL = slice(10, 36), slice(36, 62)


class Context:
    """The kinds of words, each with all strings of that kind.

    Args:
        background: (62,) how common each character is in mixed words; sums to 1.
        kind: see :class:`emnist_device.decoding.Decoding`; ``none`` knows mixed words only.
    """

    def __init__(self, background: NDArray[np.float64], kind: str) -> None:
        named = {} if kind == "none" else _SETS
        uniform = [
            [[(char in chars) / len(chars) for char in BYCLASS] for chars in pair]
            for pair in named.values()
        ]
        self.weights = np.array([*uniform, [background, background]])  # (kinds, first/rest, 62)
        self.chains = kind != "none"
        self.ngrams = load_ngrams() if kind == "english" else None
        usual = WORD_KINDS
        frequencies = [getattr(usual, name) for name in (*named, "mixed")]
        frequencies += [*usual.rows, *usual.series] if self.chains else []
        frequencies += [*usual.english] if self.ngrams else []
        self.prior = np.array(frequencies) / sum(frequencies)
        of_mixed = background @ CHARACTER_KINDS
        self.makeup = find_makeup(of_mixed, named, english=self.ngrams is not None)

    def read(self, emissions: NDArray[np.float64], lengths: NDArray[np.intp]) -> Kinds:
        """Read words of ``lengths`` (W,), one after another, by each kind.

        ``emissions`` (N, 62) say how well each character explains each place.
        """
        starts = np.cumsum(lengths) - lengths
        word = np.repeat(np.arange(len(lengths)), lengths)
        even = even_out(emissions, word) if self.chains else emissions
        return Kinds(self, emissions, even, starts, lengths, word)

    def find_frequencies(self, kinds: Kinds) -> NDArray[np.float64]:
        """Return how common each kind is on the page with these words.

        A lone character tells nothing of its kind.
        """
        return self.prior if len(kinds.word) == 1 else mix_kinds(kinds.evidence, self.prior)


class Kinds:
    """Words as each kind explains them.

    evidence: (W, kinds) logarithms.
    """

    def __init__(
        self,
        context: Context,
        emissions: NDArray[np.float64],
        even: NDArray[np.float64],
        starts: NDArray[np.intp],
        lengths: NDArray[np.intp],
        word: NDArray[np.intp],
    ) -> None:
        self._context, self._emissions, self._even = context, emissions, even
        self._starts, self._lengths, self.word = starts, lengths, word
        self._place = np.arange(len(word)) - starts[word]
        levels = [self._by_sets(even)]
        self._batches: list[tuple[NDArray[np.intp], Chains]] = []
        if context.chains:
            self._batches = list(self._follow(even))
            levels.append(np.empty((len(lengths), CHAINS)))
            for words, chains in self._batches:
                levels[-1][words] = chains.evidence
        if context.ngrams is not None:
            best = np.concatenate(levels, axis=1).max(axis=1)
            letters = _in_cases(even, starts)
            live = _worth_a_look(letters, starts, lengths, best)
            level, self._letters = context.ngrams.read_words(letters, starts, lengths, live)
            levels.append(level.T)
        self.evidence = np.concatenate(levels, axis=1)

    def readings(self, frequencies: NDArray[np.float64]) -> list[Reading]:
        """Return what each word is read as, ``frequencies`` (kinds,) being how common kinds are.

        What is printed is the most probable character of each place: with kinds that know no word
        from another, that makes the fewest errors.
        """
        posterior = posterior_kinds(self.evidence, frequencies)
        marginals = self._marginals(posterior)
        single = np.flatnonzero(self._lengths == 1)
        if self._context.chains:
            marginals[self._starts[single]] = self._look_alone(single, frequencies)
        best = marginals.argmax(axis=1)
        with np.errstate(divide="ignore"):
            evidence = np.logaddexp.reduce(self.evidence + np.log(frequencies), axis=1)
        chances = self.chances(posterior, best, np.arange(len(posterior)))
        chances[single] = marginals[self._starts[single]].max(axis=1)
        ends = self._starts + self._lengths
        return [
            Reading(
                float(level),
                marginals[start:end],
                tuple(best[start:end].tolist()),
                chance,
                KindWord(self, number, posterior[number]),
            )
            for number, (level, start, end, chance) in enumerate(
                zip(evidence, self._starts, ends, chances.tolist(), strict=True)
            )
        ]

    def _look_alone(
        self, words: NDArray[np.intp], frequencies: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what ``words`` (M,) of one character each are, (M, 62).

        One character tells nothing of its kind: it is what it looks like, and of digits or letters
        as these are more common on the page than usual.
        """
        makeup = self._context.makeup
        tilt = ((frequencies @ makeup) / (self._context.prior @ makeup)) ** MIXTURES.alone
        mixed = self._context.weights[-1, 0] * (CHARACTER_KINDS @ tilt)
        found = self._emissions[self._starts[words]] * mixed
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), _LEAST))

    def chances(
        self, posterior: NDArray[np.float64], labels: NDArray[np.intp], words: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Return how probable it is that all characters of ``words`` (M,) are ``labels``: (M,).

        ``words`` are numbers, ``posterior`` (M, kinds) says of what kind each is. ``labels`` are of
        their characters, one word after the other.
        """
        lengths = self._lengths[words]
        starts = np.cumsum(lengths) - lengths
        place = np.arange(len(labels)) - np.repeat(starts, lengths)
        fits = self._even[np.repeat(self._starts[words], lengths) + place, labels]
        weights = self._context.weights[:, (place > 0).astype(np.intp), labels]
        with np.errstate(divide="ignore"):
            levels = [np.add.reduceat(np.log(weights * fits), starts, axis=1).T]
        if self._context.chains:
            with np.errstate(divide="ignore"):
                steps = np.log(chain_steps(labels, place) * fits)
            levels.append(np.add.reduceat(steps, starts, axis=1).T)
        if self._context.ngrams is not None:
            levels.append(_score(self._context.ngrams, labels, fits, lengths))
        evidence = self.evidence[words]
        known = np.isfinite(evidence)
        change = np.concatenate(levels, axis=1) - np.where(known, evidence, 0)
        return np.asarray((posterior * np.exp(np.minimum(change, 0)) * known).sum(axis=1))

    def _by_sets(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the evidence (W, sets) of kinds that are sets of characters."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.add.reduceat(np.log(self._masses(emissions)), self._starts))

    def _masses(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how well each such kind explains each place, (N, sets)."""
        weights = self._context.weights
        mass = emissions @ weights[:, 1].T
        mass[self._starts] = emissions[self._starts] @ weights[:, 0].T
        return mass

    def _marginals(self, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each character at each place, (N, 62)."""
        weights = self._context.weights
        weight = posterior[self.word, : len(weights)]
        weight = weight / np.maximum(self._masses(self._emissions), _LEAST)
        found = weight @ weights[:, 1]
        found[self._starts] = weight[self._starts] @ weights[:, 0]
        found *= self._emissions
        first = len(weights)
        for words, chains in self._batches:
            table = chains.marginals(posterior[words, first : first + CHAINS])
            for column, number in enumerate(words):
                start, length = self._starts[number], self._lengths[number]
                found[start : start + length] += table[:length, column]
        if self._context.ngrams is not None:
            weight = posterior[self.word, -len(self._letters) :].T[..., None]
            capitals, small, capitalized = weight * self._letters
            capitals[self._starts] += capitalized[self._starts]
            capitalized[self._starts] = 0
            found[:, _CAPITAL] += capitals
            found[:, _SMALL] += small + capitalized
        return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), _LEAST))

    def _follow(self, emissions: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.intp], Chains]]:
        """Yield some words at a time, as numbers (B,), and how rows and series explain them."""
        order = np.argsort(-self._lengths, kind="stable")
        while len(order):
            longest = int(self._lengths[order[0]])
            words, order = np.split(order, [max(1, _TOGETHER // longest)])
            lengths = self._lengths[words]
            table = np.zeros((longest, len(words), len(BYCLASS)))
            place = np.arange(longest)[:, None]
            inside = place < lengths
            table[inside] = emissions[(self._starts[words] + place)[inside]]
            yield words, Chains.follow(table, lengths)


def _score(
    ngrams: NGrams,
    labels: NDArray[np.intp],
    fits: NDArray[np.float64],
    lengths: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return the evidence (M, 3) of words of ``lengths`` (M,) whose ``labels`` are so, as English.

    ``labels`` and ``fits`` are of their characters, one word after the other: how well each
    explains its place.
    """
    starts = np.cumsum(lengths) - lengths
    capital = labels < _CAPITAL.stop
    first = np.zeros(len(labels), bool)
    first[starts] = True
    cases = np.stack([capital, ~capital, capital == first]) & (labels >= _CAPITAL.start)
    letters = np.maximum(labels - np.where(capital, _CAPITAL.start, _SMALL.start), 0)
    with np.errstate(divide="ignore"):
        level = np.log(np.where(cases, fits, 0))
    own = np.add.reduceat(level, starts, axis=1) + ngrams.score(letters, lengths)
    return np.asarray(own.T)


def _in_cases(emissions: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the emissions of letters, (3, N, 26): in capitals, in small letters, capitalized."""
    small = emissions[:, _SMALL]
    letters = np.stack([emissions[:, _CAPITAL], small, small])
    letters[2, starts] = letters[0, starts]
    return letters


def _worth_a_look(
    letters: NDArray[np.float64],
    starts: NDArray[np.intp],
    lengths: NDArray[np.intp],
    best: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return which cases of which words English may explain nearly as well as ``best``, (3, W)."""
    # No string is explained better than by the best character of each place.
    with np.errstate(divide="ignore"):
        bounds = np.add.reduceat(np.log(letters.max(axis=2)), starts, axis=1)
    return np.asarray((bounds > best - MIXTURES.hopeless) & (lengths <= MIXTURES.longest))
