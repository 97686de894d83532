"""A number that was written freely -> where its decimal mark stands.

A point is small: it may be read as a digit, as a part of one, or be left out as dust, and the
number is another then. So what stands by itself, as small and low, is looked for in the ink.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.pieces import binarize, find_pieces
from emnist_device.forms.reading.ink import RESOLUTION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.page import Character, Page

# What is as low as this beside the other characters of a number, and begins below their middle, is
# so probably its decimal mark: of 67 on forms that UNIPEN's held-out hands filled in, all were.
_SMALL, _IS_MARK = 0.5, 0.98
# It has more than so many square mm, and may be read with so many pixels less or more.
_LEAST, _OFF = 0.08, 2


def with_mark(
    weighed: list[tuple[str, float]],
    chance: float,
    page: Page,
    picture: NDArray[np.uint8],
    mark: str,
) -> tuple[list[tuple[str, float]], str]:
    """Return texts with their weights where something in ``picture`` may be the ``mark``.

    That may have been read as a digit, as a part of one, or not at all. The second value is why
    all are in doubt; "" for nothing.
    """
    characters = page.characters
    marks = _small_and_low(page, picture)
    if not marks or any(each.char in ".," for each in characters):
        return weighed, ""
    if len(marks) > 1:
        return weighed, "several things in it may be its decimal mark"
    x, width = marks[0].x, marks[0].width
    end = x + width + _OFF
    read = [each for each in characters if each.box.x >= x - _OFF and each.box.right <= end]
    after = [each for each in characters if each.box.x + each.box.right > 2 * x + width]
    if read:
        text, chance = spell(page, (read[0], mark)), chance / max(read[0].confidence, 1e-6)
    elif after:
        first = min(after, key=lambda each: each.box.x)
        text = spell(page, (first, mark + first.char))
    else:
        return weighed, ""
    # A mark stands in the gap that parts two words.
    text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    rest = [(each, (1 - _IS_MARK) * own) for each, own in weighed]
    return [(text, _IS_MARK * chance), *rest], ""


def _small_and_low(page: Page, picture: NDArray[np.uint8]) -> list[Box]:
    """Return the boxes of what stands by itself in ``picture``, as small and low as a mark.

    Its size is told by the characters of ``page``.
    """
    height = median(each.box.height for each in page.characters)
    middle = median(each.box.bottom for each in page.characters) - height / 2
    pieces = find_pieces(binarize(255 - picture))
    large = np.flatnonzero(pieces.areas >= _LEAST * RESOLUTION**2)
    boxes = [Box(*pieces.stats[number, :4].tolist()) for number in large.tolist() if number]
    return [box for box in boxes if box.height <= _SMALL * height and box.y >= middle]


def spell(page: Page, instead: tuple[Character, str] | None = None) -> str:
    """Return the text of ``page``, with another in place of one character."""
    character, char = instead or (None, "")
    words = []
    for line in page.lines:
        for word in line.words:
            own = (
                each.before + (char if each is character else each.char) for each in word.characters
            )
            words.append("".join(own) + word.after)
    return " ".join(" ".join(words).split())
