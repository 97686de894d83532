"""Why characters were read wrong, where the true box of each is known.

Each true character goes to at most one cause, and so does each thing that was read where none is:

split: several boxes were found in its own. merged: the box that holds it holds another one, too.
lost: nothing was found there. mark: a symbol was read as another character. mark lost: nothing was
found of a symbol. alike: read as another character of a shape that no pixel tells apart. misread:
read as any other character. added: something was read where no character is.
case: read in the other case, which is no error where case is not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluate.scoring.causes import alike
from evaluate.scoring.matching import BoxLike, match_boxes, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: All causes, in the order in which they are shown.
BOX_CAUSES = ("split", "merged", "lost", "mark", "mark lost", "added", "alike", "misread", "case")

# What was found of a character that is neither split nor merged: from this overlap on.
_PART = 0.1
# A box is in another one where this fraction of it is.
_MOST = 0.5

#: A character and its box.
Placed = tuple[str, BoxLike]


class BoxError(NamedTuple):
    """An error: its cause, and the numbers of the true character and of the found one."""

    cause: str
    true: int | None
    found: int | None


def find_box_errors(truth: Sequence[Placed], found: Sequence[Placed]) -> list[BoxError]:
    """Return the errors in what was ``found``; case is not compared, but said."""
    true_boxes, found_boxes = [box for _, box in truth], [box for _, box in found]
    matched = match_boxes(true_boxes, found_boxes)
    shared, true_areas, found_areas = overlaps(true_boxes, found_boxes)
    free = np.array([column not in matched.values() for column in range(len(found))], bool)
    split, parts = _split(shared / np.maximum(found_areas, 1), matched, free)
    merged = _merged(shared / np.maximum(true_areas[:, None], 1), matched, split)
    errors = [BoxError("split", row, matched.get(row)) for row in split]
    errors += [BoxError("merged", row, column) for row, column in merged.items()]
    rows = [row for row in range(len(truth)) if row not in {*matched, *split, *merged}]
    columns = [c for c in np.flatnonzero(free).tolist() if c not in {*parts, *merged.values()}]
    rest = match_boxes([true_boxes[r] for r in rows], [found_boxes[c] for c in columns], _PART)
    pairs = matched | {rows[r]: columns[c] for r, c in rest.items()}
    for row, column in pairs.items():
        cause = "" if row in split else _cause(truth[row][0], found[column][0])
        if cause:
            swallows = column in merged.values() and cause != "case"
            errors.append(BoxError("merged" if swallows else cause, row, column))
    for row in set(rows) - pairs.keys():
        errors.append(BoxError("lost" if truth[row][0].isalnum() else "mark lost", row, None))
    errors += [BoxError("added", None, column) for column in set(columns) - set(pairs.values())]
    return errors


def _split(
    inside: NDArray[np.float64], matched: dict[int, int], free: NDArray[np.bool_]
) -> tuple[set[int], set[int]]:
    """Return the true characters that several found boxes are parts of, and those boxes.

    inside: (true, found) fraction of each found box that is in each true one. free: (found,)
    whether it is of no true one.
    """
    split: set[int] = set()
    used: set[int] = set()
    for row, fractions in enumerate(inside):
        parts = np.flatnonzero((fractions > _MOST) & free).tolist()
        if parts and len(parts) + (row in matched) > 1:
            split.add(row)
            used.update(parts)
    return split, used


def _merged(held: NDArray[np.float64], matched: dict[int, int], split: set[int]) -> dict[int, int]:
    """Return the true characters without a box of their own, and the found one that holds each.

    It holds another one, too. held: (true, found) fraction of each true box that is in each found
    one.
    """
    alone = [row for row in range(len(held)) if row not in matched and row not in split]
    merged: dict[int, int] = {}
    for column in range(held.shape[1]):
        inside = [row for row in alone if held[row, column] > _MOST]
        if len(inside) + (column in matched.values()) > 1:
            merged.update(dict.fromkeys(inside, column))
    return merged


def _cause(written: str, read: str) -> str:
    """Return why ``written`` was read as ``read``; empty where it is right."""
    if written == read:
        return ""
    if written.lower() == read.lower():
        return "case"
    if not written.isalnum():
        return "mark"
    return "alike" if alike(written.lower(), read.lower()) else "misread"
