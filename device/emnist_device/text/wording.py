"""Characters that are read -> words: how probable each is, and what else it may be.

All words of a page are looked at together: one by one, they take several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_device.page import Line
from emnist_device.text.spelling import make_words, split_words, tidy
from emnist_device.text.units import Asked, find_coherences
from emnist_device.text.variants import PROPOSALS, choose, propose
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Character, Word
    from emnist_device.text.units import Passage


class _Strings(NamedTuple):
    """What characters ``whole`` of the page, a word in ``passage``, may be: labels (K, n)."""

    passage: Passage
    whole: slice
    labels: NDArray[np.intp]


class _Told(NamedTuple):
    """How probable a word is, and what else it may be, with the probability of each."""

    sure: float
    others: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Wording:
    """A page whose characters are read.

    characters: all, labels: (N,) which of ``chars`` each is, and confidence: (N, C) of each. rows:
    (M,), which of them are letters and digits. top_k: how many alternatives words have at most.
    """

    characters: Sequence[Character]
    labels: NDArray[np.intp]
    confidence: NDArray[np.float64]
    rows: NDArray[np.intp]
    chars: str
    top_k: int

    def lines(self, passages: Sequence[Sequence[Passage]]) -> tuple[Line, ...]:
        """Return the lines of ``passages``."""
        spaced = [[(passage, self._between(passage)) for passage in line] for line in passages]
        told = self._tell([each for line in spaced for each in line])
        return tuple(
            Line(
                tuple(word for passage in own for word in self._spell(*passage, told)),
                _all_kept(line),
            )
            for line, own in zip(passages, spaced, strict=True)
        )

    def _between(self, passage: Passage) -> tuple[str, ...]:
        """Return what is printed before each character of ``passage``, and after the last."""
        gaps = passage.stretch.gaps
        marks = None
        if passage.pattern is not None:
            rows = passage.stretch.rows
            printed = [self.chars[label] for label in self.labels[rows.start : rows.stop].tolist()]
            marks = passage.pattern.spell(printed, gaps)
        return tidy(marks or (*(" " * gap for gap in gaps), ""))

    def _spell(
        self, passage: Passage, between: tuple[str, ...], told: dict[int, _Told]
    ) -> tuple[Word, ...]:
        """Return the words of ``passage``; ``told`` is by their first characters."""
        rows = passage.stretch.rows
        return make_words(
            self.characters[rows.start : rows.stop],
            between,
            lambda word: told[rows.start + word.start].sure,
            lambda word, _: told[rows.start + word.start].others,
        )

    def _tell(self, spaced: Sequence[tuple[Passage, tuple[str, ...]]]) -> dict[int, _Told]:
        """Return what is told of each word, by its first character."""
        printed = [
            _Strings(passage, whole, self.labels[None, whole])
            for passage, between in spaced
            for whole in _words_of(passage, between)
        ]
        chances = [float(chance[0]) for chance in self._chances(printed)]
        sure = {word.whole.start: chance for word, chance in zip(printed, chances, strict=True)}
        doubtful = [word for word in printed if self._may_differ(word, sure[word.whole.start])]
        found = propose(self.confidence, self.labels, [word.whole for word in doubtful], self.top_k)
        others = [
            word._replace(labels=labels) for word, labels in zip(doubtful, found, strict=True)
        ]
        told = {first: _Told(chance) for first, chance in sure.items()}
        for word, chance in zip(others, self._chances(others), strict=True):
            first = word.whole.start
            likely = [
                ("".join(self.chars[label] for label in word.labels[number].tolist()), held)
                for number, held in choose(chance.tolist(), sure[first], self.top_k)
            ]
            told[first] = _Told(sure[first], likely)
        return told

    def _may_differ(self, word: _Strings, sure: float) -> bool:
        """Say whether ``word``, as ``sure`` as it is, is looked at for what else it may be."""
        length = word.whole.stop - word.whole.start
        return self.top_k > 0 and sure <= 1 - PROPOSALS.least and length <= PROPOSALS.longest

    def _chances(self, words: Sequence[_Strings]) -> list[NDArray[np.float64]]:
        """Return how probable it is that each of ``words`` is each of its strings, (K,) each."""
        sure = [
            self.confidence[whole][np.arange(labels.shape[1]), labels] for _, whole, labels in words
        ]
        together = [each.prod(axis=1) for each in sure]
        asked = [each for number, word in enumerate(words) for each in self._ask(number, word)]
        coherences = find_coherences([each for _, _, each in asked])
        for (number, letters, _), coherence in zip(asked, coherences, strict=True):
            together[number][letters] *= coherence
        return [
            np.minimum(all_, each.min(axis=1, initial=1.0))
            for all_, each in zip(together, sure, strict=True)
        ]

    def _ask(self, number: int, word: _Strings) -> Iterator[tuple[int, NDArray[np.bool_], Asked]]:
        """Yield ``number``, which strings of ``word`` are asked about, and what, for each unit.

        Of symbols, nothing is known.
        """
        for unit in word.passage.units:
            own = self.rows[unit.rows.start : unit.rows.stop]
            first, last = np.searchsorted(own, [word.whole.start, word.whole.stop]).tolist()
            if last <= first:
                continue
            labels = np.repeat(self.labels[None, own], len(word.labels), axis=0)
            labels[:, first:last] = word.labels[:, own[first:last] - word.whole.start]
            letters = np.asarray((labels < len(BYCLASS)).all(axis=1))
            if letters.any():
                yield number, letters, Asked(unit, labels[letters], range(first, last))


def _all_kept(passages: Sequence[Passage]) -> bool | None:
    """Say whether all of ``passages`` fulfil what was asked for; None where nothing was."""
    kept = [passage.matched for passage in passages if passage.matched is not None]
    return all(kept) if kept else None


def _words_of(passage: Passage, between: Sequence[str]) -> Iterator[slice]:
    """Yield which of the page's characters make each word of ``passage``."""
    first = passage.stretch.rows.start
    for word in split_words(between):
        if word.rows:
            yield slice(first + word.rows.start, first + word.rows.stop)
