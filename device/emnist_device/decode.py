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
from emnist_device.sources import Either, Words
from emnist_device.spacing import word_gaps, words
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

    rows: of the page's characters, from left to right. source: what they come from. pattern: what
    is printed between them; None for ``gaps``, before each character. matched: whether they fulfil
    what was asked for, None where nothing was.
    """

    rows: tuple[int, ...]
    gaps: tuple[bool, ...]
    source: Source
    pattern: Pattern | None
    matched: bool | None


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
            parts = [self._read(unit, emissions, boxes, top_k) for unit in units]
            characters = tuple(character for part, _ in parts for character in part)
            spelled = tuple(word for _, part in parts for word in part)
            decoded.append(
                Line(
                    text=" ".join(word.text for word in spelled),
                    box=reduce(Box.union, (character.box for character in characters)),
                    characters=characters,
                    words=spelled,
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
        source: Source = known.pattern.automaton if known.pattern else free
        if known.lexicon is not None:
            source = Either(known.lexicon, source, self._decoding.out_of_lexicon)
        rest = iter(grouped)
        found, start = [], 0
        for length in lengths:
            line = range(start, start + length)
            start += length
            parts: list[tuple[int, ...]] = []
            while not parts or parts[-1][-1] < line[-1]:
                parts.append(tuple(next(rest)))
            if known.holds_for_line([len(part) for part in parts]):
                parts = [tuple(line)]
            units = []
            for part in parts:
                gaps = tuple(before[row] and row > part[0] for row in part)
                if known.fits(len(part)):
                    matched = True if known.lengths else None
                    units.append(_Unit(part, gaps, source, known.pattern, matched))
                else:
                    units.append(_Unit(part, gaps, free, None, matched=False))
            found.append(units)
        return found

    def _read(
        self, unit: _Unit, emissions: NDArray[np.float64], boxes: Sequence[Box], top_k: int
    ) -> tuple[list[Character], list[Word]]:
        """Read the characters of ``unit`` and the words that they make."""
        own = emissions[list(unit.rows)]
        reading = unit.source.read(own)
        characters = [
            _character(row, label, boxes[number], top_k, self._decoding.min_confidence)
            for row, label, number in zip(reading.marginals, reading.best, unit.rows, strict=True)
        ]
        chars = [BYCLASS[label] for label in reading.best]
        if unit.pattern is not None:
            text = unit.pattern.spell(chars)
        else:
            text = "".join(" " * gap + c for gap, c in zip(unit.gaps, chars, strict=True))
        found: list[Word] = []
        start = 0
        for word in text.split():
            rows = range(start, start + sum(char in BYCLASS for char in word))
            start = rows.stop
            shown = iter(characters[row].char for row in rows)
            spelled = "".join(next(shown) if char in BYCLASS else char for char in word)
            box = reduce(Box.union, (characters[row].box for row in rows))
            found.append(Word(spelled, _probability(unit.source, own, reading, rows), box))
        return characters, found


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
