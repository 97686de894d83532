"""What the convolutions of a network that ships make of a glyph, as its file computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.files import read_file
from emnist_edge.packages import load_runtime

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def activations(path: Path, glyph: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return the maps (H, W, C) of each convolution of the TFLite file ``path``, in their order.

    After ReLU, which comes with the pooling where one follows. ``glyph``: (28, 28), ink 255 on 0.
    Raises :class:`DataError` for what is no such file, and :class:`RuntimeMissingError` where
    nothing is installed that runs it.
    """
    runtime = load_runtime()
    content = read_file(path, lambda path: path.read_bytes(), "give a model that ships")
    interpreter = runtime.Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    pixels = _quantized(glyph[None, ..., None], given)
    interpreter.set_tensor(given["index"], pixels)
    interpreter.invoke()
    details = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    return [
        _numbers(interpreter.get_tensor(index), details[index])[0]
        for index in _convolutions(content)
    ]


def _convolutions(content: bytes) -> list[int]:
    """Return the tensor of each convolution in the TFLite file, after the pooling that follows."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    (graph,) = model.subgraphs
    kinds = schema.BuiltinOperator
    found: list[int] = []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        (made, *_) = operator.outputs
        if code == kinds.CONV_2D:
            found.append(int(made))
        elif code == kinds.MAX_POOL_2D and found and operator.inputs[0] == found[-1]:
            found[-1] = int(made)
    return found


def _quantized(values: NDArray[Any], tensor: dict[str, Any]) -> NDArray[Any]:
    """Return ``values`` in the type of ``tensor``."""
    scale, zero = tensor["quantization"]
    steps = np.rint(values / scale) + zero if scale else values
    return steps.astype(tensor["dtype"])


def _numbers(values: NDArray[Any], tensor: dict[str, Any]) -> NDArray[np.float32]:
    """Return what ``values`` of ``tensor`` stand for."""
    scale, zero = tensor["quantization"]
    return ((values.astype(np.float32) - zero) * scale if scale else values).astype(np.float32)
