"""Two looks at one picture: turned a little to either side, and what is seen in both averaged.

Averaging what a network says of variations of a picture is as old as Krizhevsky et al. 2012
(section 4.1). Here it is part of the network, made of layers that a runtime knows in int8: a small
turn is one shear along the rows and one along the columns (Paeth 1986), and a shear moves each row
by an amount of its own, which is a depthwise convolution with rows in the place of channels.
"""

from __future__ import annotations

from math import ceil, radians, tan
from typing import TYPE_CHECKING, Any

import numpy as np

from train.common.lazy import keras

if TYPE_CHECKING:
    from numpy.typing import NDArray


def both(pictures: Any, degrees: float) -> Any:
    """Return square ``pictures`` (N, S, S, 1) turned by ``degrees`` to either side: (2N, S, S, 1).

    What would come from outside is 0.
    """
    return keras.layers.Concatenate(axis=0)([_turn(pictures, -degrees), _turn(pictures, degrees)])


def mean(seen: Any) -> Any:
    """Return the mean (N, C) of what was seen in each of two looks, ``seen`` (2N, C)."""
    return keras.layers.Average()(keras.ops.split(seen, 2, axis=0))


def shear_kernel(size: int, degrees: float) -> NDArray[np.float32]:
    """Return the (K, 1, size, 1) depthwise kernel that moves channel ``i`` along the first axis.

    By the tangent of ``degrees`` for each channel from the middle one, interpolated linearly.
    """
    shifts = tan(radians(degrees)) * (np.arange(size) - (size - 1) / 2)
    reach = ceil(np.abs(shifts).max())
    offsets = np.arange(-reach, reach + 1)
    kernel = np.maximum(0, 1 - np.abs(offsets[:, None] - shifts))
    return kernel[:, None, :, None].astype(np.float32)


def _turn(pictures: Any, degrees: float) -> Any:
    columns_rows = _shear(keras.layers.Permute((2, 3, 1))(pictures), degrees)
    rows_columns = _shear(keras.layers.Permute((3, 2, 1))(columns_rows), -degrees)
    return keras.layers.Permute((1, 3, 2))(rows_columns)


def _shear(pictures: Any, degrees: float) -> Any:
    """Return ``pictures`` (N, S, 1, S), each channel moved along the first axis."""
    kernel = shear_kernel(pictures.shape[-1], degrees)
    layer = keras.layers.DepthwiseConv2D(
        kernel.shape[:2], padding="same", use_bias=False, trainable=False
    )
    moved = layer(pictures)
    layer.set_weights([kernel])
    return moved
