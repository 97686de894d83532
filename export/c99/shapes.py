"""Whether what a file says of tensors fits together: kernels in C rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.errors import ModelError
from export.c99.rounding import HIGHEST, LOWEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from export.c99.graph import Graph, Operator, Tensor

#: Options that an operator must have, by its name.
_OPTIONS = {
    "CONCATENATION": "ConcatenationOptionsT",
    "CONV_2D": "Conv2DOptionsT",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptionsT",
    "FULLY_CONNECTED": "FullyConnectedOptionsT",
    "MAX_POOL_2D": "Pool2DOptionsT",
}
_SAME = 0
_AGAIN = "export it again"
Shape = tuple[int, ...]


def check(graph: Graph) -> None:
    """Raise :class:`ModelError` where an operator's tensors do not fit each other."""
    made = {graph.input}
    if not all(_is_scaled(graph.tensors[end]) for end in (graph.input, graph.output)):
        raise ModelError(f"{graph.file}: its input or output has no scale; {_AGAIN}")
    for operator in graph.operators:
        expected = _OPTIONS.get(operator.name)
        if expected is not None and type(operator.options).__name__ != expected:
            raise graph.refused(operator, f"its options are missing; {_AGAIN}")
        computed = [index for index in operator.inputs if graph.tensors[index].data is None]
        if not operator.outputs or made.intersection(operator.outputs) or {*computed} - made:
            raise graph.refused(operator, f"it is not in order; {_AGAIN}")
        made.update(operator.outputs)
        if operator.name in _SHAPES:
            _check_scales(graph, operator)
            _check_output(graph, operator)


def _check_output(graph: Graph, operator: Operator) -> None:
    """Raise unless the outputs have the shape that the inputs make."""
    inputs = [graph.tensors[index] for index in operator.inputs]
    try:
        shape = _SHAPES[operator.name](operator, [tensor.shape for tensor in inputs], inputs)
    except (IndexError, TypeError, ValueError):
        shape = None  # another number of inputs, or of sides
    found = [graph.tensors[index].shape for index in operator.outputs]
    if shape is None or min(shape, default=0) < 1 or any(each != shape for each in found):
        raise graph.refused(operator, f"its tensors do not fit each other; {_AGAIN}")


def _check_scales(graph: Graph, operator: Operator) -> None:
    """Raise unless what is computed is int8, and what is int8 has scales."""
    for index in (*operator.inputs, *operator.outputs):
        tensor = graph.tensors[index]
        constant = tensor.data is not None and tensor.dtype != np.int8
        if not constant and not (tensor.dtype == np.int8 and _is_scaled(tensor)):
            raise graph.refused(operator, f"a tensor is not of int8 with a scale; {_AGAIN}")


def _is_scaled(tensor: Tensor) -> bool:
    scales = tensor.scales
    usable = len(scales) > 0 and bool(np.isfinite(scales).all()) and float(scales.min()) >= 0
    if tensor.data is None:
        usable = usable and len(scales) == 1 and float(scales[0]) > 0
    return usable and LOWEST <= tensor.zero_point <= HIGHEST


def _of_convolution(operator: Operator, shapes: list[Shape], _: list[Tensor]) -> Shape | None:
    data, (outputs, rows, columns, channels), bias = shapes
    fits = data[3] % channels == 0 and bias == (outputs,)
    return (1, *_sides(operator, data, (rows, columns)), outputs) if fits else None


def _of_depthwise(operator: Operator, shapes: list[Shape], _: list[Tensor]) -> Shape | None:
    data, (_one, rows, columns, channels), bias = shapes
    fits = channels % data[3] == 0 and bias == (channels,)
    return (1, *_sides(operator, data, (rows, columns)), channels) if fits else None


def _of_pool(operator: Operator, shapes: list[Shape], _: list[Tensor]) -> Shape:
    (data,) = shapes
    window = operator.options.filterHeight, operator.options.filterWidth
    return (1, *_sides(operator, data, window), data[3])


def _sides(operator: Operator, data: Shape, window: tuple[int, int]) -> tuple[int, int]:
    """Return the height and width of what a window makes."""
    options = operator.options
    strides = options.strideH, options.strideW
    sides = zip(data[1:3], window, strides, strict=True)
    if min(*window, *strides) < 1 or len(data) != 4:
        raise ValueError(window)
    height, width = (
        -(-side // stride) if options.padding == _SAME else (side - seen) // stride + 1
        for side, seen, stride in sides
    )
    return height, width


def _of_dense(operator: Operator, shapes: list[Shape], _: list[Tensor]) -> Shape | None:
    data, (outputs, inputs), bias = shapes
    sides = len(data) - 1 if getattr(operator.options, "keepNumDims", False) else 1
    fits = int(np.prod(data)) == inputs and bias == (outputs,)
    return (*(1,) * sides, outputs) if fits else None


def _of_mean(operator: Operator, shapes: list[Shape], _: list[Tensor]) -> Shape:
    keeps = getattr(operator.options, "keepDims", False)
    return (1, 1, 1, shapes[0][3]) if keeps else (1, shapes[0][3])


def _of_elements(_: Operator, __: list[Shape], inputs: list[Tensor]) -> Shape:
    """Return the shape of that of two inputs which is computed."""
    first, second = inputs
    return second.shape if first.data is not None else first.shape


def _of_transpose(_: Operator, shapes: list[Shape], inputs: list[Tensor]) -> Shape | None:
    order = inputs[1].data
    if order is None or sorted(order.tolist()) != list(range(len(shapes[0]))):
        return None
    return tuple(shapes[0][side] for side in order)


def _of_joined(_: Operator, shapes: list[Shape], __: list[Tensor]) -> Shape | None:
    """Return the shape of pictures that are joined, all of one."""
    return shapes[0] if len(set(shapes)) == 1 else None


def _of_parted(_: Operator, shapes: list[Shape], __: list[Tensor]) -> Shape:
    return shapes[1]


# By name of the operator, what returns the shape of its outputs; None where inputs do not fit.
_SHAPES: dict[str, Callable[[Operator, list[Shape], list[Tensor]], Shape | None]] = {
    "ADD": _of_elements,
    "CONCATENATION": _of_joined,
    "CONV_2D": _of_convolution,
    "DEPTHWISE_CONV_2D": _of_depthwise,
    "FULLY_CONNECTED": _of_dense,
    "MAX_POOL_2D": _of_pool,
    "MEAN": _of_mean,
    "MUL": _of_elements,
    "SPLIT": _of_parted,
    "TRANSPOSE": _of_transpose,
}
