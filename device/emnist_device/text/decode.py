"""Probabilities -> text: what is known of it, and what each word tells of its characters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.page import UNSURE, Alternative, Box, Character, Line
from emnist_device.text.constraints import Constraints
from emnist_device.text.evidence import Weigher
from emnist_device.text.frequencies import background, class_prior
from emnist_device.text.restraint import Claims, hold_to_picture
from emnist_device.text.spelling import make_words, tidy
from emnist_device.text.units import UnitReader
from emnist_device.text.word_kinds import Context
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.page import Word
    from emnist_device.text.evidence import Evidence
    from emnist_device.text.units import Unit


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
        constraints = Constraints.compile(decoding, alphabet)
        places = decoding.context != "none"
        prior = np.ones(len(alphabet))
        if places:
            prior = np.array(class_shares) if class_shares else class_prior(alphabet)
        weigher = Weigher(alphabet, constraints, prior, places=places)
        usual = background(prior, constraints.classes, constraints.allowed)
        context = Context(usual, decoding.context)
        reader = UnitReader(constraints, decoding.out_of_lexicon, context)
        self._parts = _Parts(constraints, weigher, reader, decoding.min_confidence)

    def decode(self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]) -> Decoded:
        """Return the text of a page, which is worked out when it is asked for.

        Args:
            probabilities: (N, C) by class, of the page's characters in reading order.
            lines: their boxes, from left to right and in the order of the rows; each line has at
                least one.
        """
        return Decoded(self._parts, probabilities, lines)


@dataclass(frozen=True)
class _Parts:
    """What a decoder is made of; ``least`` probable characters are unsure below that, 0..1."""

    constraints: Constraints
    weigher: Weigher
    reader: UnitReader
    least: float


class Decoded:
    """The text of a page, as :meth:`Decoder.decode` returns it: read once, when it is needed."""

    def __init__(
        self, parts: _Parts, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]
    ) -> None:
        self._parts, self._probabilities, self._boxes = parts, probabilities, lines

    @cached_property
    def _evidence(self) -> Evidence:
        return self._parts.weigher.weigh(self._probabilities, self._boxes)

    @cached_property
    def _units(self) -> tuple[tuple[Unit, ...], ...]:
        return self._parts.reader.read(self._evidence) if self._boxes else ()

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Which classes each character may be of by charset, pattern and closed lexicon, (N, C).

        The classifier may take it for any look-alike of what it may be: O for 0.
        """
        constraints = self._parts.constraints
        may = np.tile(constraints.allowed, (len(self._probabilities), 1))
        if constraints.lengths:
            for unit in (unit for line in self._units for unit in line if unit.bound):
                may[unit.rows.start : unit.rows.stop] = unit.reading.marginals > 0
        return self._parts.weigher.classes_of(may)

    def lines(self, top_k: int) -> tuple[Line, ...]:
        """Return the lines of text, with up to ``top_k`` alternatives for each character."""
        units = [unit for line in self._units for unit in line]
        if not units:
            return ()
        confidence, labels = hold_to_picture(
            self._evidence.picture,
            self._evidence.emissions,
            Claims(
                np.concatenate([unit.reading.marginals for unit in units]),
                np.concatenate([unit.reading.best for unit in units]),
                np.repeat([unit.bound for unit in units], [len(unit.rows) for unit in units]),
                self._evidence.possible,
                self._evidence.sure,
            ),
        )
        boxes = [box for line in self._boxes for box in line]
        characters = _characters(confidence, labels, boxes, top_k, self._parts.least)
        return tuple(_line(line, labels, characters) for line in self._units)


def _characters(
    confidence: NDArray[np.float64],
    labels: NDArray[np.intp],
    boxes: Sequence[Box],
    top_k: int,
    least: float,
) -> list[Character]:
    """Return the characters that ``labels`` (N,) are, unsure where less probable than ``least``.

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


def _line(units: Sequence[Unit], labels: NDArray[np.intp], characters: Sequence[Character]) -> Line:
    """Return the line of ``units``; ``labels`` (N,) and ``characters`` are of the whole page."""
    words = tuple(word for unit in units for word in _spell(unit, labels, characters))
    matched = None if units[0].matched is None else all(unit.matched for unit in units)
    return Line(words, matched)


def _spell(
    unit: Unit, labels: NDArray[np.intp], characters: Sequence[Character]
) -> tuple[Word, ...]:
    """Return the words that those of the page's ``characters`` make which are in ``unit``."""
    rows = slice(unit.rows.start, unit.rows.stop)
    held, own = labels[rows], characters[rows]
    chars = [BYCLASS[label] for label in held.tolist()]
    marks = unit.pattern.spell(chars, unit.gaps) if unit.pattern is not None else None
    between = tidy(marks or (*(" " * gap for gap in unit.gaps), ""))

    def confidence(part: range) -> float:
        sure = [own[row].confidence for row in part]
        return min(unit.coherence(held, part) * math.prod(sure), *sure)

    return make_words(own, between, confidence)
