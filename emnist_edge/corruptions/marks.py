"""What else pen and paper put into an image, or take out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.corruptions.sampling import grid, to_uint8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.corruptions.draws import Draws
    from emnist_edge.corruptions.sampling import Images, Numbers

_RULE_INK = 200  # printed rules are paler than ink
_RULE_SLOPE = 0.1  # at most, to either side
_PEN = 1.4  # width of a scribble's line, pixels
_SPOT = (0.7, 2.0)  # radii of spatter, pixels
_SPOTS, _LEGS = 14, 5  # at most; as many are drawn at every strength


def thickness(images: Images, amount: float, draws: Draws) -> Images:
    """Another pen, for each image thicker by ``amount`` pixels on each side, or thinner by a third.

    Grey dilations and erosions by a cross; the last counts by the part of a pixel that it is.
    """
    thick = draws.signs()[:, :, None] > 0
    return np.where(thick, _grow(images, amount), ~_grow(~images, amount / 3))


def _grow(images: Images, amount: float) -> Images:
    """Dilate by ``amount`` pixels; an erosion of ink is a dilation of paper."""
    left = amount
    grown = images
    while left > 0:
        step = _dilate(grown)
        share = min(left, 1.0)
        grown = step if share == 1 else to_uint8(grown + share * (step - grown.astype(float)))
        left -= share
    return grown


def _dilate(images: Images) -> Images:
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = np.maximum(framed[:, 1:-1, :-2], framed[:, 1:-1, 2:])
    down = np.maximum(framed[:, :-2, 1:-1], framed[:, 2:, 1:-1])
    return np.maximum(images, np.maximum(across, down))


def fade(images: Images, amount: float, draws: Draws) -> Images:
    """Leave ``amount`` of the ink, on paper as it was: pencil, a pen running dry, an old form."""
    del draws  # nothing is drawn
    return to_uint8(images * amount)


def rule(images: Images, amount: float, draws: Draws) -> Images:
    """A printed rule ``amount`` pixels wide, level or nearly so, somewhere across the image."""
    drawn = draws.shares(2)[:, :, None, None]
    x, y = grid(images)
    height = images.shape[1]
    middle, slope = height * (drawn[:, 0] - 0.5), 2 * _RULE_SLOPE * (drawn[:, 1] - 0.5)
    return _lay(images, np.abs(y - middle - slope * x), amount, _RULE_INK)


def spatter(images: Images, amount: float, draws: Draws) -> Images:
    """``amount`` round spots of ink, anywhere."""
    drawn = draws.shares(3 * _SPOTS).reshape(len(images), _SPOTS, 3)[..., None, None]
    height, width = images.shape[1:]
    x, y = grid(images)
    for spot in range(int(amount)):
        right, down, size = (drawn[:, spot, number] for number in range(3))
        dx, dy = x - width * (right - 0.5), y - height * (down - 0.5)
        radius = _SPOT[0] + (_SPOT[1] - _SPOT[0]) * size
        images = _lay(images, np.sqrt(dx * dx + dy * dy), 2 * radius)
    return images


def scribble(images: Images, amount: float, draws: Draws) -> Images:
    """Struck out: a line that goes ``amount`` times from one side to the other."""
    # Turning points, left and right by turns; more lines go on where fewer end.
    drawn = draws.shares(2 * (_LEGS + 1)).reshape(len(images), _LEGS + 1, 2)[..., None, None]
    height, width = images.shape[1:]
    x, y = grid(images)
    across = width * (0.5 - 0.2 * drawn[:, :, 0])
    along = 0.8 * height * (drawn[:, :, 1] - 0.5)
    for leg in range(int(amount)):
        side = 1 if leg % 2 else -1
        start = side * across[:, leg], along[:, leg]
        end = -side * across[:, leg + 1], along[:, leg + 1]
        images = _lay(images, _distance(x, y, start, end), _PEN)
    return images


def _distance(
    x: Numbers, y: Numbers, start: tuple[Numbers, Numbers], end: tuple[Numbers, Numbers]
) -> Numbers:
    """Return the distance of each pixel from the line between two points of its image."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    u, v = x - start[0], y - start[1]
    along = np.clip((u * dx + v * dy) / (dx * dx + dy * dy), 0, 1)
    u, v = u - along * dx, v - along * dy
    return np.asarray(np.sqrt(u * u + v * v))


def occlusion(images: Images, amount: float, draws: Draws) -> Images:
    """Take the ink out of a square of ``amount`` pixels anywhere: a glint, a fold, a dry pen."""
    drawn = draws.shares(2)[:, :, None, None]
    height, width = images.shape[1:]
    x, y = np.arange(width)[None, None, :], np.arange(height)[None, :, None]
    left = np.floor(drawn[:, 0] * (width - amount + 1))
    top = np.floor(drawn[:, 1] * (height - amount + 1))
    covered = (x >= left) & (x < left + amount) & (y >= top) & (y < top + amount)
    return np.where(covered, np.uint8(0), images)


def _lay(
    images: Images, distance: Numbers, width: float | NDArray[np.float64], ink: int = 255
) -> Images:
    """Draw a line of ``width`` pixels with soft edges where ``distance`` from its middle is 0."""
    cover = np.clip(width / 2 + 0.5 - distance, 0, 1)
    return np.maximum(images, to_uint8(ink * cover))
