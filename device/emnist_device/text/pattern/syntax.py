r"""Text of a pattern -> its parts: what is read, what is printed, choices and repetitions.

Whatever has a clear meaning where there are but letters, digits and gaps is taken as regular
expressions have it; for the rest, :class:`ConstraintError` says what to write instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emnist_device.text.pattern.masks import Literals, is_mask, mask_parts
from emnist_device.text.pattern.parts import (
    Choice,
    Read,
    Repeat,
    Sequence,
    is_fixed,
    literal,
    printed_text,
)
from emnist_device.text.pattern.sets import escape, fault, parse_brackets
from emnist_edge.alphabet import BYCLASS, DIGITS, SYMBOLS
from emnist_edge.errors import ConstraintError, shown

if TYPE_CHECKING:
    from emnist_device.text.pattern.parts import Part

# Limits that no pattern for written text comes near; they keep parsing and compilation short.
_LONGEST, _MOST_REPEATS, _DEEPEST = 1000, 100, 30
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}", re.ASCII)
_GROUP = re.compile(r"\?(:|P?<[A-Za-z_]\w*>)", re.ASCII)
# What to write for groups that have no meaning here, by what they begin with.
_GROUP_ADVICE = {
    "?=": "looks ahead, which a pattern cannot; write what follows itself",
    "?!": "looks ahead, which a pattern cannot; list what may be there, such as [^0]",
    "?<": "looks back, which a pattern cannot; write what is before it itself",
    "?P": "refers back, which a pattern cannot; write again what is repeated",
    "?#": "has a comment; leave it out",
    "?>": "has an atomic group; write (?:...)",
}
_FLAGS = "has flags, which a pattern has not; for either case write both, such as [Aa]"
_BARE_RANGE = re.compile(r"0-9|A-Z|a-z|(?<![^\W_])(A-F|a-f)(?![^\W_])", re.ASCII)
_QUANTIFIERS = "?*+{"


def parse(text: str, symbols: str = "") -> Part:
    """Return the parts of the pattern ``text``, for a model that reads ``symbols``.

    Raises :class:`ConstraintError` where ``text`` is no pattern.
    """
    if not text:
        raise ConstraintError("pattern is empty: leave it out, or say what lines look like")
    if len(text) > _LONGEST:
        raise ConstraintError(f"pattern has {len(text)} characters; at most {_LONGEST} can be")
    subject = f"pattern '{text}'"
    bare = text[1:-1] if text.startswith("^") and text.endswith("$") else text
    if is_mask(bare):
        return mask_parts(bare, subject)
    return _Parser(text, subject, frozenset(symbols)).whole()


class _Parser:
    """Reads a regular expression from left to right; each method returns what it has read."""

    def __init__(self, text: str, subject: str, symbols: frozenset[str]) -> None:
        self._symbols, self._readable = symbols, symbols.union(BYCLASS)
        self._text, self._subject, self._at, self._depth = text, subject, 0, 0
        self._literals = Literals()

    def whole(self) -> Part:
        part = self._choice()
        if self._at < len(self._text):
            raise self._error(r"has a ) too many; write \) for one that is printed")
        self._literals.refuse_mask(self._text, self._subject)
        if is_fixed(part):
            raise ConstraintError(
                shown(
                    f"{self._subject} is one fixed text, and whatever is as long would be "
                    r"read as that; write [A-Z] for any capital, [a-z] for any small letter, "
                    r"\d for any digit"
                )
            )
        return part

    def _choice(self) -> Part:
        start = self._at
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"has over {_DEEPEST} brackets in each other")
        branches = [self._branch()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._branch())
        self._depth -= 1
        marks = {text for text in map(printed_text, branches) if text}
        if len(marks) > 1 and all(printed_text(each) is not None for each in branches):
            if len(marks) == len(branches) and self._symbols.issuperset(marks):
                return Read(frozenset(marks))
            raise self._error(f"{_choice_of(marks)}", start)
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _branch(self) -> Part:
        r"""Read one branch; at the top it may stand between ^ and $, or between two \b."""
        top, start = self._depth == 1, self._at
        opened = self._skip("^", r"\b") if top else ""
        parts = []
        while self._peek() not in ("", "|", ")") and not (top and self._closes()):
            parts.append(self._repeated())
        closed = self._skip("$", r"\b") if top else ""
        if {"^": "$"}.get(opened, opened) != closed:
            raise self._error(
                f"has {opened or closed} at one end alone; a pattern says what all of a word or "
                "line looks like, so leave it out, or add .* for what may be there",
                start if opened else self._at - 1,
            )
        return Sequence(tuple(parts))

    def _closes(self) -> bool:
        r"""Say whether a $ or \b is next that ends a branch."""
        rest = self._text[self._at :]
        return any(
            rest.startswith(end) and rest[len(end) :][:1] in ("", "|") for end in ("$", r"\b")
        )

    def _skip(self, *marks: str) -> str:
        """Go beyond one of ``marks`` if it is next, and return it."""
        mark = next((mark for mark in marks if self._text.startswith(mark, self._at)), "")
        self._at += len(mark)
        return mark

    def _repeated(self) -> Part:
        start = self._at
        part = self._item()
        bounds = self._bounds()
        if bounds is None:
            return part
        if start in self._literals.found:
            self._literals.repeated.add(start)
        return Repeat(part, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        """Return how often at least and at most what was just read may come; None for once."""
        start, operator = self._at, self._peek()
        if not operator or operator not in _QUANTIFIERS:
            return None
        if operator == "{":
            bounds = self._count()
        else:
            self._at += 1
            bounds = {"?": (0, 1), "*": (0, None), "+": (1, None)}[operator]
        if self._peek() == "?":  # of what matches as a whole, a lazy one matches the same
            self._at += 1
        elif self._peek() == "+":
            raise self._error("has a possessive quantifier; leave out the + behind it")
        if self._peek() and self._peek() in _QUANTIFIERS:
            raise self._error("repeats what is repeated; put brackets around it")
        least, most = bounds
        if max(least, most or 0) > _MOST_REPEATS:
            raise self._error(
                f"repeats more than {_MOST_REPEATS} times; write {{{min(least, _MOST_REPEATS)},}} "
                "for any number from there on",
                start,
            )
        if most is not None and most < least:
            raise self._error("has a count whose end is before its start", start)
        return bounds

    def _count(self) -> tuple[int, int | None]:
        count = _COUNT.match(self._text, self._at)
        if count is None or not (count[1] or count[3]):
            raise self._error(
                r"needs a count such as {3}, {2,4} or {2,}; write \{ for one that is printed"
            )
        self._at = count.end()
        least, most = (int(part) if part else None for part in count.group(1, 3))
        return least or 0, most if count[2] else least

    def _item(self) -> Part:
        at, char = self._at, self._text[self._at]
        if bare := _BARE_RANGE.match(self._text, at):
            plain = bare[0].replace("-", r"\-")
            raise self._error(f"has {bare[0]} outside of [ ]; write [{bare[0]}], or {plain}")
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            found, self._at = parse_brackets(self._text, at, self._subject, self._readable)
            return self._set(found, at)
        if char == ".":
            self._literals.classes = True
            return Read(self._readable, gap=True)
        if char == "\\":
            found, self._at = escape(self._text, self._at, self._subject, self._readable)
            return self._set(found, at)
        if char in _QUANTIFIERS:
            raise self._error(
                rf"has nothing before {char} to repeat; write \{char} to print it", at
            )
        if char in "^$":
            raise self._error(
                rf"has {char} inside; put ^ and $ around all of it, or write \{char} to print it",
                at,
            )
        if char in "]}":
            raise self._error(rf"has a {char} too many; write \{char} for one that is printed", at)
        if char.isalnum():
            self._literals.found[at] = char
        return literal(char, self._subject, at)

    def _group(self) -> Part:
        start = self._at - 1
        if self._peek() == "?":
            named = _GROUP.match(self._text, self._at)
            if named is None:
                opening = self._text[self._at : self._at + 2]
                raise self._error(_GROUP_ADVICE.get(opening, _FLAGS), start)
            self._at = named.end()
        part = self._choice()
        if self._peek() != ")":
            raise self._error(r"lacks a ) for this (; write \( for one that is printed", start)
        self._at += 1
        return part

    def _set(self, found: frozenset[str], at: int) -> Part:
        """Return the part that reads or prints one of ``found``, which stands at ``at``."""
        inked = found & frozenset(BYCLASS)
        unread = found - self._readable - {" "}
        if not inked and len(found) == 1:
            return literal(min(found), self._subject, at)
        if unread:
            for char in sorted(unread):
                literal(char, self._subject, at)  # what can be printed nowhere has its own error
            if not inked:
                raise self._error(_choice_of(found), at)
            known = min(unread) in SYMBOLS
            lacking = "this model, or the charset, has it not" if known else "no model reads it"
            raise self._error(
                f"has {min(unread)!r} in a set with letters or digits, and {lacking}; take it "
                "out, or write it where it is printed",
                at,
            )
        self._literals.classes |= bool(inked)
        self._literals.digit_classes |= bool(inked & frozenset(DIGITS))
        return Read(found - {" "}, gap=" " in found)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _error(self, message: str, at: int | None = None) -> ConstraintError:
        return fault(self._subject, message, self._at if at is None else at)


def _choice_of(marks: frozenset[str] | set[str]) -> str:
    """Return what is wrong with a choice between ``marks``."""
    named = " or ".join(repr(mark) for mark in sorted(marks))
    return f"has a choice of {named}, which are not told apart here; write the one to print"
