"""UNIPEN's characters -> glyphs to train on, each written in its usual size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.dataset.unipen.cleaning import smooth
from train.tiers.penned import Penned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters

#: Long side of the box of a character that is no letter or digit, in cap heights: about what people
#: write in UNIPEN's texts.
_SIGNS = {
    ".": 0.05, ",": 0.3, "'": 0.3, "`": 0.3, '"': 0.35, ":": 0.6, ";": 0.75, "-": 0.5, "=": 0.6,
    "_": 0.8, "~": 0.7, "^": 0.5, "*": 0.7, "+": 0.7, "<": 0.8, ">": 0.8, "(": 1.25, ")": 1.25,
    "[": 1.25, "]": 1.25, "{": 1.3, "}": 1.3, "|": 1.3, "/": 1.25, "\\": 1.25, "$": 1.25,
}  # fmt: skip
# The same for small letters without stems, and for those with two: the others are like capitals.
_LOW, _LOWS, _HIGHS = 0.7, "aceimnorsuvwxz", "fjpqygl"
_HIGH, _CAPITAL = 1.2, 1.0


def unipen_glyphs(
    characters: Characters, seed: int, penned: Penned | None = None
) -> NDArray[np.uint8]:
    """Return glyphs (N, 28, 28) of UNIPEN's ``characters``, smoothed, each in its usual size."""
    return (penned or Penned()).glyphs(usual_strokes(characters), seed, timed=True)


def usual_strokes(characters: Characters) -> list[list[NDArray[np.float64]]]:
    """Return the strokes of each of ``characters``, smoothed, in its usual size, in cap heights."""
    smoothed = smooth(characters)
    long = np.maximum(smoothed.sizes().max(axis=1), 1)
    scales = [usual_size(label) / side for label, side in zip(characters.labels, long, strict=True)]
    return [
        [stroke * scale for stroke in smoothed.strokes_of(index)]
        for index, scale in enumerate(scales)
    ]


def usual_size(char: str) -> float:
    """Return the usual long side of the box of ``char``, in cap heights."""
    if char in _SIGNS:
        return _SIGNS[char]
    if char in _LOWS:
        return _LOW
    return _HIGH if char in _HIGHS else _CAPITAL
