"""Probabilities -> text: what is known of it, and what each word tells of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.constraints import Constraints
from emnist_device.context import Context, mix_kinds
from emnist_device.geometry import weigh_places, weigh_shapes
from emnist_device.page import UNSURE, Alternative, Box, Character, Line, Word
from emnist_device.sources import Either, Words, weigh_kinds
from emnist_device.spacing import word_gaps, words
from emnist_device.spelling import box_between, split_words, tidy
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.automaton import Reading, Source
    from emnist_device.decoding import Decoding
    from emnist_device.pattern import Pattern

# No class is impossible, however sure the classifier is: it errs by itself about this often.
_FLOOR = 1e-3
# Shares of EMNIST ByMerge: digits are half of it, small letters with a class of their own an
# eighth. Of characters whose case it does not tell, this share is capitals in mixed words.
_DIGITS, _CAPITALS, _SMALL = 0.5, 0.375, 0.125
_CAPITAL_OF_BOTH = 0.85


@dataclass(frozen=True)
class _Unit:
    """Characters that are read together.

    rows: of the page's characters, from left to right. gaps: whether the picture has one before
    each. emissions: how well each of ``BYCLASS`` explains each of them. source: what they come
    from. pattern: what is printed between them; None for a space in each gap. matched: whether they
    fulfil what was asked for, None where nothing was.
    """

    rows: tuple[int, ...]
    gaps: tuple[bool, ...]
    emissions: NDArray[np.float64]
    source: Source
    pattern: Pattern | None
    matched: bool | None


@dataclass(frozen=True)
class _Part:
    """What a unit was read as; see :class:`emnist_device.page.Line`."""

    characters: list[Character]
    between: tuple[str, ...]
    words: list[Word]


class Decoder:
    """Turns the classifier's probabilities of a page's characters into lines of text.

    Args:
        alphabet: the characters of the classifier's classes.
        decoding: what is known of the text.
        class_shares: how common each class is by the classifier's lights, (C,); empty for what is
            usual.

    Raises:
        ConstraintError: nothing that the model reads fulfils ``decoding``.
    """

    def __init__(
        self, alphabet: str, decoding: Decoding, class_shares: Sequence[float] = ()
    ) -> None:
        self._decoding = decoding
        self._constraints = Constraints.compile(decoding, alphabet)
        self._places = decoding.context != "none"
        prior = np.array(class_shares) if class_shares else _class_prior(alphabet)
        self._prior = prior if self._places else np.ones(len(alphabet))
        self._context = Context(_background(self._prior, self._constraints), decoding.context)

    def decode(
        self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]], top_k: int
    ) -> tuple[Line, ...]:
        """Turn ``probabilities`` (N, C) of a page's characters into lines of text.

        ``lines`` holds the characters' boxes, from left to right and in the order of the rows; each
        line has at least one. ``top_k`` alternatives are kept for each character.
        """
        if not lines:
            return ()
        boxes = [box for line in lines for box in line]
        gaps = [word_gaps(line) for line in lines]
        grouped = words(gaps)
        before = [gap for line in gaps for gap in (False, *line)]
        emissions = self._emissions(probabilities, lines, grouped)
        decoded = []
        for units in self._units([len(line) for line in lines], grouped, before, emissions):
            parts = [self._read(unit, [boxes[row] for row in unit.rows], top_k) for unit in units]
            decoded.append(
                Line(
                    characters=tuple(character for part in parts for character in part.characters),
                    between=_joined([part.between for part in parts]),
                    words=tuple(word for part in parts for word in part.words),
                    matched=None if units[0].matched is None else all(u.matched for u in units),
                )
            )
        return tuple(decoded)

    def _emissions(
        self,
        probabilities: NDArray[np.float32],
        lines: Sequence[Sequence[Box]],
        grouped: Sequence[Sequence[int]],
    ) -> NDArray[np.float64]:
        """Return how well each of ``BYCLASS`` explains each character: (N, 62), largest 1."""
        smooth = (1 - _FLOOR) * probabilities.astype(np.float64) + _FLOOR / probabilities.shape[1]
        emissions = (smooth / self._prior)[:, self._constraints.classes]
        emissions = emissions * self._constraints.allowed
        if self._places:
            emissions *= weigh_shapes([box for line in lines for box in line])
            emissions *= weigh_places(emissions, lines, grouped)
        return np.asarray(emissions / emissions.max(axis=1, keepdims=True))

    def _units(
        self,
        lengths: Sequence[int],
        grouped: Sequence[Sequence[int]],
        before: Sequence[bool],
        emissions: NDArray[np.float64],
    ) -> list[list[_Unit]]:
        """Return for each line what is read together: words, or what a pattern holds for."""
        known = self._constraints
        own = [emissions[list(word)] for word in grouped]
        read = {each.tobytes(): self._context.read(each) for each in own}
        evidence = np.array([read[each.tobytes()][0] for each in own])
        free = Words(self._context, mix_kinds(evidence, self._context.prior), read)
        bound = emissions
        if known.pattern is not None:
            marginals = np.concatenate([free.read(each).marginals for each in own])
            bound = weigh_kinds(emissions, marginals)
        rest = iter(grouped)
        found, start = [], 0
        for length in lengths:
            line = range(start, start + length)
            start += length
            parts: list[tuple[int, ...]] = []
            while not parts or parts[-1][-1] < line[-1]:
                parts.append(tuple(next(rest)))
            if known.holds_for_line([_gaps(part, before) for part in parts], _gaps(line, before)):
                parts = [tuple(line)]
            units = []
            for part in parts:
                rows, gaps = list(part), _gaps(part, before)
                if not known.fits(gaps):
                    units.append(_Unit(part, gaps, emissions[rows], free, None, matched=False))
                    continue
                matched = True if known.lengths else None
                source: Source = known.pattern.source(gaps) if known.pattern else free
                if known.lexicon is not None:
                    source = Either(known.lexicon, source, self._decoding.out_of_lexicon)
                units.append(_Unit(part, gaps, bound[rows], source, known.pattern, matched))
            found.append(units)
        return found

    def _read(self, unit: _Unit, boxes: Sequence[Box], top_k: int) -> _Part:
        """Read the characters of ``unit``, which lie in ``boxes``, and the words that they make."""
        reading = unit.source.read(unit.emissions)
        characters = [
            _character(row, label, box, top_k, self._decoding.min_confidence)
            for row, label, box in zip(reading.marginals, reading.best, boxes, strict=True)
        ]
        chars = [BYCLASS[label] for label in reading.best]
        marks = unit.pattern.spell(chars, unit.gaps) if unit.pattern is not None else None
        between = tidy(marks or (*(" " * gap for gap in unit.gaps), ""))
        found = []
        for word in split_words([character.char for character in characters], between):
            if word.rows:
                sure = _probability(unit.source, unit.emissions, reading, word.rows)
                box = reduce(Box.union, (boxes[row] for row in word.rows))
            else:
                sure, box = 1.0, box_between(boxes, word.rows.start)
            found.append(Word(word.text, sure, box))
        return _Part(characters, between, found)


def _gaps(rows: Sequence[int], before: Sequence[bool]) -> tuple[bool, ...]:
    """Return whether a gap is before each of ``rows``, none being before the first."""
    return tuple(before[row] and row > rows[0] for row in rows)


def _joined(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what is printed between the characters of ``parts``, spaces being between these."""
    between = list(parts[0])
    for first, *rest in parts[1:]:
        between[-1] += " " + first
        between += rest
    return tuple(between)


