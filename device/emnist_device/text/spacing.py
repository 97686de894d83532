"""Boxes of a line -> words: which gaps part them."""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.page import Box

# Gaps are measured in heights of a character. Overlapping ones count as the least; from the word
# gap on, a gap may part words, and from the sure gap on it does even with none to compare it with.
_LEAST_GAP, _WORD_GAP, _SURE_GAP = 0.1, 0.5, 0.7
# The narrowest gap between words over the widest within one.
_CLEAR_STEP = 1.8


def word_gaps(boxes: Sequence[Box]) -> list[bool]:
    """Say for each of the N - 1 gaps between ``boxes`` whether it parts two words.

    The gaps of a line are cut in two where the step from one to the next larger is greatest. They
    are gaps between words if they are wide beside the characters' height and the step is clear;
    evenly spaced characters make one word, however far apart.
    """
    height = median(box.height for box in boxes)
    gaps = [max(-a.overlap_x(b) / height, _LEAST_GAP) for a, b in pairwise(boxes)]
    if len(gaps) < 3:  # too few to tell what is usual here
        return [gap > _SURE_GAP for gap in gaps]
    steps = [(b / a, a) for a, b in pairwise(sorted(gaps)) if b >= _WORD_GAP]
    step, widest = max(steps, key=itemgetter(0), default=(0.0, 0.0))
    return [step >= _CLEAR_STEP and gap > widest for gap in gaps]


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
