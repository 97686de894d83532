"""Probabilities -> text: the best character at each place, alternatives, and spaces."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.context import weigh_by_word
from emnist_device.page import Alternative, Box, Character, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


# Width over height below which a character is one upright stroke: no foot, no serif.
_BARE = 0.32
# Gaps are measured in heights of a character. Overlapping ones count as the least; from the word
# gap on, a gap may part words, and from the sure gap on it does even with none to compare it with.
_LEAST_GAP, _WORD_GAP, _SURE_GAP = 0.1, 0.5, 0.7
# The narrowest gap between words over the widest within one.
_CLEAR_STEP = 1.8


def decode(
    probabilities: NDArray[np.float32],
    lines: Sequence[Sequence[Box]],
    alphabet: str,
    top_k: int,
) -> tuple[Line, ...]:
    """Turn ``probabilities`` (N, C) of a page's characters into lines of text.

    ``lines`` holds the characters' boxes, from left to right and in the order of the rows; each
    line has at least one. ``top_k`` alternatives are kept for each character.
    """
    spaces = [word_gaps(boxes) for boxes in lines]
    bare = np.array([box.width < _BARE * box.height for boxes in lines for box in boxes], bool)
    weighed = weigh_by_word(probabilities, words(spaces), bare, alphabet)
    decoded, start = [], 0
    for boxes, gaps in zip(lines, spaces, strict=True):
        rows = weighed[start : start + len(boxes)]
        characters = tuple(
            _character(row, box, alphabet, top_k) for row, box in zip(rows, boxes, strict=True)
        )
        text = characters[0].char + "".join(
            (" " if gap else "") + character.char
            for gap, character in zip(gaps, characters[1:], strict=True)
        )
        decoded.append(Line(text, reduce(Box.union, boxes), characters))
        start += len(boxes)
    return tuple(decoded)


def _character(row: NDArray[np.float32], box: Box, alphabet: str, top_k: int) -> Character:
    order = np.argsort(-row, kind="stable")[: top_k + 1]
    best, *others = (Alternative(alphabet[k], float(row[k])) for k in order)
    return Character(best.char, best.confidence, box, tuple(others))


def word_gaps(boxes: Sequence[Box]) -> list[bool]:
    """Say for each of the N - 1 gaps between ``boxes`` whether it parts two words.

    The gaps of a line are cut in two where the step from one to the next larger is greatest. They
    are gaps between words if they are wide beside the characters' height and the step is clear;
    evenly spaced characters make one word, however far apart.
    """
    gaps = np.array([-a.overlap_x(b) for a, b in pairwise(boxes)], float)
    if not len(gaps):
        return []
    gaps = np.maximum(gaps / np.median([box.height for box in boxes]), _LEAST_GAP)
    if len(gaps) < 3:  # too few to tell what is usual here
        return [bool(gap > _SURE_GAP) for gap in gaps]
    ordered = np.sort(gaps)
    steps = ordered[1:] / ordered[:-1]
    steps[ordered[1:] < _WORD_GAP] = 0
    if steps.max() < _CLEAR_STEP:
        return [False] * len(gaps)
    return [bool(gap > ordered[steps.argmax()]) for gap in gaps]


def words(spaces: Sequence[Sequence[bool]]) -> list[list[int]]:
    """Return the row indices of each word, given where each line's spaces are.

    Neighbouring words of one character in a line count as one: that is how codes and numbers are
    written into boxes.
    """
    found: list[list[int]] = []
    row = 0
    for gaps in spaces:
        line = [[row]]
        for offset, gap in enumerate(gaps, start=1):
            if gap:
                line.append([])
            line[-1].append(row + offset)
        row += len(gaps) + 1
        single = False
        for word in line:
            if single and len(word) == 1:
                found[-1] += word
            else:
                found.append(word)
            single = len(word) == 1
    return found
