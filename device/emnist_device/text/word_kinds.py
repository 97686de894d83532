"""Word context: a zero among letters is an O, a one among digits is no I.

Shapes such as 0/O, 1/I/L, 2/Z and 5/S carry no difference; the company they keep does. Each word is
of a kind: digits, capitals, small letters, capitalized, mixed, a row of one character or a series
as on sheets of samples, or an English word in one of three cases. How common each kind is on a page
is estimated from the page itself (expectation maximization over a mixture of the kinds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Reading
from emnist_device.text.chains import CHAINS, Chains, chain_steps
from emnist_device.text.frequencies import WORD_KINDS
from emnist_device.text.ngrams import NGrams, load_ngrams
from emnist_device.text.restraint import even_out
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Mixtures:
    """How the kinds of words of a page are found out.

    prior_words: for how many words' worth the usual frequencies of kinds count beside those of the
        page. By hand; with half and with twice as many, as many characters of development pages
        are wrong.
    rounds: of expectation maximization; more change nothing to speak of.
    hopeless: an English word that is less probable than other kinds by this factor, as a logarithm,
        is not looked at.
    longest: nor is one of more letters.
    """

    prior_words: float = 3.0
    rounds: int = 4
    hopeless: float = 8.0
    longest: int = 40


MIXTURES = Mixtures()
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
        self._alone = np.arange(len(frequencies)) == len(named)

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

        A lone character tells nothing of its kind: it is taken for what it looks like.
        """
        if len(kinds.word) == 1:
            return self._alone.astype(float)
        return mix_kinds(kinds.evidence, self.prior)


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
        best = marginals.argmax(axis=1)
        with np.errstate(divide="ignore"):
            evidence = np.logaddexp.reduce(self.evidence + np.log(frequencies), axis=1)
        chances = self.chances(posterior, best)
        ends = self._starts + self._lengths
        return [
            Reading(float(level), marginals[start:end], tuple(best[start:end].tolist()), chance)
            for level, start, end, chance in zip(
                evidence, self._starts, ends, chances.tolist(), strict=True
            )
        ]

    def chances(
        self, posterior: NDArray[np.float64], labels: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Return how probable it is that all of a word's characters are ``labels`` (N,): (W,)."""
        fits = self._even[np.arange(len(labels)), labels]
        weights = self._context.weights[:, (self._place > 0).astype(np.intp), labels]
        with np.errstate(divide="ignore"):
            levels = [np.add.reduceat(np.log(weights * fits), self._starts, axis=1).T]
        if self._context.chains:
            with np.errstate(divide="ignore"):
                steps = np.log(chain_steps(labels, self._place) * fits)
            levels.append(np.add.reduceat(steps, self._starts, axis=1).T)
        if self._context.ngrams is not None:
            levels.append(self._score(self._context.ngrams, labels))
        known = np.isfinite(self.evidence)
        change = np.concatenate(levels, axis=1) - np.where(known, self.evidence, 0)
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

    def _score(self, ngrams: NGrams, labels: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the evidence (W, 3) of each word's ``labels`` (N,) alone, as English."""
        capital = labels < _CAPITAL.stop
        first = np.zeros(len(labels), bool)
        first[self._starts] = True
        fits = np.stack([capital, ~capital, capital == first]) & (labels >= _CAPITAL.start)
        letters = np.maximum(labels - np.where(capital, _CAPITAL.start, _SMALL.start), 0)
        fit = self._even[np.arange(len(labels)), labels]
        with np.errstate(divide="ignore"):
            level = np.log(np.where(fits, fit, 0))
        own = np.add.reduceat(level, self._starts, axis=1) + ngrams.score(letters, self._lengths)
        return np.asarray(own.T)

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


def mix_kinds(evidence: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how common kinds are on a page, (kinds,), from each word's evidence (W, kinds)."""
    frequencies = prior
    for _ in range(MIXTURES.rounds):
        posterior = posterior_kinds(evidence, frequencies)
        frequencies = (MIXTURES.prior_words * prior + posterior.sum(axis=0)) / (
            MIXTURES.prior_words + len(evidence)
        )
    return frequencies


def posterior_kinds(
    evidence: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of each kind, of logarithms (..., kinds) and how common they are."""
    with np.errstate(divide="ignore"):
        joint = evidence + np.log(frequencies)
    posterior = np.exp(joint - joint.max(axis=-1, keepdims=True))
    return np.asarray(posterior / posterior.sum(axis=-1, keepdims=True))


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
