"""What sensor, lens, light and resolution do to an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.corruptions.sampling import grid, in_units, mix, sample, to_uint8, trigonometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.corruptions.draws import Draws
    from emnist_edge.corruptions.sampling import Images, Numbers

# Parts of a pixel along each axis that a disk covers or not.
_FINE = 16


def noise(images: Images, amount: float, draws: Draws) -> Images:
    """Gaussian noise of ``amount`` grey levels: a sensor with too little light."""
    added = draws.normals(_pixels(images)).reshape(images.shape) * amount
    return to_uint8(images + added)


def impulse(images: Images, amount: float, draws: Draws) -> Images:
    """Salt and pepper on a share ``amount`` of the pixels: dust, toner, a threshold's leavings."""
    hit = draws.shares(_pixels(images)).reshape(images.shape) < amount
    white = draws.levels(_pixels(images)).reshape(images.shape) % 2 == 0
    return np.where(hit, np.where(white, np.uint8(255), np.uint8(0)), images)


def blur(images: Images, amount: float, draws: Draws) -> Images:
    """Gaussian blur of sigma ``amount`` pixels: out of focus."""
    del draws  # nothing is drawn
    rows, columns = (_gaussian(side, amount) for side in images.shape[1:])
    return mix(images, rows, columns)


def _gaussian(side: int, sigma: float) -> Numbers:
    """Return the (side, side) weights that blur one axis, on paper that goes on without ink."""
    reach = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    distance = np.arange(side)[:, None] - np.arange(side)
    weights = kernel[np.clip(distance + reach, 0, 2 * reach)]
    return in_units(np.where(np.abs(distance) <= reach, weights, 0.0))


def defocus(images: Images, amount: float, draws: Draws) -> Images:
    """The mean over a disk of radius ``amount`` pixels: a lens that is not at this distance."""
    del draws  # nothing is drawn
    disk = _disk(amount)
    reach = len(disk) // 2
    height, width = images.shape[1:]
    framed = np.pad(images, ((0, 0), (reach, reach), (reach, reach))).astype(np.int32)
    total = np.zeros(images.shape, np.int32)
    for down, right in np.argwhere(disk):
        total += disk[down, right] * framed[:, down : down + height, right : right + width]
    return to_uint8(total / disk.sum())


def _disk(radius: float) -> NDArray[np.int32]:
    """Return how much of each pixel a disk covers, of ``_FINE`` squared; with odd sides."""
    reach = int(np.ceil(radius - 0.5))
    side = 2 * reach + 1
    fine = (np.arange(side * _FINE) + 0.5) / _FINE - side / 2
    covered = fine[:, None] ** 2 + fine**2 < radius * radius
    return covered.reshape(side, _FINE, side, _FINE).sum(axis=(1, 3), dtype=np.int32)


def motion(images: Images, amount: float, draws: Draws) -> Images:
    """The mean along a line of ``amount`` pixels in any direction: a moving hand or camera."""
    cosine, sine = trigonometry(360 * draws.shares(1)[:, :, None])
    x, y = grid(images)
    taps = int(np.ceil(amount)) + 1
    total = np.zeros(images.shape, np.float32)
    for step in np.linspace(-amount / 2, amount / 2, taps):
        # In whole numbers of 1/256, which add up in float32 without rounding.
        total += np.rint(256 * sample(images, x + step * cosine, y + step * sine))
    return to_uint8(total / np.float32(256 * taps))


def pixelation(images: Images, amount: float, draws: Draws) -> Images:
    """Enlarged from an image ``amount`` times as small: a character far from the camera."""
    del draws  # nothing is drawn
    rows, columns = (_resolution(side, amount) for side in images.shape[1:])
    return mix(images, rows, columns)


def _resolution(side: int, factor: float) -> Numbers:
    """Return the (side, side) weights of taking the mean over pixels, and lines between those."""
    small = max(1, round(side / factor))
    edges = np.arange(small + 1) * (side / small)
    fine = np.arange(side)
    shared = np.minimum(edges[1:, None], fine + 1) - np.maximum(edges[:-1, None], fine)
    down = np.maximum(shared, 0) * (small / side)
    place = np.clip((fine + 0.5) * (small / side) - 0.5, 0, small - 1)
    up = np.maximum(1 - np.abs(place[:, None] - np.arange(small)), 0)
    return in_units(up @ down)


def contrast(images: Images, amount: float, draws: Draws) -> Images:
    """Leave ``amount`` of each pixel's distance from the image's mean: pencil, fog, a weak copy."""
    del draws  # nothing is drawn
    total = images.sum(axis=(1, 2), keepdims=True, dtype=np.int64)
    mean = total / max(_pixels(images), 1)
    return to_uint8(mean + (images - mean) * amount)


def _pixels(images: Images) -> int:
    return images.shape[1] * images.shape[2]
