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
class Stretch:
    """Neighbours in a line: all of it, or what stands between two wide gaps.

    rows: of the page's characters. letters: which of the page's letters and digits are among them,
    counted without symbols. gaps: for each character, whether a wide gap is before it; not before
    the first. symbols: what each is that is a symbol, else empty. words: of each run of letters and
    digits that tell of one another, which of the page's letters and digits are in it.
    """

    rows: range
    letters: range
    gaps: tuple[bool, ...]
    symbols: tuple[str, ...]
    words: tuple[range, ...]


@dataclass(frozen=True)
class PlacedLine:
    """Where the letters and digits of a line stand, and which of them make words.

    boxes: from left to right, one at least. words: of each word, which of the page's letters and
    digits are in it; they follow one another.
    """

    boxes: tuple[Box, ...]
    words: tuple[range, ...]


@dataclass(frozen=True)
class Spaced:
    """A line with its gaps and symbols.

    line: all of it as one stretch. stretches: what its wide gaps part. placed: its letters and
    digits; None where it has none.
    """

    line: Stretch
    stretches: tuple[Stretch, ...]
    placed: PlacedLine | None


def space_lines(
    lines: Sequence[Sequence[Box]], symbols: Sequence[str], joining: str
) -> tuple[Spaced, ...]:
    """Return where gaps part characters whose boxes are ``lines``, each from left to right.

    ``symbols`` says of all characters which symbol each is, or is empty for letters and digits.
    Symbols part words, but for those of ``joining``, as the one in O'NEIL.
    """
    spaced, first, letters = [], 0, 0
    for boxes in lines:
        own = tuple(symbols[first : first + len(boxes)])
        spaced.append(_space_line(boxes, own, joining, first, letters))
        first += len(boxes)
        letters += own.count("")
    return tuple(spaced)


def _space_line(
    boxes: Sequence[Box], symbols: tuple[str, ...], joining: str, first: int, letters: int
) -> Spaced:
    """Return a line whose first character is ``first`` of the page's, its first letter ``letters``.

    For the other arguments see :func:`space_lines`.
    """
    plain = [box for box, symbol in zip(boxes, symbols, strict=True) if not symbol]
    gaps = (False, *word_gaps(boxes, median(box.height for box in plain or boxes)))
    parts = []
    for rows in find_words(gaps, first):
        own = slice(rows.start - first, rows.stop - first)
        inner = (False, *gaps[own][1:])
        words = find_words(_parted(inner, symbols[own], joining), letters)
        count = symbols[own].count("")
        parts.append(Stretch(rows, range(letters, letters + count), inner, symbols[own], words))
        letters += count
    every = tuple(word for part in parts for word in part.words)
    line = Stretch(
        range(parts[0].rows.start, parts[-1].rows.stop),
        range(parts[0].letters.start, letters),
        gaps,
        symbols,
        every,
    )
    return Spaced(line, tuple(parts), PlacedLine(tuple(plain), every) if plain else None)


def _parted(gaps: Sequence[bool], symbols: Sequence[str], joining: str) -> list[bool]:
    """Return for each letter or digit whether a gap, or what is not ``joining``, is before it."""
    parted, apart = [], False
    for gap, symbol in zip(gaps, symbols, strict=True):
        apart |= gap or (symbol != "" and symbol not in joining)
        if not symbol:
            parted.append(apart)
            apart = False
    return parted


def word_gaps(boxes: Sequence[Box], height: float) -> list[bool]:
    """Return whether each of the N - 1 gaps between ``boxes`` parts two words.

    The gaps of a line are cut in two where the step from one to the next larger is greatest. They
    are gaps between words if they are wide beside ``height``, that of letters and digits, and the
    step is clear; evenly spaced characters make one word, however far apart.
    """
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
