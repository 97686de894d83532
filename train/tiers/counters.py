"""The paper between the strokes of bold characters, which is no character either.

A bold character cut out along its ink may be seen the wrong way round, light as ink. What the
device finds there then, counters and the corners of the box, is what these glyphs show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell import find_cell_inks
from emnist_edge.artifact import SIDE
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.pens import FELT
from emnist_edge.glyph import crop_to_ink, make_glyph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Strokes = Sequence[NDArray[np.floating]]

# Height of a capital, in pixels, logarithm uniform, and width of the pen, in cap heights.
_HEIGHTS, _WIDTHS = (20, 60), (0.14, 0.4)
# Rows and columns that may be cut off at each side of the box, in cap heights.
_CUT = 0.06
# Grey levels of ink and of paper.
_DARK, _LIGHT = (20, 90), (150, 250)
# What is ink to the device is paper in truth where this fraction of it is.
_PAPER = 0.7
# Made of so few pieces, each with this fraction of its box full, it looks like a dot, a rule, a
# colon or a sign of equality; smaller pieces than this fraction of the largest are dust.
_FEW, _FULL, _DUST = 2, 0.72, 0.05
# So often a character is taken for each counter that is wanted; one in four gives one.
_TRIES = 50


def draw_counters(characters: Sequence[Strokes], count: int, seed: int) -> NDArray[np.uint8]:
    """Return the glyphs (``count``, 28, 28) of paper that was found as ink in bold characters.

    Args:
        characters: strokes of each, (n, 2) x and y down, in cap heights.
        count: of glyphs.
        seed: of all that varies.

    Raises:
        ValueError: these ``characters`` do not give as many.
    """
    rng = np.random.default_rng(seed)
    made: list[NDArray[np.uint8]] = []
    for _ in range(_TRIES * count):
        if len(made) >= count:
            break
        made += _found_as_ink(characters[int(rng.integers(len(characters)))], rng)
    if len(made) < count:
        raise ValueError(f"characters give {len(made)} counters, not {count}")
    return np.array(made[:count], np.uint8).reshape(-1, SIDE, SIDE)


def looks_like_a_sign(ink: NDArray[np.uint8]) -> bool:
    """Say whether ``ink`` (H, W) uint8, 255 where there is ink, is nothing but one or two bars."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink >= 128).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    boxes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    large = areas >= _DUST * areas.max(initial=1)
    return int(large.sum()) <= _FEW and bool((areas[large] >= _FULL * boxes[large]).all())


def _found_as_ink(strokes: Strokes, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """Yield the glyphs of what the device finds as ink in a bold character, and is paper."""
    height = float(np.exp(rng.uniform(*np.log(_HEIGHTS))))
    ink = lay_ink(strokes, height, FELT, rng, width=float(rng.uniform(*_WIDTHS))).amount
    paper = 255 - _trimmed(crop_to_ink(ink), rng.uniform(0, _CUT, 4) * height)
    paper = cv2.GaussianBlur(paper, (0, 0), rng.uniform(0.3, 0.8))
    dark, light = rng.uniform(*_DARK), rng.uniform(*_LIGHT)
    picture = np.rint(dark + paper * ((light - dark) / 255)).astype(np.uint8)
    for found, _ in find_cell_inks(np.repeat(picture[..., None], 3, axis=2)):
        on_paper = cv2.resize(paper, found.shape[::-1])[found > 0] >= 128
        if on_paper.size and on_paper.mean() >= _PAPER and not looks_like_a_sign(found):
            yield make_glyph(found)


def _trimmed(ink: NDArray[np.uint8], sides: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return ``ink`` without so many rows and columns at its four sides, where enough is left."""
    top, bottom, left, right = np.rint(sides).astype(int).tolist()
    rows, columns = ink.shape
    if rows <= top + bottom or columns <= left + right:
        return ink
    return ink[top : rows - bottom, left : columns - right]
