"""Weighted automata over characters: which strings a word may be, and how likely each is.

Patterns, lexicons and kinds of words are all automata. They are read against what the classifier
gives for each place of a word: the most probable string (Viterbi 1967), and the probability of each
character summed over all strings (forward-backward; Baum et al. 1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emnist_device.text.kind_words import KindWord


@dataclass(frozen=True)
class Reading:
    """What a word is read as.

    evidence: logarithm of the sum over all strings of their weight times emissions; minus infinity
    where there is none. marginals: (N, C), the probability of each character at each place.
    best: the characters of the string to print. chance: the probability that all of them are right,
    and word: what tells that of any string; None where it is to be found by the evidence of these
    strings.
    """

    evidence: float
    marginals: NDArray[np.float64]
    best: tuple[int, ...]
    chance: float | None = None
    word: KindWord | None = None


class Source(Protocol):
    """Something that words come from, each string with its weight."""

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """Return the evidence of one word; see :class:`Reading`.

        ``emissions`` (N, C) say how well each of C characters explains each of N places; they need
        not sum to 1.
        """


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton: of each state, at most one arc a character. State 0 starts.

    source, label, target, weight: (A,) of the arcs, sorted by source; labels are columns of the
    emissions. end: (S,) weight of a string that ends in each state, 0 for none.
    """

    source: NDArray[np.intp]
    label: NDArray[np.intp]
    target: NDArray[np.intp]
    weight: NDArray[np.float64]
    end: NDArray[np.float64]

    @classmethod
    def of_arcs(
        cls, arcs: Iterable[tuple[int, int, int, float]], end: Iterable[float]
    ) -> Automaton:
        """Make one of (source, label, target, weight) in any order."""
        rows = np.array(sorted(arcs), float).reshape(-1, 4)
        source, label, target = rows[:, :3].T.astype(np.intp)
        return cls(source, label, target, rows[:, 3], np.array(list(end), float))

    def lengths(self, most: int, labels: NDArray[np.bool_]) -> frozenset[int]:
        """Return how long strings of the characters in ``labels`` (C,) may be, up to ``most``."""
        kept = labels[self.label]
        source, target = self.source[kept], self.target[kept]
        reached, found = np.arange(len(self.end)) == 0, set()
        for length in range(1, most + 1):
            after = np.zeros_like(reached)
            after[target[reached[source]]] = True
            reached = after
            if (self.end[reached] > 0).any():
                found.add(length)
        return frozenset(found)

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        return self._forward(emissions)[0]

    def read(self, emissions: NDArray[np.float64]) -> Reading:
        """Read one word; ``best`` is the most probable string, empty where there is none.

        ``emissions`` (N, C) are as of :class:`Source`.
        """
        evidence, steps = self._forward(emissions)
        found = np.zeros_like(emissions)
        if not np.isfinite(evidence):
            return Reading(evidence, found, ())
        after = self.end
        for place in range(len(steps) - 1, -1, -1):
            arcs, flow = steps[place]
            weight = flow * after[self.target[arcs]]
            found[place] = np.bincount(self.label[arcs], weight, minlength=emissions.shape[1])
            found[place] /= found[place].sum()
            step = self.weight[arcs] * emissions[place, self.label[arcs]]
            before = np.bincount(
                self.source[arcs], step * after[self.target[arcs]], minlength=len(self.end)
            )
            after = before / before.max()
        return Reading(evidence, found, self._best(emissions))

    def _best(self, emissions: NDArray[np.float64]) -> tuple[int, ...]:
        score = np.full(len(self.end), -np.inf)
        score[0] = 0
        came = []
        with np.errstate(divide="ignore"):
            logs, weights, ends = (np.log(v) for v in (emissions, self.weight, self.end))
        for row in logs:
            arcs = self._arcs_of(np.flatnonzero(np.isfinite(score)))
            total = score[self.source[arcs]] + weights[arcs] + row[self.label[arcs]]
            order = np.argsort(total, kind="stable")  # of what is assigned twice, the last stays
            score = np.full(len(self.end), -np.inf)
            score[self.target[arcs[order]]] = total[order]
            origin = np.full(len(self.end), -1)
            origin[self.target[arcs[order]]] = arcs[order]
            came.append(origin)
        state = int((score + ends).argmax())
        labels = []
        for origin in reversed(came):
            arc = origin[state]
            labels.append(int(self.label[arc]))
            state = int(self.source[arc])
        return tuple(reversed(labels))

    def _forward(
        self, emissions: NDArray[np.float64]
    ) -> tuple[float, list[tuple[NDArray[np.intp], NDArray[np.float64]]]]:
        """Return the evidence, and for each place the arcs in use and what flows through them."""
        states = np.arange(len(self.end)) == 0
        flow = states.astype(float)
        evidence, steps = 0.0, []
        for row in emissions:
            arcs = self._arcs_of(np.flatnonzero(flow))
            through = flow[self.source[arcs]] * self.weight[arcs] * row[self.label[arcs]]
            total = through.sum()
            if not total > 0:
                return -np.inf, []
            through /= total
            evidence += float(np.log(total))
            steps.append((arcs, through))
            flow = np.bincount(self.target[arcs], through, minlength=len(self.end))
        last = float(flow @ self.end)
        return (evidence + float(np.log(last)) if last > 0 else -np.inf), steps

    def _arcs_of(self, states: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the indices of all arcs that leave ``states``."""
        first, last = self._offsets[states], self._offsets[states + 1]
        counts = last - first
        before = np.cumsum(counts) - counts
        return np.arange(counts.sum()) + np.repeat(first - before, counts)

    @cached_property
    def _offsets(self) -> NDArray[np.intp]:
        """Where the arcs of each state start, and where the last ones end: (S + 1,)."""
        return np.searchsorted(self.source, np.arange(len(self.end) + 1))