def _probability(
    source: Source, emissions: NDArray[np.float64], reading: Reading, rows: Sequence[int]
) -> float:
    """Return how probable it is that all ``rows`` are read right, 0..1."""
    fixed = emissions.copy()
    for row in rows:
        fixed[row] = 0
        fixed[row, reading.best[row]] = emissions[row, reading.best[row]]
    return float(np.exp(min(source.evidence(fixed) - reading.evidence, 0.0)))


def _character(
    row: NDArray[np.float64], label: int, box: Box, top_k: int, least: float
) -> Character:
    """Return the character that ``label`` is, or an unsure one; ``row`` (62,) are probabilities."""
    order = [int(k) for k in np.argsort(-row, kind="stable") if k != label and row[k] > 0]
    others = [Alternative(BYCLASS[k], float(row[k])) for k in order[:top_k]]
    best = Alternative(BYCLASS[label], float(row[label]))
    if best.confidence < least:
        return Character(UNSURE, best.confidence, box, (best, *others))
    return Character(best.char, best.confidence, box, tuple(others))


def _class_prior(alphabet: str) -> NDArray[np.float64]:
    """Return how common each class of ``alphabet`` usually is, (C,); sums to 1."""
    kinds = [_DIGITS if c.isdigit() else _CAPITALS if c.isupper() else _SMALL for c in alphabet]
    shares = np.array([kind / kinds.count(kind) for kind in kinds])
    return np.asarray(shares / shares.sum())


def _background(prior: NDArray[np.float64], known: Constraints) -> NDArray[np.float64]:
    """Return how common each of ``BYCLASS`` is in mixed words, (62,); sums to 1."""
    shares = np.where(known.classes >= 0, prior[known.classes], 0.0)
    counts = np.bincount(known.classes[known.classes >= 0], minlength=len(prior))
    both = counts[known.classes] > 1
    capital = np.array([char.isupper() for char in BYCLASS])
    shares = shares * np.where(both, np.where(capital, _CAPITAL_OF_BOTH, 1 - _CAPITAL_OF_BOTH), 1.0)
    return np.asarray(shares / shares.sum())
