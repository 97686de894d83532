"""What else lies over a glyph on paper, or is missing from it: a rule, specks, a gap in the ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 4  # binary places of coordinates: what is drawn lies between pixels, too


@dataclass(frozen=True)
class Marks:
    """Limits of the uniform distributions that marks are drawn from; each glyph gets one kind.

    ink: grey level of a rule. width: of a rule, pixels. slope: most of a rule's, to either side.
    specks: how many; radius: of one, pixels. gap: sides of a rectangle without ink, pixels.
    """

    ink: tuple[int, int] = (120, 255)
    width: tuple[int, int] = (1, 3)
    slope: float = 0.2
    specks: tuple[int, int] = (1, 10)
    radius: tuple[float, float] = (0.5, 2.0)
    gap: tuple[int, int] = (3, 11)

    def put(self, glyph: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return ``glyph`` (H, W) uint8, ink 255 on 0, with marks of one kind."""
        marked = glyph.copy()
        kinds = (self._rule, self._specks, self._gap)
        kinds[int(rng.integers(len(kinds)))](marked, rng)
        return marked

    def _rule(self, glyph: NDArray[np.uint8], rng: np.random.Generator) -> None:
        height, width = glyph.shape
        slope = rng.uniform(-self.slope, self.slope)
        middle = rng.uniform(0, height)
        left, right = (_fixed(x, middle + slope * (x - width / 2)) for x in (0, width))
        drawn = np.zeros_like(glyph)
        ink = int(rng.integers(*self.ink, endpoint=True))
        thick = int(rng.integers(*self.width, endpoint=True))
        cv2.line(drawn, left, right, ink, thick, cv2.LINE_AA, _BITS)
        np.maximum(glyph, drawn, out=glyph)

    def _specks(self, glyph: NDArray[np.uint8], rng: np.random.Generator) -> None:
        height, width = glyph.shape
        for _ in range(int(rng.integers(*self.specks, endpoint=True))):
            centre = _fixed(rng.uniform(0, width), rng.uniform(0, height))
            radius = round(rng.uniform(*self.radius) * 2**_BITS)
            cv2.circle(glyph, centre, radius, 255, cv2.FILLED, cv2.LINE_AA, _BITS)

    def _gap(self, glyph: NDArray[np.uint8], rng: np.random.Generator) -> None:
        sides = rng.integers(*self.gap, size=2, endpoint=True)
        top, left = (int(rng.integers(0, glyph.shape[axis] - sides[axis] + 1)) for axis in (0, 1))
        glyph[top : top + sides[0], left : left + sides[1]] = 0


def _fixed(x: float, y: float) -> tuple[int, int]:
    """Return a point in the fixed-point numbers that OpenCV draws at."""
    return round(x * 2**_BITS), round(y * 2**_BITS)
