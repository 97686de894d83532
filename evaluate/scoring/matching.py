"""Boxes found against boxes drawn: which belong together, and what went wrong with the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: x, y, width, height in pixels.
BoxLike = tuple[int, int, int, int]

#: Boxes belong together from this intersection over union on (Everingham et al. 2010, PASCAL VOC).
LEAST_OVERLAP = 0.5


def match_boxes(
    truth: Sequence[BoxLike], found: Sequence[BoxLike], least: float = LEAST_OVERLAP
) -> dict[int, int]:
    """Return number of a true box -> number of the found one, one to one, best overlap first.

    ``least``: intersection over union from which they belong together.
    """
    shared, true_areas, found_areas = overlaps(truth, found)
    union = true_areas[:, None] + found_areas - shared
    overlap = shared / np.maximum(union, 1)
    rows, columns = np.nonzero(overlap >= least)
    order = np.argsort(-overlap[rows, columns], kind="stable")
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in matched and column not in taken:
            matched[row] = column
            taken.add(column)
    return matched


def f1(hits: int, true: int, found: int) -> float:
    """Return the harmonic mean of precision and recall; 1 where there was nothing to find."""
    return 2 * hits / (true + found) if true + found else 1.0


def name_faults(
    truth: Sequence[BoxLike], found: Sequence[BoxLike], matched: dict[int, int]
) -> tuple[Counter[str], Counter[str]]:
    """Count what became of true boxes without a match, and what found ones without a match are.

    True boxes are "merged" (most of it in a found box that holds most of another, too), "split" (in
    several found boxes), "partly" found or "lost". Found boxes are a "merge", a "part" of a
    character, "badly cut", or on "paper".
    """
    shared, true_areas, found_areas = overlaps(truth, found)
    holds = shared > 0.5 * true_areas[:, None]  # (true, found): found holds most of true
    within = shared > 0.5 * found_areas
    touched = shared > 0.1 * np.minimum(true_areas[:, None], found_areas)
    merges = holds.sum(axis=0) > 1
    misses: Counter[str] = Counter()
    for row in set(range(len(truth))) - matched.keys():
        if (holds[row] & merges).any():
            misses["merged"] += 1
        elif within[row].sum() > 1:
            misses["split"] += 1
        else:
            misses["partly" if touched[row].any() else "lost"] += 1
    alarms: Counter[str] = Counter()
    for column in set(range(len(found))) - set(matched.values()):
        if merges[column]:
            alarms["merge"] += 1
        elif within[:, column].any():
            alarms["part"] += 1
        else:
            alarms["badly cut" if touched[:, column].any() else "paper"] += 1
    return misses, alarms


def overlaps(
    truth: Sequence[BoxLike] | NDArray[np.float64], found: Sequence[BoxLike] | NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the areas that boxes share (N, M), and the areas of each: (N,) and (M,)."""
    one, other = (np.array(boxes, float).reshape(-1, 4) for boxes in (truth, found))
    start = np.maximum(one[:, None, :2], other[None, :, :2])
    ends = one[:, None, :2] + one[:, None, 2:], other[None, :, :2] + other[None, :, 2:]
    sides = np.clip(np.minimum(*ends) - start, 0, None)
    return sides.prod(axis=2), one[:, 2:].prod(axis=1), other[:, 2:].prod(axis=1)
