"""Handwriting with tails: strokes that run on after a character, as people's do, and EMNIST's not.

Most of EMNIST was written into the boxes of a form. Elsewhere an *a* ends in a curve as long as it
is wide, and a network that has never seen one takes the tail for another character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.character import OVERSAMPLING, Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.drawing.character import Glyphs, Pen
    from emnist_edge.drawing.strokes import Hand

# Characters whose last stroke ends at the lower right.
_ENDING = frozenset("2AHKLMNQRUXZacdehiklmnqtuxz")
# Length of a tail and how far its end is above its start, in cap heights.
_LENGTH, _RISE = (0.15, 0.55), (-0.05, 0.3)


class Tailed:
    """A source of shapes (see ``drawing.character.Glyphs``): another one's, with tails.

    Args:
        source: of the shapes.
        share: of the characters that may have a tail and get one, 0..1.
        stretch: how much wider the shapes are made, a factor.
    """

    def __init__(self, source: Glyphs, share: float, stretch: float) -> None:
        self._source, self._share, self._stretch = source, share, stretch

    def __call__(
        self, char: str, height: float, rng: np.random.Generator, hand: Hand, pen: Pen
    ) -> Shape:
        """Return a shape for ``char``."""
        shape = self._source(char, height, rng, hand, pen)
        if self._stretch != 1.0:
            shape = _stretched(shape, self._stretch)
        if char in _ENDING and rng.random() < self._share:
            shape = _with_tail(shape, height, pen.width * height, rng)
        return shape


def _stretched(shape: Shape, stretch: float) -> Shape:
    """Return ``shape`` wider by the factor ``stretch``."""
    tall, wide = shape.mask.shape
    width = max(1, round(wide / OVERSAMPLING * stretch)) * OVERSAMPLING
    mask = cv2.resize(shape.mask, (width, tall), interpolation=cv2.INTER_LINEAR)
    return Shape(
        shape.char, np.where(mask >= 128, np.uint8(255), np.uint8(0)), shape.left, shape.top
    )


def _with_tail(shape: Shape, height: float, width: float, rng: np.random.Generator) -> Shape:
    """Return ``shape`` with a curve from its lower right end; all in pixels."""
    rows, columns = np.nonzero(shape.mask)
    low = rows >= rows.min() + 0.7 * (rows.max() - rows.min())
    end = int(np.argmax(columns[low]))
    half = 0.5 * width * OVERSAMPLING
    start = np.array([columns[low][end] - half, rows[low][end]])
    scale = OVERSAMPLING * height
    length, rise = rng.uniform(*_LENGTH) * scale, rng.uniform(*_RISE) * scale
    bend = start + np.array([0.5 * length, rng.uniform(0, 0.12) * scale])
    curve = _bezier(start, bend, start + np.array([length, -rise]))
    # Room on all sides, in whole pixels.
    reach = half + 1
    above, below, right = (
        max(0, int(np.ceil(amount / OVERSAMPLING))) * OVERSAMPLING
        for amount in (
            reach - curve[:, 1].min(),
            curve[:, 1].max() + reach - shape.mask.shape[0],
            curve[:, 0].max() + reach - shape.mask.shape[1],
        )
    )
    mask = np.pad(shape.mask, ((above, below), (0, right)))
    points = np.rint(curve + np.array([0, above])).astype(np.int32)
    cv2.polylines(mask, [points], False, 255, max(1, round(2 * half)))
    return Shape(shape.char, mask, shape.left, shape.top - above // OVERSAMPLING)


def _bezier(
    start: NDArray[np.float64], bend: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return points (N, 2) of a quadratic Bezier curve."""
    t = np.linspace(0, 1, 12)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
