"""What is read together, words or lines for which a pattern holds, and what that comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.alike import overrules
from emnist_device.text.sources import Either

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.text.automaton import Source
    from emnist_device.text.constraints import Constraints
    from emnist_device.text.pattern.pattern import Pattern
    from emnist_device.text.sources import Words


@dataclass(frozen=True)
class Unit:
    """Characters that are read together.

    rows: of the page's characters, from left to right. gaps: whether the picture has one before
    each. emissions: how well each of ``BYCLASS`` explains each of them. source: what they come
    from. pattern: what is printed between them; None for a space in each gap. matched: whether they
    fulfil what was asked for, None where nothing was. bound: whether they can be nothing else than
    what was asked for; what neighbours tell is a prior otherwise.
    """

    rows: tuple[int, ...]
    gaps: tuple[bool, ...]
    emissions: NDArray[np.float64]
    source: Source
    pattern: Pattern | None
    matched: bool | None
    bound: bool


@dataclass(frozen=True)
class Units:
    """Makes units of a page's N characters.

    out: how probable words are that the lexicon of ``known`` lacks. free: what words come from that
    fulfil nothing. picture: (N, groups), what the classifier says of look-alikes that may occur.
    emissions: (N, 62). weighed: the same where a pattern holds.
    """

    known: Constraints
    out: float
    free: Words
    picture: NDArray[np.float64]
    emissions: NDArray[np.float64]
    weighed: NDArray[np.float64]

    def unit(self, rows: tuple[int, ...], gaps: tuple[bool, ...]) -> Unit:
        """Return the unit of ``rows`` with ``gaps`` before its characters."""
        known, pattern = self.known, self.known.pattern
        if not known.fits(gaps):
            own = self.emissions[list(rows)]
            return Unit(rows, gaps, own, self.free, None, matched=False, bound=False)
        own = self.weighed[list(rows)]
        source: Source = self.free if pattern is None else pattern.source(gaps)
        if known.lexicon is not None:
            either = Either(known.lexicon, source, self.out)
            # Within a pattern, a word that may be another is taken or left as a whole.
            if pattern is None or self.out == 0 or not self._overrules(either, rows, own):
                source = either
        bound = bool(known.lengths)
        return Unit(rows, gaps, own, source, pattern, matched=bound or None, bound=bound)

    def _overrules(self, either: Either, rows: Sequence[int], own: NDArray[np.float64]) -> bool:
        """Say whether the lexicon overrules the picture where the pattern lets it be."""
        listed, other = either.read(own).best, either.other.read(own).best
        return overrules(self.picture[list(rows)], np.array(listed), np.array(other))


def cut_lines(
    known: Constraints, gaps: Sequence[Sequence[bool]], grouped: Sequence[Sequence[int]]
) -> Iterator[list[tuple[tuple[int, ...], tuple[bool, ...]]]]:
    """Yield for each line what is read together: rows of characters, and gaps before these.

    ``gaps`` are those between the characters of each line, and ``grouped`` the rows of each word.
    """
    before = [gap for line in gaps for gap in (False, *line)]
    rest = iter(grouped)
    start = 0
    for line in gaps:
        rows = range(start, start + len(line) + 1)
        start = rows.stop
        parts: list[tuple[int, ...]] = []
        while not parts or parts[-1][-1] < rows[-1]:
            parts.append(tuple(next(rest)))
        if known.holds_for_line([_gaps(part, before) for part in parts], _gaps(rows, before)):
            parts = [tuple(rows)]
        yield [(part, _gaps(part, before)) for part in parts]


def _gaps(rows: Sequence[int], before: Sequence[bool]) -> tuple[bool, ...]:
    """Return whether a gap is before each of ``rows``, none being before the first."""
    return tuple(before[row] and row > rows[0] for row in rows)
