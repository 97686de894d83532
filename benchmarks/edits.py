"""Edit distance between what was written and what was read."""

from __future__ import annotations

from dataclasses import dataclass


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


def normalize(text: str) -> str:
    """Return ``text`` without spaces and punctuation, in lower case: what pages are compared by."""
    return "".join(char for char in text if char.isalnum()).lower()


def count_edits(truth: str, read: str) -> Edits:
    """Count the edits from ``truth`` to ``read`` (Levenshtein 1966), substitutions preferred."""
    # Each cell: (edits, lost, added, substituted) of the best way to this pair of prefixes.
    row = [(n, 0, n, 0) for n in range(len(read) + 1)]
    for lost, expected in enumerate(truth, start=1):
        diagonal, row[0] = row[0], (lost, lost, 0, 0)
        for n, found in enumerate(read, start=1):
            cost = int(expected != found)
            candidates = (
                (diagonal[0] + cost, *diagonal[1:3], diagonal[3] + cost),
                (row[n][0] + 1, row[n][1] + 1, *row[n][2:]),
                (row[n - 1][0] + 1, row[n - 1][1], row[n - 1][2] + 1, row[n - 1][3]),
            )
            diagonal, row[n] = row[n], min(candidates, key=lambda cell: cell[0])
    _, lost_count, added, substituted = row[-1]
    return Edits(substituted=substituted, lost=lost_count, added=added)
