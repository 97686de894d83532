"""What a kernel in C is given: a dataclass for each, with the constants that it works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scaling:
    """Sums of products -> int8. bias, multiplier, shift: one for each output channel."""

    bias: NDArray[np.int64]
    multiplier: NDArray[np.int64]
    shift: NDArray[np.int64]
    zero_point: int


@dataclass(frozen=True)
class Window:
    """What a window sees of an input (height, width, channels); above and left are padding."""

    height: int
    width: int
    channels: int
    rows: int
    columns: int
    stride_down: int
    stride_right: int
    above: int
    left: int
    zero_point: int
    output_height: int
    output_width: int


@dataclass(frozen=True, eq=False)
class Depthwise:
    """DEPTHWISE_CONV_2D. weights: (rows x columns, channels)."""

    weights: NDArray[np.int8]
    scaling: Scaling
    window: Window

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return self.window.output_height * self.window.output_width * self.window.channels

    @property
    def scratch(self) -> int:
        """Bytes that the kernel works in: a pixel of padding."""
        return self.window.channels


@dataclass(frozen=True, eq=False)
class Convolution:
    """CONV_2D. weights: (outputs, row_size), rows filled up with 0 to a multiple of 4.

    before: the depthwise convolution whose output it reads, pixel by pixel, or None.
    pooled: whether maxima of 2x2 outputs are taken. added: the ADD of what is read, and of what is
    made of it, or None.
    """

    weights: NDArray[np.int8]
    scaling: Scaling
    window: Window
    before: Depthwise | None = None
    pooled: bool = False
    added: Add | None = None

    @property
    def final(self) -> tuple[int, int]:
        """Height and width of the output."""
        height, width = self.window.output_height, self.window.output_width
        return ((height + 1) // 2, (width + 1) // 2) if self.pooled else (height, width)

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return self.final[0] * self.final[1] * len(self.weights)

    @property
    def scratch(self) -> int:
        """Bytes that the kernel works in: pairs of patches in int16, a patch, a pixel of padding.

        Without SMLAD patches stay int8, and half of the first is not used.
        """
        row_size = self.weights.shape[1]
        padding = self.before.scratch if self.before is not None else 0
        return (2 if self.pooled else 1) * 4 * row_size + row_size + padding


@dataclass(frozen=True, eq=False)
class Dense:
    """FULLY_CONNECTED. weights: (outputs, inputs)."""

    weights: NDArray[np.int8]
    scaling: Scaling

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return len(self.weights)

    scratch = 0


@dataclass(frozen=True, eq=False)
class Pool:
    """MAX_POOL_2D."""

    window: Window

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return self.window.output_height * self.window.output_width * self.window.channels

    scratch = 0


@dataclass(frozen=True, eq=False)
class Mean:
    """MEAN over rows and columns, pixels in all."""

    multiplier: int
    shift: int
    pixels: int
    channels: int
    input_zero_point: int
    output_zero_point: int

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return self.channels

    scratch = 0


@dataclass(frozen=True, eq=False)
class Add:
    """ADD of two tensors. multiplier, shift, zero_point: of both and of the output."""

    multiplier: tuple[int, int, int]
    shift: tuple[int, int, int]
    zero_point: tuple[int, int, int]
    size: int

    scratch = 0


@dataclass(frozen=True, eq=False)
class Table:
    """MUL and ADD of constants, or a fused activation: the outputs of -128 to 127."""

    table: NDArray[np.int8]
    size: int

    scratch = 0


@dataclass(frozen=True, eq=False)
class Transpose:
    """TRANSPOSE of the rows and columns of the input."""

    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Bytes of the output."""
        return self.rows * self.columns

    scratch = 0


Layer = Depthwise | Convolution | Dense | Pool | Mean | Add | Table | Transpose
