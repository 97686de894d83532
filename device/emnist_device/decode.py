"""Probabilities -> text: the best character at each place, alternatives, and spaces."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.page import Alternative, Box, Character, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def decode_line(
    probabilities: NDArray[np.float32], boxes: Sequence[Box], alphabet: str, top_k: int
) -> Line:
    """Turn one line's ``probabilities`` (N, C), N > 0, into text.

    ``boxes`` are the characters' boxes from left to right; ``top_k`` alternatives are kept for each.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, : top_k + 1]
    characters = []
    for row, ranked, box in zip(probabilities, order, boxes, strict=True):
        best, *others = (Alternative(alphabet[k], float(row[k])) for k in ranked)
        characters.append(Character(best.char, best.confidence, box, tuple(others)))
    spaces = word_gaps(boxes)
    text = "".join(
        (" " if space else "") + character.char
        for space, character in zip([False, *spaces], characters, strict=True)
    )
    return Line(text, reduce(Box.union, boxes), tuple(characters))


def word_gaps(boxes: Sequence[Box]) -> list[bool]:
    """Say for each of the N - 1 gaps between ``boxes`` whether it parts two words.

    It does if it is wide beside the characters' height and beside the line's usual gap, so that
    widely spaced characters are not taken for words of one letter.
    """
    gaps = np.array([-a.overlap_x(b) for a, b in zip(boxes, boxes[1:], strict=False)], float)
    if not len(gaps):
        return []
    height = float(np.median([box.height for box in boxes]))
    usual = float(np.median(gaps)) if len(gaps) > 2 else 0.0
    return [bool(gap > max(0.6 * height, 2.0 * usual)) for gap in gaps]
