"""The weights of a page network that was exported, to go on training from where only that is left.

The file holds int8 weights with the normalization taken into them. It is taken out again: what the
network says stays the same, and each channel is normalized by the mean and the variance that it has
on crops, which is what a training goes on with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Crops that channels are measured on, and how many at once.
_MEASURED, _AT_ONCE = 48, 4


def take_exported(model: keras.Model, path: Path, contrast: NDArray[np.uint8]) -> None:
    """Give ``model``, of :func:`train.pages.network.build`, the weights of the file ``path``.

    Args:
        model: untrained.
        path: int8 TFLite file of a page network.
        contrast: (N, side, side) of crops to train with; some are looked at.

    Raises:
        DataError: The file cannot be read, or is of another network.
    """
    kernels = read_kernels(path)
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    if [kernel.shape for kernel, _ in kernels] != [tuple(layer.kernel.shape) for layer in layers]:
        raise DataError(f"{path}: is of another network than the page network that is trained")
    normalized = {id(layer.input): layer for layer in model.layers if hasattr(layer, "gamma")}
    parted = []
    for layer, (kernel, bias) in zip(layers, kernels, strict=True):
        if layer.use_bias:
            layer.set_weights([kernel, bias])
            continue
        layer.set_weights([kernel])
        normalization = normalized[id(layer.output)]
        _normalize(normalization, bias, np.zeros_like(bias), np.ones_like(bias))
        parted.append((layer, normalization, bias))
    probe = keras.Model(model.input, [layer.output for layer, *_ in parted])
    step = max(1, len(contrast) // _MEASURED)
    moments = _measure(probe, contrast[::step][:_MEASURED])
    for (_, normalization, bias), (mean, variance) in zip(parted, moments, strict=True):
        _normalize(normalization, bias, mean, variance)


def read_kernels(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return kernel (rows, columns, inputs, outputs) and bias of each convolution in ``path``.

    In the order in which they are computed. Raises :class:`DataError`.
    """
    return read_file(path, _kernels, "give the int8 TFLite file of a page network")


def _kernels(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
        (graph,) = model.subgraphs
        kernels = []
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            if code.builtinCode == schema.BuiltinOperator.CONV_2D:
                weights, biases = (graph.tensors[index] for index in operator.inputs[1:])
                kernel = _numbers(weights, model, np.int8) * _scales(weights)[:, None, None, None]
                bias = _numbers(biases, model, np.int32) * _scales(biases)
                kernel = kernel.transpose(1, 2, 3, 0)
                kernels.append((kernel.astype(np.float32), bias.astype(np.float32)))
    except OSError:
        raise
    except Exception as error:  # whatever generated code meets in bytes that are no such file
        raise ValueError("no such network") from error
    return kernels


def _numbers(tensor: Any, model: Any, dtype: type[np.signedinteger[Any]]) -> NDArray[np.float64]:
    raw = bytes(model.buffers[tensor.buffer].data)
    little = np.dtype(dtype).newbyteorder("<")
    return np.frombuffer(raw, little).reshape(tensor.shape).astype(np.float64)


def _scales(tensor: Any) -> NDArray[np.float64]:
    return np.asarray(tensor.quantization.scale, np.float64)


def _normalize(layer: Any, bias: NDArray[Any], mean: NDArray[Any], variance: NDArray[Any]) -> None:
    """Let ``layer`` normalize by ``mean`` and ``variance``, and add but ``bias`` in all."""
    layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])


def _measure(
    probe: keras.Model, contrast: NDArray[np.uint8]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return mean and variance of each channel of each output of ``probe``."""
    sums: list[NDArray[np.float64]] = []
    for first in range(0, len(contrast), _AT_ONCE):
        part = contrast[first : first + _AT_ONCE, ..., None].astype(np.float32)
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
