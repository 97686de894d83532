"""Constants of one operator of a TFLite file -> the layer that a kernel in C works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.c99.layers import Add, Convolution, Dense, Depthwise, Mean, Pool, Scaling, Window
from export.c99.rounding import activation_range, as_multiplier, clip, scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from export.c99.graph import Graph, Operator, Tensor

# Bounds of the kernels: numbers of 8 bits, and sums that stay below 2^30.
_MOST_SIDE = 255
_MOST_SUM = 1 << 30
_MOST_TAPS = 25
# By how many bits ADD shifts its inputs to the left, and the widest mean.
_ADD_SHIFT = 20
_MOST_PIXELS = 1 << 15


def convolution(graph: Graph, operator: Operator) -> Convolution:
    """Return the layer of a CONV_2D."""
    data, weights, _ = _tensors(graph, operator, 3)
    filters = _constant(graph, operator, weights)
    outputs, rows, columns, channels = filters.shape
    if channels != data.shape[3]:
        raise graph.refused(operator, "groups are not supported")
    window = _window(graph, operator, (rows, columns))
    flat = filters.reshape(outputs, -1)
    size = -(-flat.shape[1] // 4) * 4
    filled = np.zeros((outputs, size), np.int8)
    filled[:, : flat.shape[1]] = flat
    return Convolution(filled, _scaling(graph, operator, flat), window)


def depthwise(graph: Graph, operator: Operator) -> Depthwise:
    """Return the layer of a DEPTHWISE_CONV_2D."""
    data, weights, _ = _tensors(graph, operator, 3)
    filters = _constant(graph, operator, weights)
    _, rows, columns, channels = filters.shape
    if operator.options.depthMultiplier != 1 or channels != data.shape[3]:
        raise graph.refused(operator, "a depth multiplier other than 1 is not supported")
    if rows * columns > _MOST_TAPS:
        raise graph.refused(operator, f"more than {_MOST_TAPS} taps are not supported")
    flat = filters.reshape(rows * columns, channels)
    scaling = _scaling(graph, operator, np.ascontiguousarray(flat.T))
    return Depthwise(flat, scaling, _window(graph, operator, (rows, columns)))


def dense(graph: Graph, operator: Operator) -> Dense:
    """Return the layer of a FULLY_CONNECTED."""
    _, weights, _ = _tensors(graph, operator, 3)
    if operator.options.weightsFormat != 0:
        raise graph.refused(operator, "shuffled weights are not supported")
    flat = _constant(graph, operator, weights)
    return Dense(flat, _scaling(graph, operator, flat))


def pool(graph: Graph, operator: Operator) -> Pool:
    """Return the layer of a MAX_POOL_2D."""
    options = operator.options
    return Pool(_window(graph, operator, (options.filterHeight, options.filterWidth)))


def mean(graph: Graph, operator: Operator) -> Mean:
    """Return the layer of a MEAN over rows and columns."""
    data, axes = _tensors(graph, operator, 2)
    output = graph.tensors[operator.outputs[0]]
    if sorted(int(axis) for axis in _constant(graph, operator, axes).ravel()) != [1, 2]:
        raise graph.refused(operator, "only one over rows and columns is supported")
    pixels, channels = data.shape[1] * data.shape[2], data.shape[3]
    multiplier, shift = as_multiplier(data.scale / output.scale)
    # The division joins the multiplier, which is as long as it may be before.
    more = min(pixels.bit_length() - 1, 32, 31 - shift)
    multiplier, shift = (multiplier << more) // pixels, shift + more
    if shift < 1 or pixels >= _MOST_PIXELS or channels > _MOST_SIDE:
        raise graph.refused(operator, "too large, or its output is much finer than its input")
    return Mean(multiplier, shift, pixels, channels, data.zero_point, output.zero_point)


def add(graph: Graph, operator: Operator) -> Add:
    """Return the layer of an ADD of two tensors of one shape."""
    first, second = _tensors(graph, operator, 2)
    output = graph.tensors[operator.outputs[0]]
    if first.shape != second.shape:
        raise graph.refused(operator, "two tensors of different shapes are not supported")
    if first.data is not None or second.data is not None:
        raise graph.refused(operator, "one of a tensor and several numbers is not supported")
    factors = [as_multiplier(factor) for factor in _add_factors(first, second, output)]
    if any(shift < 0 for _, shift in factors):
        raise graph.refused(operator, "its output is much finer than its inputs")
    (one, two, three), (right, left, last) = zip(*factors, strict=True)
    points = (first.zero_point, second.zero_point, output.zero_point)
    return Add((one, two, three), (right, left, last), points, int(np.prod(output.shape)))


def activation(graph: Graph, operator: Operator) -> tuple[int, int]:
    """Return the least and the highest number that ``operator``'s fused activation leaves."""
    output = graph.tensors[operator.outputs[0]]
    number = getattr(operator.options, "fusedActivationFunction", 0)
    bounds = activation_range(number, output.scale, output.zero_point)
    if bounds is None:
        raise graph.refused(operator, f"fused activation {number} is not supported")
    return bounds


