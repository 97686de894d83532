"""How near to what it reads a kernel's output may lie in memory: over what is read no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from export.c99.layers import Add, Convolution, Depthwise, Pool, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from export.c99.layers import Layer, Window

    Pixels = NDArray[np.int64]

# Pixels that a convolution writes at a time, after it has read what all of them are made of.
_PAIR = 2
# Behind all pixels.
_NONE = 1 << 30


class Apart(NamedTuple):
    """Bytes by which an output must begin before its input, or else after it, at least."""

    before: int
    after: int


def apart(layer: Layer, size: int) -> Apart:
    """Return how far apart an input of ``size`` bytes and the output of ``layer`` must begin.

    Where no later step reads that input. Kernels go from the first pixel to the last, or, where the
    output begins after the input, the other way.
    """
    if isinstance(layer, Table | Add):
        return Apart(0, size)
    if not isinstance(layer, Convolution | Depthwise | Pool):
        return Apart(layer.size, size)
    window = _window(layer)
    first, last = _seen(window)
    if isinstance(layer, Convolution) and layer.pooled:  # 2x2 windows, or what there is at the rim
        rows, columns = (np.minimum(np.arange(1, side + 1, 2), side - 1) for side in last.shape)
        first, last = first[::2, ::2], last[np.ix_(rows, columns)]
    end = window.height * window.width - 1
    before = _lead(layer, first.ravel(), window.channels)
    # The other way, all is as if pixels were counted from the end.
    after = _lead(layer, end - last.ravel()[::-1], window.channels) + size - layer.size
    return Apart(max(before, 0), max(after, 1))


def _window(layer: Convolution | Depthwise | Pool) -> Window:
    """Return through which window ``layer`` sees its input."""
    before = layer.before if isinstance(layer, Convolution) else None
    return layer.window if before is None else before.window


def _lead(layer: Convolution | Depthwise | Pool, first: Pixels, channels: int) -> int:
    """Return by how many bytes what is written is ahead of what is still read, at most.

    first: the first pixel of the input, of so many channels, that each of the output is made of.
    """
    count = len(first)
    step = _PAIR if isinstance(layer, Convolution) and not layer.pooled else 1
    starts = np.arange(0, count, step)
    ends = np.minimum(starts + step, count)
    needed = np.append(np.minimum.accumulate(first[::-1])[::-1], _NONE)
    if isinstance(layer, Convolution):
        needed = needed[ends]
        if layer.added is not None:  # the same pixels are read again
            needed = np.minimum(needed, starts)
    else:  # a channel is written before the next is read
        needed = needed[starts]
    return int((ends * (layer.size // count) - needed * channels).max())


def _seen(window: Window) -> tuple[Pixels, Pixels]:
    """Return the first and the last pixel that are seen from each place: (rows, columns)."""
    top = np.arange(window.output_height) * window.stride_down - window.above
    left = np.arange(window.output_width) * window.stride_right - window.left
    first, last = (
        y.clip(0, window.height - 1)[:, None] * window.width + x.clip(0, window.width - 1)
        for y, x in ((top, left), (top + window.rows - 1, left + window.columns - 1))
    )
    return first, last
