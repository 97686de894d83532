"""The parts that a pattern is made of."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from emnist_device.text.pattern.sets import fault
from emnist_edge.alphabet import BYCLASS


@dataclass(frozen=True)
class Read:
    """One of ``chars``, which takes up ink; with ``gap``, the space of a gap in its place."""

    chars: frozenset[str]
    gap: bool = False


@dataclass(frozen=True)
class Print:
    """One character that is printed, whether it takes up ink or not: a space, or a hyphen."""

    char: str


@dataclass(frozen=True)
class Sequence:
    """All of ``parts``, one after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """One of ``parts``."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Repeat:
    """``part`` at least and at most so often; ``most`` is None where there is no end."""

    part: Part
    least: int
    most: int | None


Part = Read | Print | Sequence | Choice | Repeat


def is_fixed(part: Part) -> bool:
    """Say whether ``part`` is one text and no other."""
    match part:
        case Read(chars, gap):
            return len(chars) == 1 and not gap
        case Sequence(parts):
            return all(is_fixed(each) for each in parts)
        case Repeat(each, least, most):
            return least == most and is_fixed(each)
    return isinstance(part, Print)


def literal(char: str, subject: str, at: int) -> Read | Print:
    """Return the part that stands for ``char`` itself; ``subject`` and ``at`` are for errors."""
    if char in BYCLASS:
        return Read(frozenset(char))
    if char == " ":
        return Print(char)
    if not char.isprintable() or unicodedata.category(char)[0] == "M":
        raise fault(subject, "has a character that cannot be printed; write a space, or none", at)
    if char.isalnum():
        plain = unicodedata.normalize("NFKD", char)[0]
        advice = f"write {plain}" if plain in BYCLASS else "leave it out"
        raise fault(subject, f"has {char}, which no model reads; {advice}", at)
    return Print(char)


def printed_text(part: Part) -> str | None:
    """Return what ``part`` prints where it is the same always and nothing is read, else None."""
    match part:
        case Print(char):
            return char
        case Sequence(parts):
            texts = [printed_text(each) for each in parts]
            return None if None in texts else "".join(text for text in texts if text is not None)
    return None
