"""A TFLite file -> how many multiplications with addition (MACs) one run of it takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from emnist_device.runtime.litert import open_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Shape = Sequence[int]


def count_macs(content: bytes, name: str) -> int:
    """Count from the operators and the shapes of their tensors, at the file's own input size.

    Convolutions and dense layers count, as is usual; additions, activations and pooling do not.
    Raises :class:`ModelError`, which calls the file ``name``, where the runtime refuses it.
    """
    # A delegate would leave shapes as the file has them, which knows no other batch inside.
    interpreter: Any = open_interpreter(content, name, threads=1, delegates=False)
    shapes = {int(t["index"]): t["shape"].tolist() for t in interpreter.get_tensor_details()}
    total = 0
    for operator in interpreter._get_ops_details():
        if operator["op_name"] in _COUNTS:
            weights, output = (int(operator[key][n]) for key, n in (("inputs", 1), ("outputs", 0)))
            total += _COUNTS[operator["op_name"]](shapes[weights], shapes[output])
    return total


def _convolution(weights: Shape, output: Shape) -> int:
    """Weights are (output channels, height, width, input channels): all but one for a value."""
    return math.prod(output) * math.prod(weights[1:])


def _depthwise(weights: Shape, output: Shape) -> int:
    """Weights are (1, height, width, channels): a window for each value."""
    return math.prod(output) * weights[1] * weights[2]


def _dense(weights: Shape, output: Shape) -> int:
    """Weights are (outputs, inputs)."""
    return math.prod(output) * weights[1]


_COUNTS: dict[str, Callable[[Shape, Shape], int]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
}
