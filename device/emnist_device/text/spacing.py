"""Boxes of a line -> words: which gaps part them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.box import Box


@dataclass(frozen=True)
class Spacing:
    """Thresholds of gaps between words, in heights of a character.

    Chosen by word boundaries in texts of UNIPEN's writers and on development pages.

    least: overlapping characters count as this far apart.
    word: narrower gaps part no words.
    sure: a wider gap parts words where a page has too few gaps to compare it with.
    usual, wide: a gap between words is the second times as wide as what this fraction of the gaps
        does not exceed.
    clear: or it is so much wider than the widest within a word.
    within: if there are at least so many gaps within words for each one between words but one: in
        lines of characters far apart, the few that stand closer by chance make no words.
    enough: a line with fewer gaps is compared with all of its page.
    """

    least: float = 0.1
    word: float = 0.5
    sure: float = 0.7
    usual: float = 0.6
    wide: float = 2.0
    clear: float = 2.0
    within: float = 0.7
    enough: int = 6


SPACING = Spacing()
# With fewer gaps nothing tells what is usual.
_FEWEST = 3


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
    ends = list(accumulate(map(len, lines), initial=0))
    shown = [tuple(symbols[start:end]) for start, end in pairwise(ends)]
    parted = word_gaps([_rooms(*line) for line in zip(lines, shown, strict=True)])
    spaced, letters = [], 0
    for boxes, own, gaps, first in zip(lines, shown, parted, ends, strict=False):
        spaced.append(_space_line(boxes, own, (False, *gaps), joining, first, letters))
        letters += own.count("")
    return tuple(spaced)


def _letters_of(boxes: Sequence[Box], symbols: Sequence[str]) -> list[Box]:
    """Return the boxes of letters and digits; of a line of symbols alone, of all."""
    plain = [box for box, symbol in zip(boxes, symbols, strict=True) if not symbol]
    return plain or list(boxes)


def _rooms(boxes: Sequence[Box], symbols: Sequence[str]) -> list[float]:
    """Return how wide the N - 1 gaps of a line are, in heights of its letters and digits."""
    height = median(box.height for box in _letters_of(boxes, symbols))
    return [max(-one.overlap_x(other) / height, SPACING.least) for one, other in pairwise(boxes)]


def _space_line(
    boxes: Sequence[Box],
    symbols: tuple[str, ...],
    gaps: tuple[bool, ...],
    joining: str,
    first: int,
    letters: int,
) -> Spaced:
    """Return a line whose first character is ``first`` of the page's, its first letter ``letters``.

    ``gaps`` are before each of its characters. For the other arguments see :func:`space_lines`.
    """
    plain = _letters_of(boxes, symbols) if "" in symbols else []
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


def word_gaps(rooms: Sequence[Sequence[float]]) -> list[list[bool]]:
    """Return which gaps of a page's lines part two words.

    A gap does that is wide beside the other gaps of its line, or of the page where a line has few;
    evenly spaced characters make one word, however far apart.

    Args:
        rooms: of each line, how wide its gaps are, in heights of its letters and digits.
    """
    of_page = _widest_within([room for line in rooms for room in line])
    widest = [_widest_within(line) if len(line) >= SPACING.enough else of_page for line in rooms]
    return [[room > most for room in line] for line, most in zip(rooms, widest, strict=True)]


def _widest_within(rooms: Sequence[float]) -> float:
    """Return how wide the gaps within words are at most, by all gaps of a line or page."""
    if len(rooms) < _FEWEST:
        return SPACING.sure
    ordered = sorted(rooms)
    usual = ordered[round(SPACING.usual * (len(ordered) - 1))]
    steps = [
        (after / before, before)
        for count, (before, after) in enumerate(pairwise(ordered), 1)
        if after >= max(SPACING.word, SPACING.clear * before)
        and count >= SPACING.within * (len(ordered) - count - 1)
    ]
    _, widest = max(steps, key=itemgetter(0), default=(0.0, inf))
    return min(widest, max(SPACING.word, SPACING.wide * usual))


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
