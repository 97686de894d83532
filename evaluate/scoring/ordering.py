"""Lines in the order of the truth, for scores of what was read whatever order it was read in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.scoring.edits import count_edits, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence


def best_order(truth: str, lines: Sequence[str]) -> list[int]:
    """Return the numbers of ``lines`` in the order that is most like ``truth``.

    That is as they are, or each where in the truth it is most alike; what has fewer edits.
    """
    written, read = normalize(truth), [normalize(line) for line in lines]
    orders = [
        list(range(len(read))),
        sorted(range(len(read)), key=lambda number: find_place(written, read[number])),
    ]
    return min(
        orders, key=lambda order: count_edits(written, "".join(read[n] for n in order)).total
    )


def find_place(truth: str, part: str) -> int:
    """Return where in ``truth`` that ends which ``part`` is most alike (Sellers 1980)."""
    row = [0] * (len(truth) + 1)
    for number, char in enumerate(part, 1):
        above, row = row, [number]
        for place, expected in enumerate(truth):
            row.append(min(above[place] + (expected != char), above[place + 1] + 1, row[-1] + 1))
    return row.index(min(row))
