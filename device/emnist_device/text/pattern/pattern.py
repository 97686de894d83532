r"""A pattern that strings follow -> an automaton: masks such as AA99, or regular expressions.

A mask is of nothing but ``A``, ``a``, ``9`` and marks: any capital, any small letter, any digit,
the marks as they stand. Any other pattern is a regular expression; see
:mod:`emnist_device.text.pattern.syntax`. It says what all of a word or line looks like. Characters
that no model reads, such as a hyphen, take up no ink: they are printed where the pattern has them.
Of a space that may be there, the gaps of the picture tell whether it is; ``.`` stands for it as
well.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Automaton
from emnist_device.text.pattern.parts import Choice, Print, Read, Repeat, Sequence
from emnist_device.text.pattern.syntax import parse
from emnist_device.text.sources import AfterGaps
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections import abc

    from numpy.typing import NDArray

    from emnist_device.text.pattern.parts import Part

# Limits that no pattern for written text comes near; they keep compilation short.
_MOST_STATES, _MOST_WORK = 2000, 20_000
_ALL = len(BYCLASS)
# The space that a way through a pattern has since the last character.
_NO_SPACE, _OF_PATTERN, _OF_GAP = range(3)


@dataclass
class _Graph:
    """States with arcs that read a character, print one that has no ink, or do neither.

    reads: state -> (characters, target). prints: state -> (character or nothing, target).
    gaps: state -> targets, for a space that is there only where the picture has a gap.
    """

    reads: list[list[tuple[frozenset[str], int]]] = field(default_factory=list)
    prints: list[list[tuple[str, int]]] = field(default_factory=list)
    gaps: list[list[int]] = field(default_factory=list)

    def state(self) -> int:
        """Add a state and return its number."""
        if len(self.reads) >= _MOST_STATES:
            raise ConstraintError("pattern is too large; repeat less, or without an end, as in .*")
        self.reads.append([])
        self.prints.append([])
        self.gaps.append([])
        return len(self.reads) - 1

    def add(self, part: Part, start: int) -> int:
        """Add ``part`` from the state ``start`` on; return the state in which it ends."""
        match part:
            case Read(chars, gap):
                last = self.state()
                self.reads[start].append((chars, last))
                if gap:
                    self.gaps[start].append(last)
            case Print(char):
                last = self.state()
                self.prints[start].append((char, last))
            case Sequence(parts):
                last = start
                for each in parts:
                    last = self.add(each, last)
            case Choice(parts):
                last = self.state()
                for each in parts:
                    self._join(self.add(each, self._fork(start)), last)
            case Repeat():
                last = self._repeat(part, start)
        return last

    def _repeat(self, part: Repeat, start: int) -> int:
        end = self.state()
        last = start
        if part.least == 0:
            self._join(start, end)
        for count in range(1, (part.least if part.most is None else part.most) + 1):
            last = self.add(part.part, self._fork(last))
            if count >= part.least:
                self._join(last, end)
        if part.most is None:
            loop = self._fork(last)
            self._join(self.add(part.part, loop), loop)
            self._join(loop, end)
        return end

    def _fork(self, state: int) -> int:
        new = self.state()
        self._join(state, new)
        return new

    def _join(self, state: int, target: int) -> None:
        self.prints[state].append(("", target))


class Pattern:
    """A compiled pattern; raises :class:`ConstraintError` where a text is not a pattern.

    automaton: accepts the characters with ink, labelled by their index in ``BYCLASS``; where
    ``gapped``, by that plus 62 if they come after a gap. All strings weigh the same.
    """

    def __init__(self, text: str) -> None:
        self._graph = _Graph()
        self._start = self._graph.state()
        self._last = self._graph.add(parse(text), self._start)
        self.gapped = any(self._graph.gaps)
        self.automaton = self._determinize()

    @property
    def spaced(self) -> bool:
        """Whether it can have a space that is printed."""
        return self.gapped or any(char == " " for arcs in self._graph.prints for char, _ in arcs)

    def lengths(self, most: int, allowed: NDArray[np.bool_]) -> frozenset[int]:
        """Return how many of the ``allowed`` (62,) it may read, up to ``most``, whatever gaps."""
        labels = np.concatenate([allowed, allowed]) if self.gapped else allowed
        return self.automaton.lengths(most, labels)

    def source(self, gaps: abc.Sequence[bool]) -> Automaton | AfterGaps:
        """Return where words come from that have gaps before these of their characters."""
        return AfterGaps(self.automaton, np.array(gaps, bool)) if self.gapped else self.automaton

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
        arcs = []
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
                    arcs.append((numbers[origins], label + shift * _ALL, numbers[target], 1.0))
        return Automaton.of_arcs(arcs, [float(self._last in plain) for plain, *_ in numbers])

    def _steps(self, states: frozenset[int]) -> abc.Iterator[tuple[int, frozenset[int]]]:
        """Yield each character, by its index, that ``states`` read, and where that leads."""
        reads = [arc for state in states for arc in self._graph.reads[state]]
        for label, char in enumerate(BYCLASS):
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
