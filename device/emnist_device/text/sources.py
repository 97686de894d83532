"""Where words come from: the kinds of words of a page, a lexicon, a pattern, or either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Automaton, Reading, Source
from emnist_device.text.frequencies import CHARACTER_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.text.word_kinds import Context


@dataclass(frozen=True)
class KindFloors:
    """What is left to kinds of characters that their context rules out.

    least: probability that each of digits, capitals and small letters has at least, so that a
        pattern can ask for any. By hand.
    """

    least: float = 1e-3


KIND_FLOORS = KindFloors()


@dataclass(frozen=True)
class Words:
    """Words of a page whose kinds are as common as ``frequencies`` (kinds,) say."""

    context: Context
    frequencies: NDArray[np.float64]

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        (level,) = self.context.read(emissions, np.array([len(emissions)])).evidence
        with np.errstate(divide="ignore"):
            return float(np.logaddexp.reduce(level + np.log(self.frequencies)))


@dataclass(frozen=True)
class Either:
    """Words of a lexicon, but for a fraction ``outside`` that comes from elsewhere."""

    lexicon: Automaton
    other: Source
    outside: float

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        levels = self.lexicon.evidence(emissions), self.other.evidence(emissions)
        return float(np.logaddexp(*self._weigh(*levels)))

    def join(self, listed: Reading, other: Reading) -> Reading:
        """Return what a word is read as that is ``listed`` by the lexicon, else ``other``.

        It is the lexicon's where that is more probable than not.
        """
        inside, outside = self._weigh(listed.evidence, other.evidence)
        evidence = float(np.logaddexp(inside, outside))
        weight = np.exp(inside - evidence) if np.isfinite(evidence) else 0.0
        marginals = weight * listed.marginals + (1 - weight) * other.marginals
        return Reading(evidence, marginals, listed.best if weight > 0.5 else other.best)

    def _weigh(self, listed: float, other: float) -> tuple[float, float]:
        """Return both evidences once each source's fraction is taken into account."""
        with np.errstate(divide="ignore"):
            inside, outside = np.log([1 - self.outside, self.outside])
        return float(listed + inside), float(other + outside)


@dataclass(frozen=True)
class AfterGaps:
    """Words with ``gaps`` (N,) before their characters, of an automaton that tells these apart.

    Its labels are columns of the emissions; after a gap, by their number more.
    """

    automaton: Automaton
    gaps: NDArray[np.bool_]

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        return self.automaton.evidence(self._told_apart(emissions))

    def read(self, emissions: NDArray[np.float64]) -> Reading:
        """See :class:`Automaton`."""
        count = emissions.shape[1]
        reading = self.automaton.read(self._told_apart(emissions))
        marginals = reading.marginals[:, :count] + reading.marginals[:, count:]
        return Reading(reading.evidence, marginals, tuple(label % count for label in reading.best))

    def _told_apart(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        after = self.gaps[:, None]
        return np.hstack([np.where(after, 0.0, emissions), np.where(after, emissions, 0.0)])


@dataclass(frozen=True)
class AmongSymbols:
    """Letters and digits, as they come from ``source`` with symbols among them.

    labels: (N,), the column of each symbol, less than 0 for letters and digits. width: of the
    emissions that ``source`` takes: columns of letters and digits come first.
    """

    source: Automaton | AfterGaps
    labels: NDArray[np.intp]
    width: int

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`; ``emissions`` are of letters and digits alone."""
        return self.source.evidence(self._among(emissions))

    def read(self, emissions: NDArray[np.float64]) -> Reading:
        """See :class:`Automaton`; ``emissions`` are of letters and digits alone."""
        reading = self.source.read(self._among(emissions))
        own = self.labels < 0
        best = tuple(label for label, letter in zip(reading.best, own, strict=False) if letter)
        return Reading(reading.evidence, reading.marginals[own, : emissions.shape[1]], best)

    def _among(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        every = np.zeros((len(self.labels), self.width))
        marked = self.labels >= 0
        every[~marked, : emissions.shape[1]] = emissions
        every[marked, self.labels[marked]] = 1
        return every


def weigh_kinds(
    emissions: NDArray[np.float64], marginals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``emissions`` (N, 62) with digits, capitals and small letters as likely as in context.

    ``marginals`` (N, 62) are of the same characters, read in context without a pattern. Within a
    kind nothing changes, so that a pattern that asks for one reads as it does without: where it
    leaves open whether a stroke is a one or an l, the characters beside it tell.
    """
    own = emissions @ CHARACTER_KINDS / emissions.sum(axis=1, keepdims=True)
    factor = np.maximum(marginals @ CHARACTER_KINDS, KIND_FLOORS.least) / np.maximum(
        own, np.finfo(float).tiny
    )
    weighed = np.where(emissions > 0, emissions * (factor @ CHARACTER_KINDS.T), 0.0)
    return np.asarray(weighed / weighed.max(axis=1, keepdims=True))