def elementwise(graph: Graph, operator: Operator, table: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the outputs of a MUL or ADD with one constant number, where ``table`` are its inputs.

    ``table`` (256,) holds those for the numbers -128 to 127 of an earlier tensor.
    """
    first, second = _tensors(graph, operator, 2)
    data, constant = (second, first) if first.data is not None else (first, second)
    output = graph.tensors[operator.outputs[0]]
    bounds = activation(graph, operator)
    number = int(_constant(graph, operator, constant).item()) - constant.zero_point
    numbers = [int(value) - data.zero_point for value in table]
    if operator.name == "MUL":
        # TensorFlow Lite computes this one in float32.
        scales = [tensor.scales[0] for tensor in (data, constant, output)]
        factor = as_multiplier(float(scales[0] * scales[1] / scales[2]))
        sums = [scaled(value * number, *factor) for value in numbers]
    else:
        left, right, last = (as_multiplier(f) for f in _add_factors(data, constant, output))
        addend = scaled(number << _ADD_SHIFT, *right)
        sums = [scaled(scaled(v << _ADD_SHIFT, *left) + addend, *last) for v in numbers]
    return np.array([clip(value + output.zero_point, bounds) for value in sums], np.int8)


def _add_factors(first: Tensor, second: Tensor, output: Tensor) -> tuple[float, float, float]:
    """Return the factors of ADD's inputs and of its output."""
    twice = 2 * max(first.scale, second.scale)
    return first.scale / twice, second.scale / twice, twice / ((1 << _ADD_SHIFT) * output.scale)


def _tensors(graph: Graph, operator: Operator, count: int) -> list[Tensor]:
    """Return the inputs of ``operator``; refuse another number of them."""
    if len(operator.inputs) != count:
        raise graph.refused(operator, f"{len(operator.inputs)} inputs instead of {count}")
    return [graph.tensors[index] for index in operator.inputs]


def _constant(graph: Graph, operator: Operator, tensor: Tensor) -> NDArray[np.int8]:
    if tensor.data is None:
        raise graph.refused(operator, "weights that are computed are not supported")
    return tensor.data


def _scaling(graph: Graph, operator: Operator, weights: NDArray[np.int8]) -> Scaling:
    """Return how sums with ``weights`` (outputs, inputs) become int8.

    What the input's zero point adds to a sum is the same everywhere, since padding holds it too.
    """
    data, filters, biases = _tensors(graph, operator, 3)
    output = graph.tensors[operator.outputs[0]]
    count = len(weights)
    whole = weights.astype(np.int64)
    bias = _constant(graph, operator, biases).astype(np.int64)
    bias = bias - data.zero_point * whole.sum(axis=1)
    if (np.abs(bias) + 128 * np.abs(whole).sum(axis=1)).max() >= _MOST_SUM:
        raise graph.refused(operator, "its sums do not fit 30 bits")
    if filters.zero_point != 0:
        raise graph.refused(operator, "weights with a zero point are not supported")
    factors = _factors(operator, data, filters, output)
    if len(factors) not in {1, count}:
        raise graph.refused(operator, f"{len(factors)} scales for {count} channels")
    parts = [as_multiplier(factor) for factor in np.broadcast_to(factors, count)]
    multiplier, shift = (np.array(part, np.int64) for part in zip(*parts, strict=True))
    shift = np.where(multiplier == 0, 1, shift)  # a channel without weights
    if shift.min() < 1 or max(count, len(bias)) > _MOST_SIDE:
        raise graph.refused(operator, "too many channels, or its output is too fine for its sums")
    return Scaling(bias, multiplier, shift, output.zero_point)


def _factors(
    operator: Operator, data: Tensor, weights: Tensor, output: Tensor
) -> NDArray[np.float64]:
    """Return what sums are multiplied by, one for each channel or one for all."""
    if operator.name == "FULLY_CONNECTED" and len(weights.scales) == 1:
        # TensorFlow Lite computes this product in float32.
        return (data.scales[:1] * weights.scales).astype(np.float64) / output.scale
    return data.scale * weights.scales.astype(np.float64) / output.scale


def _window(graph: Graph, operator: Operator, kernel: tuple[int, int]) -> Window:
    """Return what the window of ``operator``, of ``kernel`` rows and columns, sees."""
    options = operator.options
    data, output = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
    if getattr(options, "dilationHFactor", 1) != 1 or getattr(options, "dilationWFactor", 1) != 1:
        raise graph.refused(operator, "dilation is not supported")
    height, width, channels = data.shape[1:]
    down, right = options.strideH, options.strideW
    output_height, output_width = output.shape[1:3]
    if max(*data.shape, *output.shape, *kernel, down, right) > _MOST_SIDE:
        raise graph.refused(operator, f"a side is longer than {_MOST_SIDE}")
    padded = options.padding == 0  # SAME, not VALID
    return Window(
        height,
        width,
        channels,
        *kernel,
        down,
        right,
        _padding(height, output_height, kernel[0], down) if padded else 0,
        _padding(width, output_width, kernel[1], right) if padded else 0,
        data.zero_point,
        output_height,
        output_width,
    )


def _padding(size: int, outputs: int, window: int, stride: int) -> int:
    """Return how much padding SAME has before a side of ``size``."""
    return max((outputs - 1) * stride + window - size, 0) // 2
