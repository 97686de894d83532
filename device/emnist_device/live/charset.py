"""Which characters a text may have: readings of a page narrowed down to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emnist_device.page import Alternative
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER, fold

if TYPE_CHECKING:
    from emnist_device.page import Character, Line, Page

#: Names that stand for many characters.
CHARSETS = {
    "digits": DIGITS,
    "upper": UPPER,
    "lower": LOWER,
    "letters": UPPER + LOWER,
    "alnum": DIGITS + UPPER + LOWER,
}


def check_charset(charset: str) -> str:
    """Return ``charset``, a name, a list of characters or ""; raises ValueError for another."""
    if charset not in CHARSETS and not set(charset) <= set(BYCLASS):
        raise ValueError(f"{charset!r} is none of {', '.join(CHARSETS)}, nor letters and digits")
    return charset


def characters_of(charset: str) -> str:
    """Return the characters that ``charset`` names or lists, in the model's classes."""
    listed = CHARSETS.get(charset, charset)
    return listed + fold(listed)


def narrow(page: Page, charset: str) -> Page:
    """Return ``page`` with each character the likeliest of ``charset``, which is not empty.

    Needs all alternatives: of a reader whose ``top_k`` is the number of its classes.
    """
    allowed = frozenset(characters_of(charset))
    return replace(page, lines=tuple(_narrow_line(line, allowed) for line in page.lines))


def _narrow_line(line: Line, allowed: frozenset[str]) -> Line:
    characters = tuple(_narrow_character(each, allowed) for each in line.characters)
    letters = iter(characters)
    text = "".join(char if char == " " else next(letters).char for char in line.text)
    return replace(line, text=text, characters=characters)


def _narrow_character(character: Character, allowed: frozenset[str]) -> Character:
    every = (Alternative(character.char, character.confidence), *character.alternatives)
    left = [each for each in every if each.char in allowed]
    total = sum(each.confidence for each in left)
    if not left or total <= 0:
        return character
    best, *others = (Alternative(each.char, each.confidence / total) for each in left)
    return replace(
        character, char=best.char, confidence=best.confidence, alternatives=tuple(others)
    )
