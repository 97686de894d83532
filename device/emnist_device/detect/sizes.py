"""Pictures at other sizes: the one that is worked on, and those that single steps need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Sizes:
    """Thresholds of the size that pictures are worked on.

    least, most: long side of a page, in pixels. More takes longer, less loses thin strokes.
    enlarged: a picture is enlarged at most so many times: a thumbnail has no more to show.
    """

    least: int = 400
    most: int = 1600
    enlarged: float = 8.0


SIZES = Sizes()


def shrink(picture: NDArray[np.uint8], *, sizes: Sizes = SIZES) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` with at most the longest side that is worked on, and the scale."""
    scale = min(sizes.most / max(picture.shape[:2]), 1.0)
    return _scale(picture, scale, cv2.INTER_AREA), scale


def to_working_size(
    picture: NDArray[np.uint8], *, sizes: Sizes = SIZES
) -> tuple[NDArray[np.uint8], float]:
    """Return ``picture`` with a long side between the limits of ``sizes``, and the scale."""
    small, scale = shrink(picture, sizes=sizes)
    larger = float(np.clip(sizes.least / max(small.shape[:2]), 1.0, sizes.enlarged))
    return _scale(small, larger, cv2.INTER_CUBIC), scale * larger


def _scale(picture: NDArray[np.uint8], scale: float, interpolation: int) -> NDArray[np.uint8]:
    """Return ``picture`` scaled; itself where that changes nothing."""
    if scale == 1.0:
        return picture
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    return cv2.resize(picture, size, interpolation=interpolation)


def scaled(image: NDArray[np.uint8], scale: float, interpolation: int) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) scaled, but no side under 4 pixels."""
    size = tuple(max(4, round(side * scale)) for side in image.shape[::-1])
    return cv2.resize(image, size, interpolation=interpolation)


def resized(image: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at another shape, interpolated linearly."""
    return cv2.resize(image, shape[::-1], interpolation=cv2.INTER_LINEAR)


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of ``picture``, (H, W) or (H, W, 3) BGR uint8."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
