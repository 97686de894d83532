"""EMNIST glyphs as the device would cut them out of a photograph.

On the device a character is found at a few dozen pixels' height, in ink that a network tells from
paper, and then enlarged, thresholded and scaled by :func:`emnist_edge.glyph.make_glyph`. Here a
glyph goes the same way: written at that size with another pen, out of focus, crossed by what is
left of a ruled line, told from paper at another threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.glyph import make_glyph
from train.common.augment import Augmentation, change_thickness
from train.tiers.marked import Marks

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Photograph:
    """Limits of the uniform distributions that each photograph is drawn from.

    side: of the picture of 28x28, in pixels of what the device sees. thickness: see
    :class:`train.common.augment.Augmentation`. blur: sigma, pixels. threshold: share of ink at
    which a pixel is half ink, of 255; sharpness: factor of the contrast around it. ruled: share of
    the glyphs that a ruled line crosses.
    """

    side: tuple[int, int] = (16, 44)
    thickness: float = 0.8
    blur: tuple[float, float] = (0.3, 1.0)
    threshold: tuple[int, int] = (70, 140)
    sharpness: tuple[float, float] = (1.5, 6.0)
    ruled: float = 0.2

    def take(self, glyph: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return ``glyph`` (28, 28) uint8 after it was photographed and cut out."""
        side = int(rng.integers(*self.side, endpoint=True))
        ink = cv2.resize(glyph, (side, side), interpolation=cv2.INTER_LINEAR)
        ink = change_thickness(ink, rng.uniform(-self.thickness, self.thickness))
        if rng.random() < self.ruled:
            ink = cross_with_rule(ink, rng)
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(*self.blur))
        # Blur takes from thin strokes: what is ink is told against the darkest of them.
        level = max(1.0, rng.uniform(*self.threshold) * int(ink.max()) / 255)
        sharpness = rng.uniform(*self.sharpness)
        ink = cv2.LUT(ink, curve(level, sharpness))
        found = make_glyph(ink)
        return found if found.any() else glyph


#: Another hand, but no more than that: what is wider is an O, what is narrower a 0.
HAND = Augmentation(rotation=7, shear=0.1, scale=0.05, shift=1.2, elastic=0.7, thickness=0.5)
#: A character in a wrong box, or written in a hurry.
FAR = Augmentation(rotation=28, shear=0.5, scale=0.1, shift=3, shrink=0.45)


@dataclass(frozen=True)
class Variation:
    """What training images are varied by: all by ``hand``, or a share ``awry`` by ``far`` instead.

    A share ``marked`` then gets ``marks``. A share ``share`` is photographed, another is blurred as
    it is, by up to ``blur`` (sigma, pixels). Of all, a share ``dim`` is seen in little light: no
    less than ``contrast`` is left of each pixel's distance from the mean, and noise of up to
    ``noise`` grey levels is added.
    """

    hand: Augmentation = HAND
    far: Augmentation = FAR
    awry: float = 0.12
    marks: Marks = field(default_factory=Marks)
    marked: float = 0.15
    photograph: Photograph = field(default_factory=Photograph)
    share: float = 0.15
    blurred: float = 0.15
    blur: float = 1.6
    dim: float = 0.15
    contrast: float = 0.2
    noise: float = 64

    def seen(self) -> tuple[str, ...]:
        """Return the corruptions (:data:`emnist_edge.corruptions.CORRUPTIONS`) this comes near to.

        A benchmark must not take them for unseen. Photographs lose less resolution than the mildest
        pixelation takes.
        """
        of_pages = ("blur", "rule") if self.share else ()
        blur = ("blur",) if self.blurred else ()
        marks = ("rule", "spatter", "occlusion") if self.marked else ()
        light = ("noise", "contrast") if self.dim else ()
        hand = ("rotation", "shear", "scale", "translation", "thickness")
        return tuple(dict.fromkeys([*hand, *blur, *of_pages, *marks, *light]))

    def __call__(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Vary each of ``images`` (N, 28, 28) uint8, ink 255 on 0; the shape stays."""
        awry = rng.random(len(images)) < self.awry
        varied = np.empty_like(images)
        varied[~awry] = self.hand(images[~awry], rng)
        varied[awry] = self.far(images[awry], rng)
        for index in np.flatnonzero(rng.random(len(images)) < self.marked):
            varied[index] = self.marks.put(varied[index], rng)
        drawn = rng.random(len(images))
        for index in np.flatnonzero(drawn < self.share):
            varied[index] = self.photograph.take(varied[index], rng)
        for index in np.flatnonzero(drawn >= 1 - self.blurred):
            varied[index] = cv2.GaussianBlur(varied[index], (0, 0), rng.uniform(0.3, self.blur))
        dim = rng.random(len(images)) < self.dim
        varied[dim] = self._in_little_light(varied[dim], rng)
        return varied

    def _in_little_light(
        self, images: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        one_each = (len(images), 1, 1)
        left = rng.uniform(self.contrast, 1, one_each).astype(np.float32)
        noise = rng.uniform(0, self.noise, one_each).astype(np.float32)
        mean = images.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
        grain = noise * rng.standard_normal(images.shape, np.float32)
        return np.clip(np.rint(mean + (images - mean) * left + grain), 0, 255).astype(np.uint8)


def cross_with_rule(ink: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return ``ink`` (H, W) uint8 as it is left where a ruled line was taken out of a picture.

    Either ink is missing along the line, or a piece of the line beside the ink was left.
    """
    crossed = ink.copy()
    side = len(ink)
    row = int(rng.integers(side // 5, side - side // 5))
    thick = 1 if side < 30 else int(rng.integers(1, 3))
    if rng.random() < 0.5:
        crossed[row : row + thick] = (crossed[row : row + thick] * rng.uniform(0, 0.6)).astype("u1")
        return crossed
    columns = np.flatnonzero(ink[row] >= 128)
    if len(columns):
        start = int(rng.choice(columns))
        length = int(rng.integers(2, max(3, side // 5)))
        first, last = sorted((start, start + int(rng.choice((-length, length)))))
        crossed[row : row + thick, max(first, 1) : min(last, side - 1)] = 255
    return crossed


def curve(level: float, sharpness: float) -> NDArray[np.uint8]:
    """Return the table (256,) that makes 128 of ``level`` and stretches the contrast around it."""
    return np.clip((np.arange(256) - level) * sharpness + 128, 0, 255).astype(np.uint8)
