"""A filled sheet as a scanner or a phone sees it, with where each of its points is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.lying import Lie

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Shapes of photographs, in pixels, and the dpi of scans.
_SHAPES, _DPI = ((1500, 2000), (2000, 1500), (3000, 4000), (2448, 3264)), (150, 200, 300)
_RADII = (np.inf, np.inf, 1500.0, 900.0, 700.0)


@dataclass(frozen=True)
class Taken:
    """A picture, (H, W, 3) BGR uint8, and how the sheet lies on it."""

    picture: NDArray[np.uint8]
    lie: Lie


def scan(sheet: NDArray[np.uint8], size: tuple[float, float], rng: np.random.Generator) -> Taken:
    """Return ``sheet`` of ``size`` mm as a scanner sees it, a little turned, or upside down."""
    dpi = int(rng.choice(_DPI))
    shape = (round(size[0] * dpi / 25.4), round(size[1] * dpi / 25.4))
    turn = float(rng.normal(0, 0.7)) + (180.0 if rng.random() < 0.1 else 0.0)
    lie = Lie(size, shape, turn=turn, distance=1e6, fill=0.995)
    picture = lie.shoot(sheet, (245, 245, 245)).astype(np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 0.8)))
    picture += rng.normal(0, rng.uniform(0.5, 2.5), picture.shape)
    return Taken(_jpeg(picture, int(rng.integers(60, 95))), lie)


def photograph(
    sheet: NDArray[np.uint8], size: tuple[float, float], rng: np.random.Generator
) -> Taken:
    """Return ``sheet`` of ``size`` mm as a phone sees it: tilted, bent, in bad light, blurred."""
    width, height = _SHAPES[int(rng.integers(len(_SHAPES)))]
    lie = Lie(
        size,
        (width, height),
        tilt=float(rng.uniform(0, 30)),
        towards=float(rng.uniform(0, 360)),
        turn=float(rng.choice((0, 90, 180, 270))) + float(rng.uniform(-12, 12)),
        radius=float(rng.choice(_RADII)),
        along=float(rng.uniform(0, 180)),
        distance=float(rng.uniform(380, 700)),
        fill=float(rng.uniform(0.82, 0.95)),
    )
    light = _light((height, width), rng)
    scene = lie.shoot(sheet).astype(np.float32) * light[..., None]
    scene = cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(0.5, 1.2)) * width / 2000)
    scene += rng.normal(0, rng.uniform(1, 5), scene.shape)
    return Taken(_jpeg(scene, int(rng.integers(55, 93))), lie)


def _light(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the fraction of the light at each pixel: a gradient, and often a shadow's edge."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    angle, other = rng.uniform(0, 2 * np.pi, 2).tolist()
    share = 1 - rng.uniform(0, 0.3) * (1 + x * np.cos(angle) + y * np.sin(angle)) / 2.5
    if rng.random() < 0.5:
        steep = float(rng.choice((6, 40)))
        depth = x * np.cos(other) + y * np.sin(other) - rng.uniform(-0.4, 0.4)
        share = share * (1 - rng.uniform(0.15, 0.45) / (1 + np.exp(-steep * depth)))
    return np.asarray(share, np.float32)


def _jpeg(scene: NDArray[np.float32], quality: int) -> NDArray[np.uint8]:
    picture = np.clip(scene + 0.5, 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
