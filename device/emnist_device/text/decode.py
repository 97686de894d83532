"""Probabilities -> text: what is known of it, and what each word tells of its characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.decoding import Decoding
from emnist_device.page import Alternative, Character, Line, mark_unsure
from emnist_device.text.constraints import Constraints
from emnist_device.text.evidence import Weigher
from emnist_device.text.frequencies import background, class_prior
from emnist_device.text.restraint import RESTRAINT, Claims, hold_to_picture
from emnist_device.text.symbols import SymbolFinder
from emnist_device.text.units import UnitReader
from emnist_device.text.word_kinds import Context
from emnist_device.text.wording import Wording
from emnist_edge.alphabet import BYCLASS
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.text.evidence import Evidence
    from emnist_device.text.symbols import Told
    from emnist_device.text.units import Passage, Unit


class Decoder:
    """Turns the classifier's probabilities of a page's characters into lines of text.

    Args:
        alphabet: the characters of the classifier's classes.
        decoding: what is known of the text.
        class_shares: how common letters and digits are among themselves by the classifier's
            lights, (L,); empty for what is usual.

    Raises:
        ConstraintError: nothing that the model reads fulfils ``decoding``.
    """

    def __init__(
        self, alphabet: str, decoding: Decoding, class_shares: Sequence[float] = ()
    ) -> None:
        letters = Letters.of(alphabet)
        constraints = Constraints.compile(decoding, alphabet)
        #: What is known of characters before they are found.
        self.expected = constraints.expected(alphabet)
        places = decoding.context != "none"
        prior = np.ones(len(letters.alphabet))
        if places:
            prior = np.array(class_shares) if class_shares else class_prior(letters.alphabet)
        weigher = Weigher(letters.alphabet, constraints, prior, places=places)
        usual = background(prior, constraints.classes, constraints.allowed)
        context = Context(usual, decoding.context)
        reader = UnitReader(constraints, decoding.out_of_lexicon, context)
        finder = SymbolFinder(alphabet, constraints, prior, places=places)
        self._parts = _Parts(constraints, finder, weigher, reader, decoding.min_confidence)
        free = Constraints.compile(Decoding(context=decoding.context), alphabet)
        others = [symbol not in constraints.symbols for symbol in free.symbols]
        self._others = np.flatnonzero(others)
        self._free = SymbolFinder(alphabet, free, prior, places=places) if any(others) else None

    def strangers(
        self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]
    ) -> NDArray[np.bool_]:
        """Return which characters are surely symbols that the charset has not, (N,).

        For the arguments see :meth:`decode`.
        """
        if self._free is None or not len(probabilities):
            return np.zeros(len(probabilities), bool)
        chances = self._free.find(probabilities, lines).chances
        return np.asarray(chances[:, self._others].sum(axis=1) >= RESTRAINT.sure)

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
    finder: SymbolFinder
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
    def _told(self) -> Told:
        return self._parts.finder.find(self._probabilities, self._boxes)

    @cached_property
    def _evidence(self) -> Evidence | None:
        placed = tuple(line.placed for line in self._told.lines if line.placed is not None)
        return self._parts.weigher.weigh(self._told.letters, placed) if placed else None

    @cached_property
    def _passages(self) -> tuple[tuple[Passage, ...], ...]:
        return self._parts.reader.read(self._evidence, self._told.lines) if self._boxes else ()

    @property
    def _units(self) -> list[Unit]:
        return [unit for line in self._passages for passage in line for unit in passage.units]

    @property
    def letters(self) -> NDArray[np.float32]:
        """What the classifier says of those that are read as letters and digits, (M, L)."""
        return self._told.letters

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Which classes each of ``letters`` may be of by charset, pattern and lexicon, (M, L).

        That is a closed lexicon. The classifier may take each for any look-alike: O for 0.
        """
        constraints = self._parts.constraints
        may = np.tile(constraints.allowed, (len(self.letters), 1))
        if constraints.lengths:
            for unit in (unit for unit in self._units if unit.bound):
                may[unit.rows.start : unit.rows.stop] = unit.reading.marginals > 0
        return self._parts.weigher.classes_of(may)

    def lines(self, top_k: int) -> tuple[Line, ...]:
        """Return the lines of text, with up to ``top_k`` alternatives for each character."""
        if not self._boxes:
            return ()
        told = self._told
        chars = BYCLASS + self._parts.constraints.symbols
        confidence = np.zeros((len(told.symbols), len(chars)))
        confidence[:, len(BYCLASS) :] = told.chances
        labels = np.array([chars.find(symbol) for symbol in told.symbols], np.intp)
        if self._evidence is not None:
            own, labels[told.rows] = self._hold(self._evidence)
            confidence[told.rows, : len(BYCLASS)] = own * told.shares(self._bound)
            confidence[told.rows[self._bound], len(BYCLASS) :] = 0
        boxes = [box for line in self._boxes for box in line]
        characters = _characters(confidence, labels, chars, boxes, top_k, self._parts.least)
        wording = Wording(characters, labels, confidence, told.rows, chars, top_k)
        return wording.lines(self._passages)

    @property
    def _bound(self) -> NDArray[np.bool_]:
        units = self._units
        return np.repeat([unit.bound for unit in units], [len(unit.rows) for unit in units])

    def _hold(self, evidence: Evidence) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return how sure letters and digits are, (M, 62), and which is printed, (M,)."""
        units = self._units
        claims = Claims(
            np.concatenate([unit.reading.marginals for unit in units]),
            np.concatenate([unit.reading.best for unit in units]),
            self._bound,
            evidence.possible,
            evidence.sure,
        )
        return hold_to_picture(evidence.picture, evidence.emissions, claims)


def _characters(
    confidence: NDArray[np.float64],
    labels: NDArray[np.intp],
    chars: str,
    boxes: Sequence[Box],
    top_k: int,
    least: float,
) -> list[Character]:
    """Return the characters that ``labels`` (N,) are, unsure where less probable than ``least``.

    ``confidence`` (N, C) says how sure each of ``chars`` is.
    """
    ranked = np.argsort(-confidence, axis=1, kind="stable")[:, : top_k + 1].tolist()
    rows = zip(confidence.tolist(), labels.tolist(), ranked, boxes, strict=True)
    found = []
    for row, label, order, box in rows:
        known = [k for k in order if k != label and row[k] > 0]
        # What is printed is chosen by more than its picture, which bounds its confidence.
        others = (Alternative(chars[k], min(row[k], row[label])) for k in known[:top_k])
        found.append(mark_unsure(Character(chars[label], row[label], box, tuple(others)), least))
    return found
