"""What was written against what was read: alignment, edits, and where words are parted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Index into the truth and index into what was read; None on one side for lost and added ones.
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Edits:
    """The edits of a shortest way from the truth to what was read.

    substituted: read as another character. lost: not read. added: read where nothing was.
    """

    substituted: int
    lost: int
    added: int

    @property
    def total(self) -> int:
        """Number of edits."""
        return self.substituted + self.lost + self.added


@dataclass(frozen=True)
class Boundaries:
    """Word boundaries: in both texts, in the truth, in what was read."""

    right: int
    written: int
    read: int

    def __add__(self, other: Boundaries) -> Boundaries:
        return Boundaries(
            self.right + other.right, self.written + other.written, self.read + other.read
        )

    @property
    def precision(self) -> float:
        """Share of the boundaries read that are right; 1 where none was read."""
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        """Share of the boundaries written that were read; 1 where none was written."""
        return self.right / self.written if self.written else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is no boundary in either text."""
        total = self.written + self.read
        return 2 * self.right / total if total else 1.0


def compared(text: str) -> str:
    """Return ``text`` without spaces and punctuation."""
    return "".join(char for char in text if char.isalnum())


def normalize(text: str) -> str:
    """Return ``text`` without spaces and punctuation, in lower case: what pages are compared by."""
    return compared(text).lower()


def align(truth: str, read: str) -> list[Pair]:
    """Align both texts by a shortest sequence of edits (Levenshtein 1966; Wagner, Fischer 1974).

    Returns the pairs in order; each index of either text occurs once. Of several shortest ways, one
    that pairs characters rather than to lose one and add one.
    """
    costs = [list(range(len(read) + 1))]
    for i, expected in enumerate(truth):
        above, row = costs[-1], [i + 1]
        for j, found in enumerate(read):
            row.append(min(above[j] + (expected != found), above[j + 1] + 1, row[j] + 1))
        costs.append(row)
    pairs: list[Pair] = []
    i, j = len(truth), len(read)
    while i or j:
        here = costs[i][j]
        if i and j and here == costs[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and here == costs[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def count_edits(truth: str, read: str, pairs: Sequence[Pair] | None = None) -> Edits:
    """Count the edits from ``truth`` to ``read``, along ``pairs`` where they are at hand."""
    pairs = align(truth, read) if pairs is None else pairs
    return Edits(
        substituted=sum(i is not None and j is not None and truth[i] != read[j] for i, j in pairs),
        lost=sum(j is None for _, j in pairs),
        added=sum(i is None for i, _ in pairs),
    )


def count_boundaries(truth: str, read: str, pairs: Sequence[Pair]) -> Boundaries:
    """Compare where words are parted in both texts, as they are with spaces.

    A boundary lies between two neighbours among the characters that ``pairs`` (indices into the
    normalized texts) aligns, whether read right or not; spaces and line breaks make one alike.
    """
    written, found = _words(truth), _words(read)
    both = [(i, j) for i, j in pairs if i is not None and j is not None]
    parted = [
        (written[i] != written[next_i], found[j] != found[next_j])
        for (i, j), (next_i, next_j) in pairwise(both)
    ]
    return Boundaries(
        right=sum(a and b for a, b in parted),
        written=sum(a for a, _ in parted),
        read=sum(b for _, b in parted),
    )


def _words(text: str) -> list[int]:
    """Return for each character of the normalized ``text`` the number of its word."""
    return [number for number, word in enumerate(text.split()) for _ in normalize(word)]
