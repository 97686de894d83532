"""Which of a page's characters are symbols, such as / and +, by models that tell these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.restraint import groups_of
from emnist_device.text.spacing import space_lines
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Box
    from emnist_device.text.constraints import Constraints
    from emnist_device.text.pattern.pattern import Pattern
    from emnist_device.text.spacing import Spaced, Stretch


@dataclass(frozen=True)
class Signs:
    """When a character is a symbol. Probabilities.

    rarer: how much rarer symbols are in what people write, beside letters and digits, than in what
        models learn from. Chosen on lines by UNIPEN's held-out writers: with more, letters and
        digits are taken for symbols, with less, symbols are read as letters.
    low: a character is none of :data:`_LOW` where it is as high as this, in the height that a
        quarter of its line reaches. By hand.
    possible: where a pattern has a symbol, a character may be it that is so probable.
    floor: is left to each class of letters and digits, so that a pattern can ask for any. As of
        :class:`emnist_device.text.evidence.Floors`.
    """

    rarer: float = 0.11
    low: float = 0.85
    possible: float = 0.005
    floor: float = 1e-3


SIGNS = Signs()
# Symbols that are low, or flat.
_LOW = ".,-'\"_"
_REACHED = 0.75
# The symbol within a name; it parts no words.
_WITHIN = "'"
# Symbols that the words of a lexicon lose; see :mod:`emnist_device.text.lexicon`.
_LOST = ".,-:;'\"_"


@dataclass(frozen=True)
class Told:
    """What is told of a page's N characters, as symbols and as letters and digits.

    symbols: of each, which symbol it is, or empty. chances: (N, S), of each symbol that there may
    be, as against letters and digits. letters: (M, L), what the classifier says of those that are
    letters and digits. lines: where all stand.
    """

    symbols: tuple[str, ...]
    chances: NDArray[np.float64]
    letters: NDArray[np.float32]
    lines: tuple[Spaced, ...]

    @property
    def rows(self) -> NDArray[np.intp]:
        """Which of the page's characters are letters and digits, (M,)."""
        return np.flatnonzero([not symbol for symbol in self.symbols])

    def shares(self, bound: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return how probable it is that letters and digits are that, (M, 1).

        1 where they are ``bound`` (M,) to it.
        """
        likely = 1 - self.chances[self.rows].sum(axis=1)
        return np.where(bound, 1.0, likely)[:, None]


class SymbolFinder:
    """Tells symbols from letters and digits.

    Args:
        alphabet: the characters of the classifier's classes.
        constraints: which characters there can be.
    """

    def __init__(self, alphabet: str, constraints: Constraints) -> None:
        self._constraints = constraints
        self._letters = Letters.of(alphabet)
        self._places = [alphabet.index(symbol) for symbol in constraints.symbols]
        own = self._letters.alphabet
        groups = groups_of(own)
        # The classifier may take what there may be for what looks like it.
        listed = np.isin(np.arange(len(own)), constraints.classes[constraints.allowed])
        self._may_be = (listed @ groups) @ groups.T > 0
        self._joining = _WITHIN if constraints.lexicon is None else _LOST

    def find(self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]) -> Told:
        """Return which characters are symbols.

        Args:
            probabilities: (N, C) by class, of the page's characters in reading order.
            lines: their boxes, from left to right and in the order of the rows.
        """
        letters = self._letters.pick(probabilities)
        none = ("",) * len(letters)
        if not self._places:
            lined = space_lines(lines, none, self._joining)
            return Told(none, np.zeros((len(letters), 0)), letters, lined)
        of_symbols = SIGNS.rarer * probabilities[:, self._places] * self._may_stand(lines)
        of_letters = probabilities[:, self._letters.places].astype(np.float64) * self._may_be
        total = of_symbols.sum(axis=1) + of_letters.sum(axis=1)
        chances = of_symbols / np.maximum(total, np.finfo(float).tiny)[:, None]
        best = [self._constraints.symbols[place] for place in chances.argmax(axis=1).tolist()]
        are = chances.sum(axis=1) > (0.5 if self._may_be.any() else -1)
        symbols = tuple(symbol if is_one else "" for symbol, is_one in zip(best, are, strict=True))
        if self._constraints.pattern is not None:
            symbols = self._by_pattern(self._constraints.pattern, letters, chances, symbols, lines)
        lined = space_lines(lines, symbols, self._joining)
        return Told(symbols, chances, letters[[not symbol for symbol in symbols]], lined)

    def _may_stand(self, lines: Sequence[Sequence[Box]]) -> NDArray[np.float64]:
        """Return 1 for each symbol, (N, S), that characters may be by their height, else 0."""
        low = np.array([symbol in _LOW for symbol in self._constraints.symbols])
        reached = [np.quantile([box.height for box in line], _REACHED) for line in lines]
        high = [
            box.height >= SIGNS.low * height and box.height > box.width
            for line, height in zip(lines, reached, strict=True)
            for box in line
        ]
        return 1.0 - np.outer(high, low)

    def _by_pattern(
        self,
        pattern: Pattern,
        letters: NDArray[np.float32],
        chances: NDArray[np.float64],
        symbols: tuple[str, ...],
        lines: Sequence[Sequence[Box]],
    ) -> tuple[str, ...]:
        """Return which symbol each character is where ``pattern`` says so, else as ``symbols``."""
        smooth = (1 - SIGNS.floor) * letters + SIGNS.floor / letters.shape[1]
        share = 1 - chances.sum(axis=1, keepdims=True)
        known = self._constraints
        fits = np.hstack(
            [
                (smooth * np.maximum(share, SIGNS.floor))[:, known.classes] * known.allowed,
                np.where(chances >= SIGNS.possible, chances, 0),
            ]
        )
        found = list(symbols)
        for line in space_lines(lines, symbols, self._joining):
            parts = [(each.rows, _read(pattern, fits, each)) for each in line.stretches]
            if pattern.spaced or not all(chars for _, chars in parts):
                whole = _read(pattern, fits, line.line)
                parts = [(line.line.rows, whole)] if whole else parts
            for rows, chars in parts:
                for row, char in zip(rows if chars else (), chars, strict=True):
                    found[row] = char if char in known.symbols else ""
        return tuple(found)


def _read(pattern: Pattern, fits: NDArray[np.float64], stretch: Stretch) -> tuple[str, ...]:
    """Return what ``pattern`` makes of each character of ``stretch``; nothing where it cannot."""
    reading = pattern.source(stretch.gaps).read(fits[stretch.rows.start : stretch.rows.stop])
    return tuple(pattern.chars[label] for label in reading.best)
