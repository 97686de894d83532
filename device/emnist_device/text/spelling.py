"""Characters, and what is printed between them -> the words that a line is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.page import Box

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Spelled:
    """A word of a line: its text, and which of the line's characters are in it."""

    text: str
    rows: range


def tidy(between: Sequence[str]) -> tuple[str, ...]:
    """Return ``between`` with single spaces, and none at the ends of the line."""
    *inner, last = between
    single = [_single_spaces(mark) for mark in (*inner, last)]
    single[0], single[-1] = single[0].lstrip(), single[-1].rstrip()
    return tuple(single)


def split_words(chars: Sequence[str], between: Sequence[str]) -> list[Spelled]:
    """Return the words of a line of ``chars`` (N) with what is printed ``between`` (N + 1).

    A word of marks alone has no rows; its range starts at the character that comes next.
    """
    words: list[Spelled] = []
    text, start = "", 0
    for row, mark in enumerate(between):
        *ended, rest = mark.split(" ")
        for part in ended:
            if text + part:
                words.append(Spelled(text + part, range(start, row)))
            text, start = "", row
        text += rest
        if row < len(chars):
            text += chars[row]
    if text:
        words.append(Spelled(text, range(start, len(chars))))
    return words


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
