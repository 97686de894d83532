r"""A pattern that strings follow -> an automaton: masks such as AA99, or regular expressions.

A mask is of nothing but ``A``, ``a``, ``9`` and marks: any capital, any small letter, any digit,
the marks as they stand. Any other pattern is a regular expression; see
:mod:`emnist_device.text.pattern.syntax`. It says what all of a word or line looks like. Characters
other than letters and digits, such as a hyphen, are printed where the pattern has them, whether a
model that reads symbols found their ink or not. Of a space that may be there, the gaps of the
picture tell whether it is; ``.`` stands for it as well, and for a symbol that was found.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Automaton
from emnist_device.text.pattern.graph import Graph
from emnist_device.text.pattern.syntax import parse
from emnist_device.text.sources import AfterGaps, AmongSymbols
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections import abc

    from numpy.typing import NDArray

# A limit that no pattern for written text comes near; it keeps compilation short.
_MOST_WORK = 20_000
# The space that a way through a pattern has since the last character.
_NO_SPACE, _OF_PATTERN, _OF_GAP = range(3)


class Pattern:
    """A compiled pattern; raises :class:`ConstraintError` where a text is not a pattern.

    chars: the characters that may be found as ink: ``BYCLASS``, and the model's symbols.
    automaton: accepts them, labelled by their index in ``chars``; where ``gapped``, by that plus
    their number if they come after a gap. All strings weigh the same.

    Args:
        text: the pattern.
        symbols: those that a model reads, and that there may be.
        inked: whether these are read where they are found as ink alone.
    """

    def __init__(self, text: str, symbols: str = "", *, inked: bool = False) -> None:
        self.chars = BYCLASS + symbols
        self._text = text
        self._graph = Graph(frozenset(symbols), inked)
        self._start = self._graph.state()
        self._last = self._graph.add(parse(text, symbols), self._start)
        self.gapped = any(self._graph.gaps)
        self.automaton = self._determinize()

    @cached_property
    def inked(self) -> Pattern:
        """The same, but that all symbols of it are found as ink."""
        return Pattern(self._text, self.chars[len(BYCLASS) :], inked=True)

    @property
    def exact(self) -> bool:
        """Whether more than their number tells which characters it may read."""
        return self.gapped or not self._graph.symbols.isdisjoint(
            char for arcs in self._graph.reads for chars, _ in arcs for char in chars
        )

    @property
    def spaced(self) -> bool:
        """Whether it can have a space that is printed."""
        return self.gapped or any(char == " " for arcs in self._graph.prints for char, _ in arcs)

    def lengths(self, most: int, allowed: NDArray[np.bool_]) -> frozenset[int]:
        """Return how many characters it may find as ink, up to ``most``, whatever gaps.

        ``allowed`` (62,) says which letters and digits there may be.
        """
        every = np.ones(len(self.chars), bool)
        every[: len(allowed)] = allowed
        return self.automaton.lengths(most, np.tile(every, 1 + self.gapped))

    @property
    def readable(self) -> frozenset[str]:
        """The characters that it may find as ink."""
        own = np.unique(self.automaton.label % len(self.chars))
        return frozenset(self.chars[index] for index in own.tolist())

    def source(self, gaps: abc.Sequence[bool]) -> Automaton | AfterGaps:
        """Return where words come from that have gaps before these of their characters."""
        return AfterGaps(self.automaton, np.array(gaps, bool)) if self.gapped else self.automaton

    def around(
        self, gaps: abc.Sequence[bool], symbols: abc.Sequence[str]
    ) -> Automaton | AfterGaps | AmongSymbols:
        """Return where the letters and digits come from of words that have symbols.

        ``symbols`` says of each character which one it is, or is empty for letters and digits;
        ``gaps`` are as of :meth:`source`.
        """
        source = self.source(gaps)
        if len(self.chars) == len(BYCLASS):
            return source
        labels = [self.chars.index(symbol) if symbol else -1 for symbol in symbols]
        return AmongSymbols(source, np.array(labels, np.intp), len(self.chars))

    def accepts(self, chars: str) -> bool:
        """Say whether ``chars``, letters and digits without a gap, can be what it reads."""
        states = self._closure(frozenset([self._start]))
        for char in chars:
            states = self._closure(
                frozenset(
                    target
                    for state in states
                    for known, target in self._graph.reads[state]
                    if char in known
                )
            )
        return self._last in states

    def spell(self, chars: abc.Sequence[str], gaps: abc.Sequence[bool]) -> tuple[str, ...] | None:
        """Return what the pattern prints before each of ``chars``, and after the last.

        Spaces are as in ``gaps``, which says for each character whether a gap is before it, as far
        as the pattern lets them; beyond that, it prints no more than it must. None where the
        pattern does not accept ``chars``.
        """
        queue = [_Spelling(0, 0, 0, self._start, _NO_SPACE, ("",))]
        seen: set[tuple[int, int, int]] = set()
        while queue:
            spelling = heapq.heappop(queue)
            if spelling.key in seen:
                continue
            seen.add(spelling.key)
            if spelling.place == len(chars) and spelling.state == self._last:
                return spelling.marks
            for further in self._further(spelling, chars, gaps):
                heapq.heappush(queue, further)
        return None

    def _further(
        self, way: _Spelling, chars: abc.Sequence[str], gaps: abc.Sequence[bool]
    ) -> abc.Iterator[_Spelling]:
        """Yield how ``way`` may go on by one arc; see :meth:`spell`."""
        for char, target in self._graph.prints[way.state]:
            if char != " ":
                yield way.print(char, target, way.space)
            elif way.space != _OF_GAP:
                yield way.print(char, target, _OF_PATTERN)
        if way.place == len(chars):
            return
        gap = way.place > 0 and gaps[way.place]
        if gap and way.space == _NO_SPACE:
            for target in self._graph.gaps[way.state]:
                yield way.print(" ", target, _OF_GAP)
        for known, target in self._graph.reads[way.state]:
            if chars[way.place] in known:
                yield way.read(target, gap=gap)

    def _closure(self, states: frozenset[int], *, spaces: bool = True) -> frozenset[int]:
        """Return where ``states`` lead without reading; without a space, if not ``spaces``."""
        found, queue = set(states), list(states)
        while queue:
            for char, target in self._graph.prints[queue.pop()]:
                if target not in found and (spaces or char != " "):
                    found.add(target)
                    queue.append(target)
        return frozenset(found)

    def _before_next(self, states: frozenset[int]) -> tuple[frozenset[int], ...]:
        """Return where ``states`` lead before the next character; where gapped, also after a gap.

        One space at most stands for a gap: of the pattern, or of what can be one.
        """
        plain = self._closure(states)
        if not self.gapped:
            return (plain,)
        at_gap = self._closure(states, spaces=False)
        beyond = frozenset(target for state in at_gap for target in self._graph.gaps[state])
        return plain, plain | self._closure(beyond, spaces=False)

    def _determinize(self) -> Automaton:
        """Return the automaton by subset construction (Rabin, Scott 1959)."""
        start = self._before_next(frozenset([self._start]))
        numbers, queue, work = {start: 0}, [start], 0
        arcs, width = [], len(self.chars)
        known: dict[frozenset[int], tuple[frozenset[int], ...]] = {}
        while queue:
            origins = queue.pop()
            for shift, origin in enumerate(origins):
                for label, reached in self._steps(origin):
                    if reached not in known:
                        known[reached] = self._before_next(reached)
                    target = known[reached]
                    if target not in numbers:
                        numbers[target] = len(numbers)
                        queue.append(target)
                        work += len(target[0])
                    if work > _MOST_WORK:
                        raise ConstraintError(
                            "pattern can be read in too many ways; repeat less, or without an end, "
                            "as in .*"
                        )
                    arcs.append((numbers[origins], label + shift * width, numbers[target], 1.0))
        return Automaton.of_arcs(arcs, [float(self._last in plain) for plain, *_ in numbers])

    def _steps(self, states: frozenset[int]) -> abc.Iterator[tuple[int, frozenset[int]]]:
        """Yield each character, by its index, that ``states`` read, and where that leads."""
        reads = [arc for state in states for arc in self._graph.reads[state]]
        for label, char in enumerate(self.chars):
            reached = frozenset(target for known, target in reads if char in known)
            if reached:
                yield label, reached


@dataclass(frozen=True, order=True)
class _Spelling:
    """A way through a pattern as far as it goes, the best first.

    strayed: gaps without a space, and spaces without a gap. printed: characters printed. place: of
    the next character to read. space: which was printed since the last one. marks: see
    :meth:`Pattern.spell`.
    """

    strayed: int
    printed: int
    place: int
    state: int
    space: int
    marks: tuple[str, ...]

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells ways apart that go on differently."""
        return self.place, self.state, self.space

    def print(self, char: str, target: int, space: int) -> _Spelling:
        """Return the way on by printing ``char``, which may be nothing."""
        marks = (*self.marks[:-1], self.marks[-1] + char)
        return _Spelling(self.strayed, self.printed + len(char), self.place, target, space, marks)

    def read(self, target: int, *, gap: bool) -> _Spelling:
        """Return the way on by reading the next character."""
        strayed = self.strayed + (self.place > 0 and gap == (self.space == _NO_SPACE))
        marks = (*self.marks, "")
        return _Spelling(strayed, self.printed, self.place + 1, target, _NO_SPACE, marks)
