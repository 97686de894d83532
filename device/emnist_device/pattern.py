r"""A pattern that strings follow -> an automaton: masks such as AA99, or regular expressions.

A pattern of nothing but ``A``, ``a``, ``9``, spaces and ``-./:,_#`` is a mask: any capital, any
small letter, any digit, the rest as it stands. Any other is a regular expression with literals,
``.``, ``[a-z]``, ``[^a-z]``, ``\d``, ``|``, ``(...)``, ``?``, ``*``, ``+``, ``{m}``, ``{m,n}`` and
``{m,}``; a backslash takes the special meaning from what follows. Characters that no model reads,
such as a hyphen, take up no ink: they are printed where the pattern has them.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.automaton import Automaton
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER
from emnist_edge.errors import ConstraintError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MASK = {"A": UPPER, "a": LOWER, "9": DIGITS}
_PUNCTUATION = " -./:,_#"
# Limits that no pattern for written text comes near; they keep compilation short.
_MOST_REPEATS, _MOST_STATES, _MOST_WORK, _DEEPEST = 100, 2000, 20_000, 30


@dataclass
class _Graph:
    """States with arcs that read a character, print one that has no ink, or do neither.

    reads: state -> (characters, target). prints: state -> (character or nothing, target).
    """

    reads: list[list[tuple[frozenset[str], int]]] = field(default_factory=list)
    prints: list[list[tuple[str, int]]] = field(default_factory=list)

    def state(self) -> int:
        """Add a state and return its number."""
        if len(self.reads) >= _MOST_STATES:
            raise ConstraintError("pattern is too large; repeat less")
        self.reads.append([])
        self.prints.append([])
        return len(self.reads) - 1


class Pattern:
    """A compiled pattern.

    automaton: accepts the characters with ink, labelled by their index in ``BYCLASS``; all strings
    weigh the same. Raises :class:`ConstraintError` for what is no pattern.
    """

    def __init__(self, text: str) -> None:
        self._graph = _Graph()
        self._start = self._graph.state()
        parser = _Parser(text, self._graph)
        self._last = parser.mask(self._start) if _is_mask(text) else parser.whole(self._start)
        self.automaton = self._determinize()

    @property
    def spaced(self) -> bool:
        """Whether it has a space that is printed."""
        return any(char == " " for arcs in self._graph.prints for char, _ in arcs)

    def accepts(self, chars: str) -> bool:
        """Say whether ``chars``, letters and digits, can be what it reads."""
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

    def spell(self, chars: Sequence[str]) -> str:
        """Return ``chars`` with what the pattern prints between them, and no more than it must.

        A string that the pattern does not accept is returned as it is.
        """
        queue = [(0, 0, self._start, "")]
        seen: set[tuple[int, int]] = set()
        while queue:
            printed, place, state, text = heapq.heappop(queue)
            if (place, state) in seen:
                continue
            seen.add((place, state))
            if place == len(chars) and state == self._last:
                return text
            for char, target in self._graph.prints[state]:
                heapq.heappush(queue, (printed + len(char), place, target, text + char))
            if place < len(chars):
                for known, target in self._graph.reads[state]:
                    if chars[place] in known:
                        heapq.heappush(queue, (printed, place + 1, target, text + chars[place]))
        return "".join(chars)

    def _closure(self, states: frozenset[int]) -> frozenset[int]:
        found, queue = set(states), list(states)
        while queue:
            for _, target in self._graph.prints[queue.pop()]:
                if target not in found:
                    found.add(target)
                    queue.append(target)
        return frozenset(found)

    def _determinize(self) -> Automaton:
        """Return the automaton by subset construction (Rabin, Scott 1959)."""
        start = self._closure(frozenset([self._start]))
        numbers, queue, work = {start: 0}, [start], 0
        arcs = []
        while queue:
            states = queue.pop()
            reads = [arc for state in states for arc in self._graph.reads[state]]
            closures: dict[frozenset[int], frozenset[int]] = {}
            for label, char in enumerate(BYCLASS):
                reached = frozenset(target for known, target in reads if char in known)
                if not reached:
                    continue
                if reached not in closures:
                    closures[reached] = self._closure(reached)
                target = closures[reached]
                if target not in numbers:
                    numbers[target] = len(numbers)
                    queue.append(target)
                    work += len(target)
                    if work > _MOST_WORK:
                        raise ConstraintError("pattern has too many ways; repeat less")
                arcs.append((numbers[states], label, numbers[target], 1.0))
        return Automaton.of_arcs(arcs, [float(self._last in states) for states in numbers])


def _is_mask(text: str) -> bool:
    return any(char in _MASK for char in text) and all(
        char in _MASK or char in _PUNCTUATION for char in text
    )


class _Parser:
    """Reads a pattern from left to right into ``graph``.

    Each method takes the state it goes on from and returns the one it ends in.
    """

    def __init__(self, text: str, graph: _Graph) -> None:
        self._text, self._graph, self._at, self._depth = text, graph, 0, 0

    def mask(self, start: int) -> int:
        for char in self._text:
            start = self._char(start, frozenset(_MASK.get(char, char)))
        return start

    def whole(self, start: int) -> int:
        last = self._choice(start)
        if self._at < len(self._text):
            raise self._error("has a ) too many")
        return last

    def _choice(self, start: int) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("is nested too deeply")
        last = self._graph.state()
        while True:
            branch = self._graph.state()
            self._graph.prints[start].append(("", branch))
            self._graph.prints[self._sequence(branch)].append(("", last))
            if self._peek() != "|":
                self._depth -= 1
                return last
            self._at += 1

    def _sequence(self, start: int) -> int:
        while self._peek() not in ("", "|", ")"):
            start = self._repeated(start)
        return start

    def _repeated(self, start: int) -> int:
        begin = self._at
        last = self._item(start)
        after = self._at
        bounds = self._bounds()
        if bounds is None:
            return last
        end, (least, most) = self._at, bounds
        # What is repeated is read anew for each time; the first reading is the first time.
        stops = [start] if least == 0 else []
        for count in range(1, max(least, most or least, 1) + 1):
            if count > 1:
                self._at = begin
                last = self._item(last)
            if count >= least:
                stops.append(last)
        if most is None:
            self._at = begin
            loop = self._graph.state()
            self._graph.prints[last].append(("", loop))
            self._graph.prints[self._item(loop)].append(("", loop))
            stops.append(loop)
        self._at = max(end, after)
        joined = self._graph.state()
        if most == 0:
            stops = [start]
        for stop in stops:
            self._graph.prints[stop].append(("", joined))
        return joined

    def _bounds(self) -> tuple[int, int | None] | None:
        """Return how often at least and at most what was just read may come; None for once."""
        operator = self._peek()
        if operator in ("?", "*", "+"):
            self._at += 1
            bounds: tuple[int, int | None] = {"?": (0, 1), "*": (0, None), "+": (1, None)}[operator]
        elif operator == "{":
            close = self._text.find("}", self._at)
            inner = self._text[self._at + 1 : close] if close > 0 else ""
            least, comma, most = inner.partition(",")
            if not _is_count(least) or (most and not _is_count(most)):
                raise self._error("needs a count such as {3}, {2,4} or {2,}")
            self._at = close + 1
            bounds = int(least), (int(most) if most else None) if comma else int(least)
        else:
            return None
        if bounds[0] > _MOST_REPEATS or (bounds[1] or 0) > _MOST_REPEATS:
            raise self._error(f"repeats more than {_MOST_REPEATS} times")
        if bounds[1] is not None and bounds[1] < bounds[0]:
            raise self._error("has a count whose end is before its start")
        if self._peek() and self._peek() in "?*+{":
            raise self._error("repeats what is repeated; put brackets around it")
        return bounds

    def _item(self, start: int) -> int:
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            last = self._choice(start)
            if self._peek() != ")":
                raise self._error("lacks a )")
            self._at += 1
            return last
        if char == "[":
            return self._char(start, frozenset(self._set()))
        if char == ".":
            return self._char(start, frozenset(BYCLASS))
        if char == "\\":
            return self._char(start, frozenset(self._escaped()))
        if char in "?*+{":
            raise self._error(f"has nothing before {char} to repeat")
        return self._char(start, frozenset(char))

    def _char(self, start: int, known: frozenset[str]) -> int:
        """Go on by one of ``known``: with ink where it is a letter or digit, else without."""
        target = self._graph.state()
        if not all(each.isprintable() for each in known):
            raise self._error("has a character that cannot be printed")
        inked = known & frozenset(BYCLASS)
        if inked:
            self._graph.reads[start].append((inked, target))
        for char in sorted(known - inked):
            self._graph.prints[start].append((char, target))
        return target

    def _escaped(self) -> str:
        char = self._peek()
        if not char:
            raise self._error("ends in a backslash")
        if char.isalnum() and char != "d":
            raise self._error(f"has \\{char}; of letters, only \\d is known")
        self._at += 1
        return DIGITS if char == "d" else char

    def _set(self) -> Iterator[str]:
        """Yield the characters of [...], whose [ has been read."""
        negated = self._peek() == "^"
        self._at += negated
        found: set[str] = set()
        while self._peek() != "]" or not found:
            char = self._peek()
            if not char:
                raise self._error("lacks a ]")
            self._at += 1
            members = self._escaped() if char == "\\" else char
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("", "]"):
                end = self._text[self._at + 1]
                self._at += 2
                kind = next((kind for kind in (DIGITS, UPPER, LOWER) if members in kind), "")
                if len(members) > 1 or end not in kind or end < members:
                    raise self._error(f"has {members}-{end}, which is no range of a kind")
                members = kind[kind.index(members) : kind.index(end) + 1]
            found.update(members)
        self._at += 1
        known = set(BYCLASS) - found if negated else found
        if not known:
            raise self._error("has a [^...] that leaves nothing")
        yield from known

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _error(self, message: str) -> ConstraintError:
        return ConstraintError(shown(f"pattern {self._text!r} {message} (at {self._at + 1})"))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
