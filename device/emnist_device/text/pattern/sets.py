r"""Sets of characters in patterns and charsets: ``[A-F0-9]``, ``[^aeiou]``, ``[[:alpha:]]``.

A space stands in a set for itself: it takes up no ink, and is there where the picture has a gap.
"""

from __future__ import annotations

import re

from emnist_device.decoding import CHARSETS
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, SYMBOLS, UPPER
from emnist_edge.errors import ConstraintError, shown

_LETTERS = UPPER + LOWER
_KINDS = (DIGITS, UPPER, LOWER)

# What a letter after a backslash stands for; a capital of these for all else that can be read.
_ESCAPES = {"d": frozenset(DIGITS), "w": frozenset(BYCLASS), "s": frozenset(" ")}
_OTHERS = ("D", "S")
_KNOWN = r"\d, \D, \w, \s and \S"
# What to write for other escapes.
_ADVICE = {
    "W": r"name what is printed there, such as - or a space",
    "b": "a pattern holds for whole words or lines; leave it out",
    "B": "a pattern holds for whole words or lines; leave it out",
    "A": "write ^ for the start",
    "Z": "write $ for the end",
    "z": "write $ for the end",
    "p": "write [A-Z] for capitals, [a-z] for small letters",
    "P": "name the characters in [...]",
    "h": "write a space",
    "n": r"write a space, or \s; a pattern holds for one line",
    "t": r"write a space, or \s",
    "r": r"write a space, or \s",
    "x": "write the character itself",
    "u": "write the character itself",
    "k": "write again what is repeated",
}
_POSIX = {
    "alpha": frozenset(_LETTERS),
    "digit": frozenset(DIGITS),
    "alnum": frozenset(BYCLASS),
    "word": frozenset(BYCLASS),
    "upper": frozenset(UPPER),
    "lower": frozenset(LOWER),
    "xdigit": frozenset(CHARSETS["hex"]),
    "space": frozenset(" "),
    "blank": frozenset(" "),
    "punct": frozenset(SYMBOLS),
}


def fault(subject: str, message: str, at: int) -> ConstraintError:
    """Return the error that ``subject``, a pattern with its text, has at the index ``at``."""
    return ConstraintError(shown(f"{subject} {message} (at {at + 1})"))


def escape(
    text: str, at: int, subject: str, readable: frozenset[str]
) -> tuple[frozenset[str], int]:
    r"""Return what the escape stands for whose ``\`` is before ``at``, and where it ends.

    ``readable``: the characters that a model reads.
    """
    char = text[at : at + 1]
    if not char:
        raise fault(subject, r"ends in a backslash; write \\ for one that is printed", at - 1)
    if char in _ESCAPES:
        return _ESCAPES[char], at + 1
    if char in _OTHERS:
        return (readable | {" "}) - _ESCAPES[char.lower()], at + 1
    if char.isalnum():
        advice = "write again what is repeated" if char.isdigit() else _ADVICE.get(char)
        message = f"; {advice}" if advice else ""
        raise fault(subject, rf"has \{char}; of letters, {_KNOWN} are known{message}", at - 1)
    return frozenset(char), at + 1


def span(first: str, last: str, subject: str, at: int) -> str:
    """Return the characters from ``first`` to ``last``, both of one kind; ``at`` for errors."""
    kind = next((kind for kind in _KINDS if first in kind), "")
    if not kind or last not in kind or last < first:
        raise fault(
            subject,
            f"has {first}-{last}, which is no range of a kind; ranges go from low to high within "
            "0-9, A-Z or a-z",
            at,
        )
    return kind[kind.index(first) : kind.index(last) + 1]


def parse_brackets(
    text: str, at: int, subject: str, readable: frozenset[str]
) -> tuple[frozenset[str], int]:
    """Return the characters of the set whose ``[`` is at ``at``, and where the set ends.

    A negated one has all else that is ``readable`` by a model, and a space unless it lists that.
    Raises :class:`ConstraintError` for none.
    """
    start = at
    negated = text[at + 1 : at + 2] == "^"
    at += 1 + negated
    _refuse_bare_class(text, start, subject)
    found: set[str] = set()
    while text[at : at + 1] != "]" or not found:
        members, end = _member(text, at, start, subject, readable)
        if text[end : end + 1] == "-" and text[end + 1 : end + 2] not in ("", "]"):
            last, after = _member(text, end + 1, start, subject, readable)
            if len(members) > 1 or len(last) > 1:
                raise fault(subject, "has a range from or to a class; write - last", end)
            members = frozenset(span(min(members), min(last), subject, at))
            end = after
        found |= members
        at = end
    if not negated:
        return frozenset(found), at + 1
    kept = (readable | {" "}) - found
    if not kept - {" "}:
        raise fault(subject, "has a [^...] that leaves nothing", start)
    return kept, at + 1


def _member(
    text: str, at: int, start: int, subject: str, readable: frozenset[str]
) -> tuple[frozenset[str], int]:
    """Return what a set lists at ``at``, and where that ends; ``start`` is where the set does."""
    char = text[at : at + 1]
    if not char:
        raise fault(subject, "lacks a ]", start)
    if char == "\\":
        return escape(text, at + 1, subject, readable)
    if char == "[" and text[at + 1 : at + 2] in (":", ".", "="):
        name = re.compile(r"\[:(\^?[a-z]*):\]").match(text, at)
        if name is None or name[1] not in _POSIX:
            raise fault(subject, f"has a class in [ ] that is not one of {', '.join(_POSIX)}", at)
        members = _POSIX[name[1]]
        # Of symbols, those that the model has are meant.
        return members & readable or members, name.end()
    return frozenset(char), at + 1


def _refuse_bare_class(text: str, at: int, subject: str) -> None:
    """Raise where the set at ``at`` is such as ``[:alpha:]``, which lacks the outer brackets."""
    bare = re.compile(r"\[:([a-z]+):\]").match(text, at)
    if bare is not None:
        raise fault(subject, f"has {bare[0]}; write [{bare[0]}]", at)
