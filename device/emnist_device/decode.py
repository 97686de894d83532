"""Probabilities -> text: what is known of it, and what each word tells of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.alike import Claims, groups_of, hold_to_picture, restrain_emissions, sum_groups
from emnist_device.constraints import Constraints
from emnist_device.context import Context
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
# Nothing is divided by less.
_LEAST = 1e-100
# Shares of EMNIST ByMerge: digits are half of it, small letters with a class of their own an
# eighth. Of characters whose case it does not tell, this share is capitals in mixed words.
_DIGITS, _CAPITALS, _SMALL = 0.5, 0.375, 0.125
_CAPITAL_OF_BOTH = 0.85


@dataclass(frozen=True)
class _Unit:
    """Characters that are read together.

    rows: of the page's characters, from left to right. source: what they come from. pattern: what
    is printed between them; None for ``gaps``, before each character. matched: whether they fulfil
    what was asked for, None where nothing was. bound: whether they can be nothing else than what
    was asked for; what neighbours tell is a prior otherwise.
    """

    rows: tuple[int, ...]
    gaps: tuple[bool, ...]
    source: Source
    pattern: Pattern | None
    matched: bool | None
    bound: bool


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
        self._groups = groups_of(alphabet)
        self._open = sum_groups(self._constraints.allowed[None].astype(float))[0] > 0
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
        picture = self._look(probabilities)
        emissions = self._emissions(probabilities, picture, lines, grouped)
        units_of = self._units([len(line) for line in lines], grouped, before, emissions)
        units = [unit for line in units_of for unit in line]
        claims = [unit.source.read(emissions[list(unit.rows)]) for unit in units]
        held = hold_to_picture(
            picture,
            emissions,
            Claims(
                np.concatenate([claim.marginals for claim in claims]),
                np.concatenate([claim.best for claim in claims]),
                np.repeat([unit.bound for unit in units], [len(unit.rows) for unit in units]),
                self._open,
            ),
        )
        characters = _characters(*held, boxes, top_k, self._decoding.min_confidence)
        found = iter(zip(units, claims, strict=True))
        decoded = []
        for line in units_of:
            own = [self._spell(*next(found), held, emissions, characters) for _ in line]
            spelled = tuple(word for part in own for word in part)
            of_line = tuple(characters[row] for unit in line for row in unit.rows)
            decoded.append(
                Line(
                    text=" ".join(word.text for word in spelled),
                    box=reduce(Box.union, (character.box for character in of_line)),
                    characters=of_line,
                    words=spelled,
                    matched=None if line[0].matched is None else all(u.matched for u in line),
                )
            )
        return tuple(decoded)

    def _look(self, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what the classifier says of look-alikes, (N, groups); see alike.py."""
        return (probabilities @ self._groups) * (1 - _FLOOR) + self._groups.mean(axis=0) * _FLOOR

    def _emissions(
        self,
        probabilities: NDArray[np.float32],
        picture: NDArray[np.float64],
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
        return restrain_emissions(emissions, picture * self._open)

    def _units(
        self,
        lengths: Sequence[int],
        grouped: Sequence[Sequence[int]],
        before: Sequence[bool],
        emissions: NDArray[np.float64],
    ) -> list[list[_Unit]]:
        """Return for each line what is read together: words, or what a pattern holds for."""
        known = self._constraints
        kinds = self._context.read(emissions, np.array([len(word) for word in grouped]))
        shares = self._context.find_shares(kinds)
        read = {
            emissions[list(word)].tobytes(): reading
            for word, reading in zip(grouped, kinds.readings(shares), strict=True)
        }
        free = Words(self._context, shares, read)
        bound = known.pattern is not None or bool(known.lengths)
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
                    units.append(_Unit(part, gaps, source, known.pattern, matched, bound))
                else:
                    units.append(_Unit(part, gaps, free, None, matched=False, bound=False))
            found.append(units)
        return found

    def _spell(
        self,
        unit: _Unit,
        claim: Reading,
        held: tuple[NDArray[np.float64], NDArray[np.intp]],
        emissions: NDArray[np.float64],
        characters: Sequence[Character],
    ) -> list[Word]:
        """Return the words that the characters of ``unit`` make."""
        confidence, labels = held[0][list(unit.rows)], held[1][list(unit.rows)]
        chars = [BYCLASS[label] for label in labels]
        own = [characters[row] for row in unit.rows]
        if unit.pattern is not None:
            text = unit.pattern.spell(chars)
        else:
            text = "".join(" " * gap + c for gap, c in zip(unit.gaps, chars, strict=True))
        found: list[Word] = []
        start = 0
        for word in text.split():
            rows = range(start, start + sum(char in BYCLASS for char in word))
            start = rows.stop
            shown = iter(own[row].char for row in rows)
            spelled = "".join(next(shown) if char in BYCLASS else char for char in word)
            box = reduce(Box.union, (own[row].box for row in rows))
            sure = confidence[rows, labels[rows]]
            chance = _probability(unit, claim, emissions, labels, rows)
            found.append(Word(spelled, float(min(chance * sure.prod(), sure.min())), box))
        return found


def _probability(
    unit: _Unit,
    claim: Reading,
    emissions: NDArray[np.float64],
    labels: NDArray[np.intp],
    rows: Sequence[int],
) -> float:
    """Return how much more probable than one by one all ``rows`` of ``unit`` are ``labels``.

    That is what its source claims: characters of a word tell of one another.
    """
    alone = claim.marginals[rows, labels[rows]]
    if (alone <= _LEAST).any():
        return 1.0
    if claim.chance is not None and len(rows) == len(labels) and claim.best == tuple(labels):
        together = claim.chance
    else:
        own = emissions[list(unit.rows)]
        fixed = own.copy()
        fixed[rows] = 0
        fixed[rows, labels[rows]] = own[rows, labels[rows]]
        together = float(np.exp(min(unit.source.evidence(fixed) - claim.evidence, 0.0)))
    return together / float(alone.prod())


def _characters(
    confidence: NDArray[np.float64],
    labels: NDArray[np.intp],
    boxes: Sequence[Box],
    top_k: int,
    least: float,
) -> list[Character]:
    """Return the characters that ``labels`` (N,) are, or unsure ones.

    ``confidence`` (N, 62) says how sure each of ``BYCLASS`` is.
    """
    ranked = np.argsort(-confidence, axis=1, kind="stable")[:, : top_k + 1].tolist()
    rows = zip(confidence.tolist(), labels.tolist(), ranked, boxes, strict=True)
    found = []
    for row, label, order, box in rows:
        known = [k for k in order if k != label and row[k] > 0]
        others = [Alternative(BYCLASS[k], row[k]) for k in known[:top_k]]
        if row[label] < least:
            unsure = (Alternative(BYCLASS[label], row[label]), *others)
            found.append(Character(UNSURE, row[label], box, unsure))
        else:
            found.append(Character(BYCLASS[label], row[label], box, tuple(others)))
    return found


def _class_prior(alphabet: str) -> NDArray[np.float64]:
    """Return how common each class of ``alphabet`` usually is, (C,); sums to 1."""
    kinds = [_DIGITS if c.isdigit() else _CAPITALS if c.isupper() else _SMALL for c in alphabet]
    shares = np.array([kind / kinds.count(kind) for kind in kinds])
    return np.asarray(shares / shares.sum())


def _background(prior: NDArray[np.float64], known: Constraints) -> NDArray[np.float64]:
    """Return how common each of ``BYCLASS`` is in mixed words, (62,); sums to 1."""
    shares = np.where(known.allowed, prior[known.classes], 0.0)
    counts = np.bincount(known.classes[known.allowed], minlength=len(prior))
    both = counts[known.classes] > 1
    capital = np.array([char.isupper() for char in BYCLASS])
    shares = shares * np.where(both, np.where(capital, _CAPITAL_OF_BOTH, 1 - _CAPITAL_OF_BOTH), 1.0)
    return np.asarray(shares / shares.sum())
