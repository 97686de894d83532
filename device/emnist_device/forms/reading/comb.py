"""A comb of cells -> what it may say."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.forms.reading.candidates import OUTSIDE, Candidates
from emnist_device.forms.reading.checking import check
from emnist_device.forms.reading.strings import best_strings
from emnist_device.text.bare import weigh_shapes
from emnist_device.text.constraints import Constraints
from emnist_device.text.restraint import find_sure
from emnist_edge.alphabet import BYCLASS, NOTHING, confusable_group, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.model import TextField


@dataclass(frozen=True)
class Blanks:
    """Thresholds of what is blank, in square mm of ink.

    blank: less is a speck. written: more is written; the points that people make have 0.15 and
        more, a thin 1 has 1. Between the two it may be either.
    """

    blank: float = 0.12
    written: float = 0.4


BLANKS = Blanks()


@dataclass(frozen=True)
class CellInk:
    """The ink of a cell, (H, W) uint8 0 or 255, and how much it is, in square mm."""

    ink: NDArray[np.uint8]
    amount: float

    @property
    def written(self) -> bool:
        """Whether something may be written."""
        return self.amount >= BLANKS.blank


class CombReader:
    """Reads the texts of one comb.

    Args:
        field: it.
        alphabet: the characters of the classifier's classes.

    Raises:
        ConstraintError: nothing that the model reads is allowed in it.
    """

    def __init__(self, field: TextField, alphabet: str) -> None:
        self._field = field
        decoding = replace(field.decoding(), context="none")
        self._known = Constraints.compile(decoding, alphabet)
        known = self._known
        own = [BYCLASS[i] for i in np.flatnonzero(known.allowed).tolist()] + list(known.symbols)
        groups = {confusable_group(fold(char)) for char in own}
        self._fits = np.array(
            [char != NOTHING and confusable_group(char) in groups for char in alphabet]
        )
        self._symbols = [alphabet.index(char) for char in known.symbols]
        self._chars = BYCLASS + known.symbols
        self._small = known.pattern is not None or known.lexicon is not None

    def read(self, cells: Sequence[CellInk], probabilities: NDArray[np.float64]) -> Candidates:
        """Return what the comb may say.

        Args:
            cells: ink of each cell.
            probabilities: (N, C) of the classes of those that are written, in order.
        """
        filled = [number for number, cell in enumerate(cells) if cell.written]
        if not filled:
            return check(self._field, Candidates((("", 1.0),)))
        sure = math.prod(self._surely(cells[number].amount) for number in filled)
        fits = probabilities @ self._fits
        inside = (1 - OUTSIDE) * fits / ((1 - OUTSIDE) * fits + OUTSIDE * (1 - fits))
        chance = sure * float(inside.prod())
        boxes = [Box(*cv2.boundingRect(cells[number].ink)) for number in filled]
        strings = self._strings(self._emissions(boxes, probabilities))
        weighed = [(self._text(labels, filled), weight) for labels, weight in strings]
        candidates = Candidates.of(weighed).scaled(chance)
        reason = ""
        if float(inside.min()) < 0.5:
            reason = "a cell holds nothing that this field may have"
        return check(self._field, candidates.doubted(reason))

    def _surely(self, amount: float) -> float:
        """Return how sure it is that so much ink is written."""
        part = (amount - BLANKS.blank) / (BLANKS.written - BLANKS.blank)
        return 1.0 if part >= 1 else 0.5 + 0.5 * max(part, 0)

    def _emissions(
        self, boxes: Sequence[Box], probabilities: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how well each of the characters explains each cell, (N, 62 + S).

        ``boxes`` are those of the ink: a bare stroke is no capital L, also where there is no small
        one.
        """
        known = self._known
        letters = probabilities[:, known.classes] * known.allowed
        letters *= weigh_shapes(boxes, find_sure(letters), alone=True)
        return np.hstack([letters, probabilities[:, self._symbols]])

    def _strings(self, emissions: NDArray[np.float64]) -> list[tuple[tuple[int, ...], float]]:
        """Return what the characters may be, with probabilities that sum to 1 at most."""
        total = float(emissions.sum(axis=1).prod())
        free = [(labels, weight / total) for labels, weight in best_strings(emissions, None)]
        known = self._known
        if known.lexicon is not None:
            within, outside = known.lexicon, self._field.out_of_lexicon
            letters = emissions[:, : len(BYCLASS)]
        elif known.pattern is not None:
            within, outside, letters = known.pattern.automaton, OUTSIDE, emissions
        else:
            return free
        evidence = math.exp(within.evidence(letters))
        listed = best_strings(letters, within)
        if not listed or evidence <= 0:
            return [(labels, OUTSIDE * weight) for labels, weight in free]
        # Each string is as probable as any other, of those that there may be, and of all. The words
        # of a lexicon share a weight of 1.
        every = (emissions > 0).astype(float)
        count = 1.0 if known.lexicon is not None else math.exp(within.evidence(every))
        kept_to = (1 - outside) * evidence / count
        other = max(outside, 1e-9) * total / float(every.sum(axis=1).prod())
        chance = kept_to / (kept_to + other)
        kept = [(labels, chance * weight / evidence) for labels, weight in listed]
        seen = {labels for labels, _ in kept}
        rest = [(labels, weight) for labels, weight in free if labels not in seen]
        return kept + [(labels, (1 - chance) * weight) for labels, weight in rest]

    def _text(self, labels: tuple[int, ...], filled: list[int]) -> str:
        """Return the text of characters in the cells ``filled``."""
        chars = [""] * len(self._field.cells)
        for number, label in zip(filled, labels, strict=True):
            chars[number] = self._chars[label]
        return self._field.join(chars)
