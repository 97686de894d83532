"""Probabilities -> text: what is known of it, and what each word tells of its characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.page import UNSURE, Alternative, Box, Character, Line, Word
from emnist_device.text.alike import (
    Claims,
    find_sure,
    groups_of,
    hold_to_picture,
    restrain_emissions,
    restrain_kinds,
    sum_groups,
)
from emnist_device.text.case import weigh_places, weigh_shapes
from emnist_device.text.constraints import Constraints
from emnist_device.text.frequencies import background, class_prior
from emnist_device.text.sources import Words, weigh_kinds
from emnist_device.text.spacing import word_gaps, words
from emnist_device.text.spelling import box_between, split_words, tidy
from emnist_device.text.units import Units, cut_lines
from emnist_device.text.word_kinds import Context
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.text.automaton import Reading
    from emnist_device.text.units import Unit

# No class is impossible, however sure the classifier is: it errs by itself about this often.
_FLOOR = 1e-3
# Nothing is divided by less.
_LEAST = 1e-100
_L = BYCLASS.index("L")


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
        prior = np.array(class_shares) if class_shares else class_prior(alphabet)
        self._prior = prior if self._places else np.ones(len(alphabet))
        self._context = Context(background(self._prior, self._constraints), decoding.context)

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
        picture, emissions, units_of, claims = self._read(probabilities, lines)
        units = [unit for line in units_of for unit in line]
        confidence, labels = hold_to_picture(
            picture,
            emissions,
            Claims(
                np.concatenate([claim.marginals for claim in claims]),
                np.concatenate([claim.best for claim in claims]),
                np.repeat([unit.bound for unit in units], [len(unit.rows) for unit in units]),
                self._open,
                self._told(probabilities),
            ),
        )
        characters = _characters(confidence, labels, boxes, top_k, self._decoding.min_confidence)
        found = iter(zip(units, claims, strict=True))
        return tuple(
            _line([_Part.spell(*next(found), labels, characters) for _ in line], line)
            for line in units_of
        )

    def possible(
        self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]
    ) -> NDArray[np.bool_]:
        """Return which classes each character may be of, (N, C); arguments as of :meth:`decode`.

        The classifier may take it for any look-alike of what it may be: O for 0.
        """
        known = self._constraints
        may = np.tile(known.allowed, (len(probabilities), 1))
        if known.lengths and lines:
            _, _, units_of, claims = self._read(probabilities, lines)
            for unit, claim in zip(chain.from_iterable(units_of), claims, strict=True):
                if unit.bound:
                    may[list(unit.rows)] = claim.marginals > 0
        classes = may @ (known.classes[:, None] == np.arange(len(self._prior)))
        return np.asarray(classes @ self._groups @ self._groups.T > 0)

    def _read(
        self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], list[list[Unit]], list[Reading]]:
        """Return what picture and shapes say, what is read together, and what that is read as."""
        gaps = [word_gaps(line) for line in lines]
        grouped = words(gaps)
        picture = self._look(probabilities)
        emissions = self._emissions(probabilities, picture, lines, grouped)
        make = self._units(picture * self._open, emissions, grouped)
        units_of = [
            [make.unit(*cut) for cut in line]
            for line in cut_lines(self._constraints, gaps, grouped)
        ]
        claims = [unit.source.read(unit.emissions) for line in units_of for unit in line]
        return picture, emissions, units_of, claims

    def _look(self, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what the classifier says of look-alikes, (N, groups); see alike.py."""
        return (probabilities @ self._groups) * (1 - _FLOOR) + self._groups.mean(axis=0) * _FLOOR

    def _told(self, probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return what each may be where the classifier tells look-alikes, (N, 62); see alike.py."""
        known = self._constraints
        return find_sure(probabilities[:, known.classes].astype(np.float64) * known.allowed)

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
            told = self._told(probabilities)
            boxes = [box for line in lines for box in line]
            emissions *= weigh_shapes(boxes, told[:, _L] & ~told.all(axis=1))
            emissions *= weigh_places(emissions, lines, grouped)
        return restrain_emissions(emissions, picture * self._open)

    def _units(
        self,
        picture: NDArray[np.float64],
        emissions: NDArray[np.float64],
        grouped: Sequence[Sequence[int]],
    ) -> Units:
        """Return what makes units of the page's characters; ``picture`` is of what may occur."""
        kinds = self._context.read(emissions, np.array([len(word) for word in grouped]))
        shares = self._context.find_shares(kinds)
        readings = kinds.readings(shares)
        read = {
            emissions[list(word)].tobytes(): reading
            for word, reading in zip(grouped, readings, strict=True)
        }
        weighed = emissions
        if self._constraints.pattern is not None:
            marginals = np.concatenate([reading.marginals for reading in readings])
            weighed = restrain_kinds(weigh_kinds(emissions, marginals), picture)
        free = Words(self._context, shares, read)
        out = self._decoding.out_of_lexicon
        return Units(self._constraints, out, free, picture, emissions, weighed)


@dataclass(frozen=True)
class _Part:
    """What a unit was read as; see :class:`emnist_device.page.Line`."""

    characters: list[Character]
    between: tuple[str, ...]
    words: list[Word]

    @classmethod
    def spell(
        cls,
        unit: Unit,
        claim: Reading,
        held: NDArray[np.intp],
        characters: Sequence[Character],
    ) -> _Part:
        """Spell the words that those of the page's ``characters`` make which are in ``unit``."""
        labels = held[unit.rows[0] : unit.rows[-1] + 1]
        alone = claim.marginals[range(len(labels)), labels].tolist()
        own = [characters[row] for row in unit.rows]
        chars = [BYCLASS[label] for label in labels.tolist()]
        marks = unit.pattern.spell(chars, unit.gaps) if unit.pattern is not None else None
        between = tidy(marks or (*(" " * gap for gap in unit.gaps), ""))
        boxes = [character.box for character in own]
        found = []
        for word in split_words([character.char for character in own], between):
            rows = word.rows
            if rows:
                sure = [character.confidence for character in own[rows.start : rows.stop]]
                together = _probability(unit, claim, labels, alone, rows) * math.prod(sure)
                box = reduce(Box.union, boxes[rows.start : rows.stop])
                found.append(Word(word.text, min(together, *sure), box))
            else:
                found.append(Word(word.text, 1.0, box_between(boxes, rows.start)))
        return cls(own, between, found)


def _line(parts: Sequence[_Part], units: Sequence[Unit]) -> Line:
    """Return the line that is made of ``parts``, spaces being between these."""
    between = list(parts[0].between)
    for part in parts[1:]:
        first, *rest = part.between
        between[-1] += " " + first
        between += rest
    return Line(
        characters=tuple(character for part in parts for character in part.characters),
        between=tuple(between),
        words=tuple(word for part in parts for word in part.words),
        matched=None if units[0].matched is None else all(unit.matched for unit in units),
    )


def _probability(
    unit: Unit,
    claim: Reading,
    labels: NDArray[np.intp],
    alone: Sequence[float],
    rows: range,
) -> float:
    """Return how much more probable than one by one all ``rows`` of ``unit`` are ``labels``.

    That is what its source claims, ``alone`` being its probability of each: characters of a word
    tell of one another.
    """
    each = alone[rows.start : rows.stop]
    if min(each) <= _LEAST:
        return 1.0
    if (
        claim.chance is not None
        and len(rows) == len(labels)
        and claim.best == tuple(labels.tolist())
    ):
        together = claim.chance
    else:
        fixed = unit.emissions.copy()
        fixed[rows] = 0
        fixed[rows, labels[rows]] = unit.emissions[rows, labels[rows]]
        together = float(np.exp(min(unit.source.evidence(fixed) - claim.evidence, 0.0)))
    return together / math.prod(each)


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
