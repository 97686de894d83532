"""UNIPEN's texts -> the same, with the characters of each word written into one another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.dataset.unipen.characters import TEXT_HEIGHT
from evaluate.written import split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Character, Text

# Pens are some 30 units wide: the middles of strokes that touch are this far apart at most.
_APART = 20
# Characters farther apart than this start a new word, and none is moved where boxes would overlap
# by more than the second; both in heights of letters and digits.
_WORD, _OVERLAP = 0.9, 0.15
# Strokes are compared in rows so high, in the same units; a pen is two rows wide.
_ROW = 10


def squeeze(text: Text, share: float, seed: int) -> Text:
    """Return ``text`` with a ``share`` of its neighbours moved along the line until they touch.

    Where one is moved, all that follows it in its line is, too.
    """
    rng = np.random.default_rng(seed)
    moved: list[Character] = []
    for line in split_lines(text.characters):
        placed = [line[0]]
        shift = 0.0
        for character in line[1:]:
            here = _move(character, shift)
            if rng.random() < share:
                way = _way(placed[-1], here)
                shift -= way
                here = _move(here, -way)
            placed.append(here)
        moved += placed
    return replace(text, characters=tuple(moved))


def _move(character: Character, shift: float) -> Character:
    if not shift:
        return character
    strokes = tuple(stroke + np.array([shift, 0.0]) for stroke in character.strokes)
    return replace(character, strokes=strokes)


def _way(left: Character, right: Character) -> float:
    """Return how far ``right`` must move to the left to touch ``left``; 0 where it should not."""
    one, other = _outline(left.strokes, "right"), _outline(right.strokes, "left")
    rows = one.keys() & {row + step for row in other for step in (-1, 0, 1)}
    gaps = [
        other[row + step] - one[row] for row in rows for step in (-1, 0, 1) if row + step in other
    ]
    if not gaps:
        return 0.0
    end, start = max(one.values()), min(other.values())
    way = min(gaps) - _APART
    apart, overlap = start - end, end - start + way
    fits = way > 0 and apart <= _WORD * TEXT_HEIGHT and overlap <= _OVERLAP * TEXT_HEIGHT
    return way if fits else 0.0


def _outline(strokes: Sequence[NDArray[Any]], side: str) -> dict[int, float]:
    """Return where ``strokes`` end on one ``side``, left or right, in each row of them."""
    found: dict[int, float] = {}
    outer = max if side == "right" else min
    for stroke in strokes:
        for x, y in _dense(stroke).tolist():
            row = int(y // _ROW)
            found[row] = outer(x, found.get(row, x))
    return found


def _dense(stroke: NDArray[Any]) -> NDArray[np.float64]:
    """Return points of ``stroke`` (n, 2) that are at most half a row apart."""
    points = np.asarray(stroke, float)
    if len(points) < 2:
        return points
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0, along[-1], 2 + int(2 * along[-1] / _ROW))
    return np.stack([np.interp(places, along, points[:, axis]) for axis in (0, 1)], axis=1)
