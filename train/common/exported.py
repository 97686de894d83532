"""The weights of a network that was exported, to go on training from where only that is left.

The file holds weights with the normalization taken into them. It is taken out again: what the
network says stays the same, and each channel is normalized by the mean and the variance that it has
on images, which is what a training goes on with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import read_file
from train.common.lazy import keras

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: How the name of an exported network ends.
EXPORTED = ".tflite"
# Pixels that are looked at together.
_AT_ONCE = 2**18


def take_exported(model: keras.Model, path: Path, images: NDArray[np.uint8]) -> None:
    """Give ``model``, untrained, the weights of the file ``path``.

    Args:
        model: untrained, of the layers that the exported network had.
        path: TFLite file, int8 or float32.
        images: (N, H, W) of those to train with, which channels are measured on.

    Raises:
        DataError: The file cannot be read, or is of another network.
    """
    layers = [layer for layer in model.layers if hasattr(layer, "kernel") and layer.trainable]
    # What turns a picture before anything looks at it is not learned, and comes first.
    kernels = read_kernels(path)[-len(layers) :]
    if [kernel.shape for kernel, _ in kernels] != [tuple(layer.kernel.shape) for layer in layers]:
        raise DataError(f"{path}: is of another network than that which is trained")
    normalized = {id(layer.input): layer for layer in model.layers if hasattr(layer, "gamma")}
    parted = []
    for layer, (kernel, bias) in zip(layers, kernels, strict=True):
        if layer.use_bias:
            layer.set_weights([kernel, bias])
            continue
        layer.set_weights([kernel])
        normalization = normalized.get(id(layer.output))
        if normalization is not None:
            _normalize(normalization, bias, np.zeros_like(bias), np.ones_like(bias))
            parted.append((layer, normalization, bias))
    probe = keras.Model(model.input, [layer.output for layer, *_ in parted])
    moments = _measure(probe, images)
    for (_, normalization, bias), (mean, variance) in zip(parted, moments, strict=True):
        _normalize(normalization, bias, mean, variance)


def read_kernels(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return kernel, as Keras shapes it, and bias of each layer in ``path`` that has a kernel.

    In the order in which they are computed. Raises :class:`DataError`.
    """
    return read_file(path, _kernels, "give the TFLite file of an exported network")


def _kernels(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    from ai_edge_litert import schema_py_generated as schema

    # How the axes of a kernel in the file come to stand in Keras.
    orders = {
        schema.BuiltinOperator.CONV_2D: (1, 2, 3, 0),
        schema.BuiltinOperator.DEPTHWISE_CONV_2D: (1, 2, 3, 0),
        schema.BuiltinOperator.FULLY_CONNECTED: (1, 0),
    }
    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
        (graph,) = model.subgraphs
        kernels, looks, sums = [], set(), set()
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex].builtinCode
            if code == schema.BuiltinOperator.SPLIT:
                looks.update(operator.outputs.tolist())
            elif code == schema.BuiltinOperator.ADD and looks.issuperset(operator.inputs.tolist()):
                sums.update(operator.outputs.tolist())
            elif code in orders:
                weights, biases = (graph.tensors[index] for index in operator.inputs[1:])
                kernel, bias = (
                    _numbers(weights, model).transpose(orders[code]),
                    _numbers(biases, model),
                )
                # The mean of two looks is their sum in the file, and the kernel after it half.
                kernels.append((2 * kernel if operator.inputs[0] in sums else kernel, bias))
    except OSError:
        raise
    except Exception as error:  # whatever generated code meets in bytes that are no such file
        raise ValueError("no such network") from error
    return kernels


def _numbers(tensor: Any, model: Any) -> NDArray[np.float32]:
    """Return what ``tensor`` holds, by the scale of each channel where it is of integers."""
    from ai_edge_litert import schema_py_generated as schema

    kinds = {
        schema.TensorType.INT8: np.int8,
        schema.TensorType.INT32: np.int32,
        schema.TensorType.FLOAT32: np.float32,
    }
    raw = bytes(model.buffers[tensor.buffer].data)
    numbers = np.frombuffer(raw, np.dtype(kinds[tensor.type]).newbyteorder("<"))
    found = numbers.reshape(tensor.shape).astype(np.float64)
    if tensor.type != schema.TensorType.FLOAT32:
        along = [1] * found.ndim
        along[tensor.quantization.quantizedDimension] = -1
        found *= np.asarray(tensor.quantization.scale, np.float64).reshape(along)
    return found.astype(np.float32)


def _normalize(layer: Any, bias: NDArray[Any], mean: NDArray[Any], variance: NDArray[Any]) -> None:
    """Let ``layer`` normalize by ``mean`` and ``variance``, and add but ``bias`` in all."""
    layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])


def _measure(
    probe: keras.Model, images: NDArray[np.uint8]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return mean and variance of each channel of each output of ``probe``."""
    sums: list[NDArray[np.float64]] = []
    together = max(1, _AT_ONCE // images[0].size)
    for first in range(0, len(images), together):
        part = images[first : first + together, ..., None].astype(np.float32)
        outputs = keras.tree.flatten(probe(part, training=False))
        told = [keras.ops.convert_to_numpy(each).astype(np.float64) for each in outputs]
        rows = [each.reshape(-1, each.shape[-1]) for each in told]
        new = [np.stack([np.full(row.shape[1], len(row)), row.sum(0), (row**2).sum(0)])
               for row in rows]  # fmt: skip
        sums = [old + more for old, more in zip(sums, new, strict=True)] if sums else new
    return [
        (total / count, np.maximum(squares / count - (total / count) ** 2, 1e-6))
        for count, total, squares in sums
    ]
