"""Altered images, to see how a classifier falls with what pen, paper and camera do to them.

After Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions
and perturbations" (arXiv 1903.12261), and MNIST-C (Mu and Gilmer 2019, arXiv 1906.02337): each kind
has five strengths. The same images, strength and seed give the same altered images, and the seed
draws the same directions and places at every strength.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Images = NDArray[np.uint8]

#: What each kind does at strengths 1 to 5, and its unit. The sizes are for images of 28x28.
SEVERITIES: dict[str, tuple[float, ...]] = {
    # Standard deviation of what is added to each pixel, grey levels of 255.
    "noise": (16, 32, 48, 64, 96),
    # Standard deviation of the Gaussian, pixels.
    "blur": (0.6, 0.9, 1.2, 1.6, 2.0),
    # Degrees, to the left or to the right.
    "rotation": (8, 16, 24, 32, 45),
    # Pixels, in any direction.
    "translation": (1, 2, 3, 4, 6),
    # What is left of each pixel's distance from the mean of its image, as a factor.
    "contrast": (0.7, 0.5, 0.35, 0.2, 0.1),
    # Side of a square without ink, pixels; anywhere within the image.
    "occlusion": (4, 6, 8, 10, 12),
}

UNITS = {
    "noise": "grey levels of 255",
    "blur": "pixels (sigma)",
    "rotation": "degrees",
    "translation": "pixels",
    "contrast": "of the contrast left",
    "occlusion": "pixels (side of a square)",
}


def corrupt(images: Images, kind: str, strength: int, seed: int) -> Images:
    """Alter ``images`` (N, H, W) uint8, ink 255 on 0; shape and type stay.

    ``kind`` is a key of ``SEVERITIES``, ``strength`` is 1 to 5. Raises :class:`ValueError` for
    another kind or strength.
    """
    if kind not in SEVERITIES or not 1 <= strength <= len(SEVERITIES[kind]):
        raise ValueError(f"there is no {kind!r} of strength {strength}")
    amount = SEVERITIES[kind][strength - 1]
    return _KINDS[kind](images, amount, np.random.default_rng(seed))


def _noise(images: Images, amount: float, rng: np.random.Generator) -> Images:
    added = rng.standard_normal(images.shape, np.float32) * np.float32(amount)
    return _to_uint8(images + added)


def _blur(images: Images, amount: float, rng: np.random.Generator) -> Images:
    del rng  # nothing is drawn
    rows, columns = (_blur_matrix(side, amount) for side in images.shape[1:])
    return _to_uint8(rows @ images.astype(np.float32) @ columns.T)


def _blur_matrix(side: int, sigma: float) -> NDArray[np.float32]:
    """Return the (side, side) matrix that blurs one axis, on paper that goes on without ink."""
    reach = int(np.ceil(4 * sigma))
    kernel = cv2.getGaussianKernel(2 * reach + 1, sigma, cv2.CV_32F).ravel()
    distance = np.arange(side)[:, None] - np.arange(side)
    weights = kernel[np.clip(distance + reach, 0, 2 * reach)]
    return np.where(np.abs(distance) <= reach, weights, np.float32(0))


def _rotation(images: Images, amount: float, rng: np.random.Generator) -> Images:
    angle = np.deg2rad(amount) * rng.choice((-1.0, 1.0), len(images))
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    x, y = _grid(images)
    middle_x, middle_y = (images.shape[2] - 1) / 2, (images.shape[1] - 1) / 2
    x, y = x - middle_x, y - middle_y
    return _sample(images, cos * x - sin * y + middle_x, sin * x + cos * y + middle_y)


def _translation(images: Images, amount: float, rng: np.random.Generator) -> Images:
    angle = rng.uniform(0, 2 * np.pi, len(images))[:, None, None]
    x, y = _grid(images)
    return _sample(images, x - amount * np.cos(angle), y - amount * np.sin(angle))


def _contrast(images: Images, amount: float, rng: np.random.Generator) -> Images:
    del rng  # nothing is drawn
    mean = images.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
    return _to_uint8(mean + (images - mean) * np.float32(amount))


def _occlusion(images: Images, amount: float, rng: np.random.Generator) -> Images:
    count, height, width = images.shape
    place = rng.random((2, count, 1, 1))  # as a share of the room, so that it stays over strengths
    x, y = _grid(images)
    left = np.floor(place[0] * (width - amount + 1))
    top = np.floor(place[1] * (height - amount + 1))
    covered = (x >= left) & (x < left + amount) & (y >= top) & (y < top + amount)
    return np.where(covered, np.uint8(0), images)


def _grid(images: Images) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the x and the y of every pixel, each (1, H, W)."""
    y, x = np.mgrid[: images.shape[1], : images.shape[2]].astype(float)
    return x[None], y[None]


def _sample(images: Images, x: NDArray[np.float64], y: NDArray[np.float64]) -> Images:
    """Read image n at (``x[n]``, ``y[n]``), each (N, H, W), between pixels; no ink outside."""
    count, height, width = images.shape
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    x, y = np.clip(x + 1, 0, width + 0.999), np.clip(y + 1, 0, height + 0.999)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    n = np.arange(count)[:, None, None]
    upper = framed[n, top, left] * (1 - right) + framed[n, top, left + 1] * right
    lower = framed[n, top + 1, left] * (1 - right) + framed[n, top + 1, left + 1] * right
    return _to_uint8(upper * (1 - down) + lower * down)


def _to_uint8(values: NDArray[np.floating]) -> Images:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


_KINDS: dict[str, Callable[[Images, float, np.random.Generator], Images]] = {
    "noise": _noise,
    "blur": _blur,
    "rotation": _rotation,
    "translation": _translation,
    "contrast": _contrast,
    "occlusion": _occlusion,
}
