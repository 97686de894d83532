"""Characters, and what is printed between them <-> the words that a line is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emnist_device.box import Box
from emnist_device.page import Variant, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emnist_device.page import Character, Line


@dataclass(frozen=True)
class Spelled:
    """A word of a line that is not made yet.

    rows: which of the line's characters are in it; of a word of marks alone, an empty range at the
    character that comes next. before, after: as of :class:`emnist_device.page.Character` and
    :class:`emnist_device.page.Word`.
    """

    rows: range
    before: tuple[str, ...]
    after: str = ""


def tidy(between: Sequence[str]) -> tuple[str, ...]:
    """Return ``between`` with single spaces, and none at the ends of the line."""
    *inner, last = between
    single = [_single_spaces(mark) for mark in (*inner, last)]
    single[0], single[-1] = single[0].lstrip(), single[-1].rstrip()
    return tuple(single)


def split_words(between: Sequence[str]) -> list[Spelled]:
    """Return the words of a line of N characters.

    ``between`` (N + 1) is what is printed before each of them, and after the last: marks and single
    spaces.
    """
    words: list[Spelled] = []
    before: list[str] = []
    start, count = 0, len(between) - 1
    for row, mark in enumerate(between):
        *ended, rest = mark.split(" ")
        for after in ended:
            if before or after:
                words.append(Spelled(range(start, row), tuple(before), after))
            before, start = [], row
        if row < count:
            before.append(rest)
        elif before or rest:
            words.append(Spelled(range(start, row), tuple(before), rest))
    return words


def make_words(
    characters: Sequence[Character],
    between: Sequence[str],
    confidence: Callable[[range], float],
    others: Callable[[range, float], Sequence[tuple[str, float]]] = lambda _rows, _sure: (),
) -> tuple[Word, ...]:
    """Return the words that ``characters`` (N) and what is printed ``between`` (N + 1) make.

    Args:
        characters: from left to right.
        between: as of :func:`split_words`.
        confidence: returns how probable it is, 0..1, that all characters of a range are right.
        others: returns what the characters of a range may be beside, and how probable each is,
            given what ``confidence`` returned.
    """
    boxes = [character.box for character in characters]
    words = []
    for word in split_words(between):
        if not word.rows:
            words.append(Word((), 1.0, word.after, box_between(boxes, word.rows.start)))
            continue
        own = tuple(
            replace(characters[row], before=mark) if mark else characters[row]
            for row, mark in zip(word.rows, word.before, strict=True)
        )
        sure = confidence(word.rows)
        readings = list(others(word.rows, sure))
        if unsure := any(character.unsure for character in own):
            readings.insert(0, ("".join(each.likeliest.char for each in own), sure))
        variants = tuple(Variant(_joined(word, chars), chance) for chars, chance in readings)
        words.append(Word(own, 0 if unsure else sure, word.after, alternatives=variants))
    return tuple(words)


def _joined(word: Spelled, chars: str) -> str:
    """Return what ``word`` prints where its characters are ``chars``."""
    marked = (mark + char for mark, char in zip(word.before, chars, strict=True))
    return "".join(marked) + word.after


def find_between(line: Line) -> tuple[str, ...]:
    """Return what ``line`` prints before each of its N characters, and after the last, (N + 1).

    That is the other way round than :func:`make_words`.
    """
    between = [""]
    for number, word in enumerate(line.words):
        between[-1] += " " if number else ""
        for character in word.characters:
            between[-1] += character.before
            between.append("")
        between[-1] += word.after
    return tuple(between)


def box_between(boxes: Sequence[Box], place: int) -> Box:
    """Return the gap before the character ``place`` of ``boxes``, where marks are printed.

    It is a pixel wide or more, and as high as the characters beside it; at an end of the line it is
    the edge of the character there.
    """
    if place == 0:
        return Box(boxes[0].x, boxes[0].y, 1, boxes[0].height)
    before = boxes[place - 1]
    if place == len(boxes):
        return Box(before.right - 1, before.y, 1, before.height)
    after = boxes[place]
    left, right = sorted((before.right, after.x))
    around = before.union(after)
    return Box(left, around.y, max(right - left, 1), around.height)


def _single_spaces(text: str) -> str:
    while "  " in text:
        text = text.replace("  ", " ")
    return text
