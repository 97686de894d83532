"""How a character lies in its image: what hand, camera and a wrong box do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.corruptions.sampling import grid, sample, to_uint8, trigonometry

if TYPE_CHECKING:
    from emnist_edge.corruptions.draws import Draws
    from emnist_edge.corruptions.sampling import Images


def rotation(images: Images, amount: float, draws: Draws) -> Images:
    """Turn by ``amount`` degrees about the middle, to either side."""
    cosine, sine = trigonometry(amount * draws.signs()[:, :, None])
    x, y = grid(images)
    return to_uint8(sample(images, cosine * x - sine * y, sine * x + cosine * y))


def shear(images: Images, amount: float, draws: Draws) -> Images:
    """Slant by ``amount``, the tangent of the angle, to either side."""
    lean = amount * draws.signs()[:, :, None]
    x, y = grid(images)
    return to_uint8(sample(images, x + lean * y, y))


def scale(images: Images, amount: float, draws: Draws) -> Images:
    """Make the character ``amount`` of its size: EMNIST's fill the image, so larger ones lose ink.

    On the device, a speck that got into the box has this effect.
    """
    del draws  # nothing is drawn
    x, y = grid(images)
    return to_uint8(sample(images, x / amount, y / amount))


def translation(images: Images, amount: float, draws: Draws) -> Images:
    """Move by ``amount`` pixels, in any direction."""
    cosine, sine = trigonometry(360 * draws.shares(1)[:, :, None])
    x, y = grid(images)
    return to_uint8(sample(images, x - amount * cosine, y - amount * sine))
