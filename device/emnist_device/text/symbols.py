"""Which of a page's characters are symbols, such as / and +, by models that tell these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.case import weigh_places
from emnist_device.text.company import Neighbours
from emnist_device.text.rates import Rates
from emnist_device.text.restraint import RESTRAINT, groups_of
from emnist_device.text.signs import SIGNS
from emnist_device.text.spacing import PlacedLine, space_lines
from emnist_edge.alphabet import BYCLASS, SYMBOLS
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.text.constraints import Constraints
    from emnist_device.text.pattern.pattern import Pattern
    from emnist_device.text.spacing import Spaced, Stretch


# Symbols that are low, or flat.
_LOW = ".,-'\"_"
_REACHED = 0.75
# Strokes that a glyph does not tell from small ones, and these.
_STROKES, _MARKS = "1IL/()", ",'"
# Nothing is divided by less.
_LEAST = float(np.finfo(float).tiny)
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
        prior: (L,), how common letters and digits are by the classifier's lights.
        places: whether heights, baselines and neighbours count.
    """

    def __init__(
        self,
        alphabet: str,
        constraints: Constraints,
        prior: NDArray[np.float64],
        *,
        places: bool,
    ) -> None:
        self._constraints = constraints
        self._letters = Letters.of(alphabet)
        self._places = [alphabet.index(symbol) for symbol in constraints.symbols]
        self._strokes = [alphabet.index(char) for char in _STROKES if char in alphabet]
        symbols = enumerate(constraints.symbols)
        self._marks = [place for place, symbol in symbols if symbol in _MARKS]
        own = self._letters.alphabet
        groups = groups_of(own)
        # The classifier may take what there may be for what looks like it.
        listed = np.isin(np.arange(len(own)), constraints.classes[constraints.allowed])
        self._may_be = (listed @ groups) @ groups.T > 0
        self._prior, self._by_place = prior, places
        self._columns = np.array([SYMBOLS.index(each) for each in constraints.symbols], np.intp)
        self._kinds = np.array([[char.isdigit(), not char.isdigit()] for char in own], float)
        members = np.zeros((len(BYCLASS), len(own)))
        members[np.arange(len(BYCLASS)), constraints.classes] = constraints.classes >= 0
        self._members = members / np.maximum(members.sum(axis=0), 1)
        self._rates = Rates(constraints.symbols, constraints.asked)
        self._neighbours = Neighbours(constraints.symbols)
        self._joining = _WITHIN if constraints.lexicon is None else _LOST

    def find(self, probabilities: NDArray[np.float32], lines: Sequence[Sequence[Box]]) -> Told:
        """Return which characters are symbols.

        Args:
            probabilities: (N, C) by class, of the page's characters in reading order.
            lines: their boxes, from left to right and in the order of the rows.
        """
        letters = self._letters.pick(probabilities)
        none = ("",) * len(letters)
        plain = space_lines(lines, none, self._joining)
        if not self._places:
            return Told(none, np.zeros((len(letters), 0)), letters, plain)
        chances = self._weigh(probabilities, lines, plain)
        best = [self._constraints.symbols[place] for place in chances.argmax(axis=1).tolist()]
        are = chances.sum(axis=1) > (0.5 if self._may_be.any() else -1)
        symbols = tuple(symbol if is_one else "" for symbol, is_one in zip(best, are, strict=True))
        if self._constraints.pattern is not None:
            symbols = self._by_pattern(self._constraints.pattern, letters, chances, symbols, lines)
        lined = space_lines(lines, symbols, self._joining) if any(symbols) else plain
        return Told(symbols, chances, letters[[not symbol for symbol in symbols]], lined)

    def _weigh(
        self,
        probabilities: NDArray[np.float32],
        lines: Sequence[Sequence[Box]],
        spaced: Sequence[Spaced],
    ) -> NDArray[np.float64]:
        """Return how probable each symbol is for each character, (N, S).

        ``spaced`` are the lines as they are if none is a symbol.
        """
        boxes = [box for line in lines for box in line]
        reached = [np.quantile([box.height for box in line], _REACHED) for line in lines]
        heights = np.repeat(reached, np.array([len(line) for line in lines], np.intp))
        of_symbols = self._explain(probabilities, boxes, heights) * self._may_stand(boxes, heights)
        of_letters = probabilities[:, self._letters.places].astype(np.float64) * self._may_be
        doubtful = of_symbols.sum(axis=1) > SIGNS.doubtful
        if not self._by_place or not doubtful.any():
            return _share(SIGNS.alone * of_symbols, of_letters)
        asked = [line for line in spaced if doubtful[_slice(line.line.rows)].any()]
        rows = np.concatenate([np.array(line.line.rows) for line in asked])
        seen = self._emissions(of_symbols[rows], of_letters[rows])
        placed = [line.placed for line in asked if line.placed is not None]
        fits = weigh_places(seen, _counted_anew(placed)) ** SIGNS.place
        of_symbols[rows] *= fits[:, len(BYCLASS) + self._columns]
        of_letters[rows] *= fits[:, : len(BYCLASS)] @ self._members
        words = [_slice(part.rows) for line in asked for part in line.stretches]
        chances = self._among_others(of_symbols, of_letters @ self._kinds, words)
        return _hold(chances, _share(of_symbols, of_letters).sum(axis=1))

    def _explain(
        self,
        probabilities: NDArray[np.float32],
        boxes: Sequence[Box],
        heights: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return how well each symbol explains each character, (N, S).

        A glyph has lost its size: a small stroke is a comma or an apostrophe as well as what the
        classifier takes it for. A quarter of the line that ``boxes`` are in reach ``heights`` (N,).
        """
        found = probabilities[:, self._places].astype(np.float64) * self._rates.common
        if not self._by_place:
            return found
        small = np.array([box.height for box in boxes]) < SIGNS.small * heights
        strokes = SIGNS.stroke * probabilities[:, self._strokes].sum(axis=1) * small
        found[:, self._marks] = np.maximum(found[:, self._marks], strokes[:, None])
        return found

    def _may_stand(self, boxes: Sequence[Box], heights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 for each symbol, (N, S), that characters may be by their height, else 0.

        A quarter of the line that ``boxes`` are in reach ``heights`` (N,).
        """
        low = np.array([symbol in _LOW for symbol in self._constraints.symbols])
        sizes = np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)
        high = (sizes[:, 1] >= SIGNS.low * heights) & (sizes[:, 1] > sizes[:, 0])
        return 1.0 - np.outer(high, low)

    def _among_others(
        self,
        of_symbols: NDArray[np.float64],
        of_kinds: NDArray[np.float64],
        words: Sequence[slice],
    ) -> NDArray[np.float64]:
        """Return how probable each symbol is beside what else is on the page, (N, S).

        Only those in ``words`` may be symbols. ``of_symbols`` (N, S) and ``of_kinds`` (N, 2), of
        digits and letters, say how well each explains each character.
        """
        chances = of_symbols[:0]
        for _ in range(1 + SIGNS.rounds):
            scores = np.hstack([of_kinds, self._rates.of_page(chances) * of_symbols])
            chances = self._neighbours.weigh(scores, words)[:, 2:]
        return chances

    def _emissions(
        self, of_symbols: NDArray[np.float64], of_letters: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how well each of letters, digits and symbols explains each character, (N, 92)."""
        own = self._constraints
        smooth = (1 - SIGNS.floor) * of_letters + SIGNS.floor / of_letters.shape[1]
        seen = np.zeros((len(of_letters), len(BYCLASS) + len(SYMBOLS)))
        seen[:, : len(BYCLASS)] = (smooth / self._prior)[:, own.classes] * own.allowed
        seen[:, len(BYCLASS) + self._columns] = of_symbols * of_letters.shape[1]
        return seen

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
    """Return what ``pattern`` makes of each character of ``stretch``; nothing where it cannot.

    Ink that can be the pattern's symbols is rather that than what the pattern prints without ink.
    """
    own = fits[stretch.rows.start : stretch.rows.stop]
    reading = pattern.source(stretch.gaps).read(own)
    if pattern.exact:
        inked = pattern.inked.source(stretch.gaps).read(own)
        if inked.evidence >= reading.evidence + np.log(SIGNS.without_ink):
            reading = inked
    return tuple(pattern.chars[label] for label in reading.best)


def _share(of_symbols: NDArray[np.float64], of_letters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each symbol (N, S) in all that a character may be."""
    total = of_symbols.sum(axis=1) + of_letters.sum(axis=1)
    return np.asarray(of_symbols / np.maximum(total, _LEAST)[:, None])


def _hold(chances: NDArray[np.float64], picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``chances`` of symbols, (N, S), within what the ``picture`` (N,) of them leaves open.

    A prior never overrules the picture: what is surely a symbol stays one.
    """
    most = np.maximum(picture, np.minimum(_change(picture, SIGNS.against_best), SIGNS.turned))
    least = _change(picture, (1 - RESTRAINT.sure) / RESTRAINT.sure)
    total = np.maximum(chances.sum(axis=1), _LEAST)
    return np.asarray(chances * (np.clip(total, least, most) / total)[:, None])


def _change(share: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return the ``share`` (N,) whose odds are changed by ``factor``."""
    return factor * share / (factor * share + 1 - share)


def _slice(rows: range) -> slice:
    return slice(rows.start, rows.stop)


def _counted_anew(placed: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return ``placed`` with words whose characters are counted from the first of these lines."""
    found, first = [], 0
    for line in placed:
        shift = first - line.words[0].start
        words = tuple(range(word.start + shift, word.stop + shift) for word in line.words)
        found.append(PlacedLine(line.boxes, words))
        first += len(line.boxes)
    return found
