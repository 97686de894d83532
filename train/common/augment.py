"""Random variations of EMNIST glyphs: what another hand, pen or camera would have made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.artifact import SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GRID = 4  # elastic displacements are drawn on a 4x4 grid and interpolated


@dataclass(frozen=True)
class Augmentation:
    """Half-widths of the uniform distributions that each image's variation is drawn from.

    rotation in degrees; shear and scale as factors; shift and elastic in pixels; thickness as the
    share of one 3x3 dilation (positive) or erosion (negative) that is mixed in. shrink: the most of
    its size that a glyph loses, the same in both directions.
    """

    rotation: float = 9.0
    shear: float = 0.15
    scale: float = 0.1
    shift: float = 1.2
    elastic: float = 0.9
    thickness: float = 0.6
    shrink: float = 0.0

    def __call__(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Vary each of ``images`` (N, 28, 28) uint8, ink 255 on 0; the shape stays."""
        maps = self._source_coordinates(len(images), rng)
        thickness = rng.uniform(-self.thickness, self.thickness, len(images))
        varied = np.empty_like(images)
        for index, image in enumerate(images):
            warped = cv2.remap(image, maps[index], None, cv2.INTER_LINEAR)
            varied[index] = change_thickness(warped, float(thickness[index]))
        return varied

    def _source_coordinates(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return where each output pixel is read: (N, 28, 28, 2) float32, x then y.

        Rotation, shear and scale about the centre, a shift, and an elastic displacement after
        Simard et al. 2003 (smooth random field).
        """
        angle = np.deg2rad(rng.uniform(-self.rotation, self.rotation, count))
        shear = rng.uniform(-self.shear, self.shear, count)
        scale = 1 / (1 + rng.uniform(-self.scale, self.scale, (2, count)))
        if self.shrink:
            scale = scale / (1 - rng.uniform(0, self.shrink, count))
        cos, sin = np.cos(angle), np.sin(angle)
        matrix = np.array(
            [[cos * scale[0], (shear * cos - sin) * scale[1]],
             [sin * scale[0], (shear * sin + cos) * scale[1]]]
        ).transpose(2, 1, 0)  # (N, 2, 2), to multiply points from the right  # fmt: skip
        centre = (SIDE - 1) / 2
        axis = np.arange(SIDE) - centre
        x, y = np.meshgrid(axis, axis)
        grid = np.stack([x.ravel(), y.ravel()], axis=1)
        affine = (grid @ matrix).reshape(count, SIDE, SIDE, 2)
        shift = rng.uniform(-self.shift, self.shift, (count, 1, 1, 2))
        knots = rng.normal(0, self.elastic, (count, _GRID, _GRID, 2))
        rows = _INTERPOLATION @ knots.reshape(count, _GRID, _GRID * 2)
        elastic = _INTERPOLATION @ rows.reshape(count, SIDE, _GRID, 2)
        return (affine + centre + shift + elastic).astype(np.float32)


def change_thickness(image: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    """Mix ``amount`` (-1..1) of a 3x3 dilation (positive) or erosion (negative) into ``image``."""
    morphology = cv2.dilate if amount > 0 else cv2.erode
    # A full erosion would erase the thin strokes that a pen drew: half is its most.
    share = amount if amount > 0 else -0.5 * amount
    changed = morphology(image, _CROSS)
    return cv2.addWeighted(image, 1 - share, changed, share, 0)


def _interpolation_weights() -> NDArray[np.float64]:
    """Return the (28, 4) matrix that spreads 4 knots over 28 pixels by cubic interpolation."""
    unit = np.eye(_GRID, dtype=np.float32)
    return cv2.resize(unit, (_GRID, SIDE), interpolation=cv2.INTER_CUBIC).astype(np.float64)


_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_INTERPOLATION = _interpolation_weights()
