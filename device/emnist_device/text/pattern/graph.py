"""The parts of a pattern as a graph of states: which read ink, print, or take a gap for a space."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.text.pattern.parts import Choice, Print, Read, Repeat, Sequence
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from emnist_device.text.pattern.parts import Part

# A limit that no pattern for written text comes near; it keeps compilation short.
_MOST_STATES = 2000


@dataclass
class Graph:
    """States with arcs that read a character, print one that has no ink, or do neither.

    reads: state -> (characters, target). prints: state -> (character or nothing, target).
    gaps: state -> targets, for a space that is there only where the picture has a gap. symbols:
    what is printed, and may be found as ink as well. inked: whether these must be.
    """

    symbols: frozenset[str] = frozenset()
    inked: bool = False
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
                last = self._print(char, start)
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

    def _print(self, char: str, start: int) -> int:
        last = self.state()
        found = char in self.symbols
        if found:
            self.reads[start].append((frozenset(char), last))
        if not (found and self.inked):
            self.prints[start].append((char, last))
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
