"""Boxes of a line -> words: which gaps part them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.page import Box


@dataclass(frozen=True)
class Spacing:
    """Thresholds of gaps between words, in heights of a character.

    By trial: of the word boundaries of development pages, 78 are missed or too many; in brackets,
    how many with half of the value and with twice as much.

    least: overlapping characters count as this far apart (78, 78).
    word: narrower gaps part no words (197; 80 with 0.75).
    sure: a wider gap parts words where a line has too few gaps to compare it with (89; 76 with
        0.85).
    clear: the narrowest gap between words over the widest within one (410, 68).
    """

    least: float = 0.1
    word: float = 0.5
    sure: float = 0.7
    clear: float = 1.8


SPACING = Spacing()


@dataclass(frozen=True)
class PlacedLine:
    """Where the characters of a line stand, and which of them make words.

    boxes: from left to right, one at least. gaps: for each character, whether a wide gap is before
    it; not before the first. words: of each word, which of the page's characters are in it; they
    follow one another.
    """

    boxes: tuple[Box, ...]
    gaps: tuple[bool, ...]
    words: tuple[range, ...]

    @property
    def rows(self) -> range:
        """Which of the page's characters are in the line."""
        return range(self.words[0].start, self.words[-1].stop)

    def gaps_of(self, rows: range) -> tuple[bool, ...]:
        """Return the gaps of some of its characters that are read together: none before the first.

        ``rows`` are those of the page's characters.
        """
        start = rows.start - self.rows.start
        return (False, *self.gaps[start + 1 : start + len(rows)])


def place_lines(lines: Sequence[Sequence[Box]]) -> tuple[PlacedLine, ...]:
    """Return where characters stand whose boxes are ``lines``, each from left to right."""
    placed, first = [], 0
    for boxes in lines:
        gaps = (False, *word_gaps(boxes))
        placed.append(PlacedLine(tuple(boxes), gaps, find_words(gaps, first)))
        first += len(boxes)
    return tuple(placed)


def word_gaps(boxes: Sequence[Box]) -> list[bool]:
    """Return whether each of the N - 1 gaps between ``boxes`` parts two words.

    The gaps of a line are cut in two where the step from one to the next larger is greatest. They
    are gaps between words if they are wide beside the characters' height and the step is clear;
    evenly spaced characters make one word, however far apart.
    """
    height = median(box.height for box in boxes)
    gaps = [max(-a.overlap_x(b) / height, SPACING.least) for a, b in pairwise(boxes)]
    if len(gaps) < 3:  # too few to tell what is usual here
        return [gap > SPACING.sure for gap in gaps]
    steps = [(b / a, a) for a, b in pairwise(sorted(gaps)) if b >= SPACING.word]
    step, widest = max(steps, key=itemgetter(0), default=(0.0, 0.0))
    return [step >= SPACING.clear and gap > widest for gap in gaps]


def find_words(gaps: Sequence[bool], first: int) -> tuple[range, ...]:
    """Return the characters of each word of a line, given before which of them ``gaps`` are.

    They are counted from ``first`` on. Neighbouring words of one character count as one: that is
    how codes and numbers are written into boxes.
    """
    starts = [row for row, gap in enumerate(gaps) if gap or row == 0]
    found: list[range] = []
    single = False
    for start, end in pairwise([*starts, len(gaps)]):
        joined = single and end - start == 1
        begin = found.pop().start if joined else first + start
        found.append(range(begin, first + end))
        single = end - start == 1
    return tuple(found)
