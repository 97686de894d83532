"""Images read elsewhere than at their pixels, and mixed along their axes.

Products and sums are of whole numbers, or of single numbers by single numbers: no order of
summation, and so no machine, changes the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Images = NDArray[np.uint8]
    Numbers = NDArray[np.float64]

#: Weights of :func:`mix` are whole numbers of this.
UNIT = 4096


def to_uint8(values: NDArray[np.floating]) -> Images:
    """Round ``values`` to whole grey levels of 0 to 255."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def grid(images: Images) -> tuple[Numbers, Numbers]:
    """Return x and y of every pixel from the middle of the image, (1, 1, W) and (1, H, 1)."""
    height, width = images.shape[1:]
    x, y = np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
    return x[None, None, :], y[None, :, None]


def trigonometry(degrees: NDArray[np.floating]) -> tuple[Numbers, Numbers]:
    """Return cosine and sine in steps of 2**-20, within which all machines agree."""
    angle = np.deg2rad(degrees)
    cosine, sine = (np.rint(np.ldexp(f(angle), 20)) for f in (np.cos, np.sin))
    return np.ldexp(cosine, -20), np.ldexp(sine, -20)


def sample(images: Images, x: Numbers, y: Numbers) -> NDArray[np.float32]:
    """Read image n at (``x[n]``, ``y[n]``), from its middle, between pixels; no ink outside.

    ``x`` and ``y`` are or broadcast to (N, H, W). Returns (N, H, W) float32, 0 to 255.
    """
    count, height, width = images.shape
    shape = np.broadcast_shapes(images.shape, x.shape, y.shape)
    x = np.clip(x + (width + 1) / 2, 0, width + 0.999)
    y = np.clip(y + (height + 1) / 2, 0, height + 0.999)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    stride = width + 2
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32).ravel()
    start = np.arange(count, dtype=np.int32)[:, None, None] * (stride * (height + 2))
    place = np.broadcast_to(start + top * stride + left, shape)
    upper = framed[place] * (1 - right) + framed[place + 1] * right
    lower = framed[place + stride] * (1 - right) + framed[place + stride + 1] * right
    return upper * (1 - down) + lower * down


def mix(images: Images, rows: Numbers, columns: Numbers) -> Images:
    """Mix the pixels of ``images`` (N, H, W) along both axes.

    ``rows`` (H, H) and ``columns`` (W, W) say how much of each pixel goes into each, in whole
    numbers of ``UNIT``.
    """
    count, height, width = images.shape
    wide = (images.reshape(-1, width).astype(np.float64) @ columns.T).reshape(images.shape)
    tall = wide.transpose(0, 2, 1).reshape(-1, height) @ rows.T
    mixed = tall.reshape(count, width, height).transpose(0, 2, 1)
    return to_uint8(mixed / UNIT**2)


def in_units(weights: Numbers) -> Numbers:
    """Return ``weights`` as whole numbers of ``UNIT``."""
    return np.rint(weights * UNIT)
