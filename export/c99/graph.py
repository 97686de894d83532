"""A TFLite file -> its operators and tensors, as the exporter works on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.errors import ModelError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Numbers of the file format: TensorType.
_DTYPES: dict[int, np.dtype[Any]] = {2: np.dtype(np.int32), 9: np.dtype(np.int8)}


@dataclass(frozen=True)
class Tensor:
    """What the file says of a tensor.

    shape: of what is computed, that for one picture, with 1 before it.
    scales, zero_point: a real is (number - zero_point) x scale; one scale, or one for each channel.
    data: None where it is computed.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scales: NDArray[np.float32]
    zero_point: int
    data: NDArray[Any] | None

    @property
    def scale(self) -> float:
        """The scale of a tensor that has one, as a double."""
        return float(self.scales[0])


@dataclass(frozen=True)
class Operator:
    """One operator: its name, its options, and the indices of tensors."""

    name: str
    options: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Graph:
    """A network. input, output: indices of tensors. file: what errors call it."""

    file: str
    operators: Sequence[Operator]
    tensors: Sequence[Tensor]
    input: int
    output: int

    def readers(self, tensor: int) -> list[Operator]:
        """Return the operators that read ``tensor``."""
        return [operator for operator in self.operators if tensor in operator.inputs]

    def maker(self, tensor: int) -> Operator | None:
        """Return the operator that makes ``tensor``; None for the input and constants."""
        made = (operator for operator in self.operators if tensor in operator.outputs)
        return next(made, None)

    def refused(self, operator: Operator, reason: str) -> ModelError:
        """Return the error that says why ``operator`` cannot be exported."""
        return ModelError(f"{self.file}: {operator.name}: {reason}")


def read_graph(content: bytes, file: str) -> Graph:
    """Read a TFLite file; raises :class:`ModelError` where it is none of an int8 network."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        (subgraph,) = model.subgraphs
        firsts, lasts = list(subgraph.inputs), list(subgraph.outputs)
        ends = {*firsts, *lasts}
        tensors = [
            _tensor(tensor, model.buffers, index in ends)
            for index, tensor in enumerate(subgraph.tensors)
        ]
        names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
        operators = [_operator(o, model.operatorCodes, names) for o in subgraph.operators]
    except Exception as error:  # whatever generated code meets in bytes that are no such file
        raise ModelError(f"{file}: not a TFLite file of one network ({shown(error)})") from error
    if (len(firsts), len(lasts)) != (1, 1):
        raise ModelError(
            f"{file}: has {len(firsts)} inputs and {len(lasts)} outputs; only networks that read a "
            "character, with one of each, can be exported"
        )
    graph = Graph(file, operators, tensors, int(firsts[0]), int(lasts[0]))
    named = {*firsts, *lasts, *(i for o in operators for i in (*o.inputs, *o.outputs))}
    if not all(0 <= index < len(tensors) for index in named):
        raise ModelError(f"{file}: names tensors that it has not; export it again")
    for end in (graph.input, graph.output):
        if tensors[end].dtype != np.int8:
            raise ModelError(f"{file}: not an int8 network; export an int8 file")
    return graph


def _tensor(tensor: Any, buffers: Sequence[Any], is_end: bool) -> Tensor:
    quantization = tensor.quantization
    quantized = quantization is not None and quantization.scale is not None
    scales = quantization.scale if quantized else []
    zero_points = quantization.zeroPoint if quantized else [0]
    dtype: np.dtype[Any] = _DTYPES.get(tensor.type, np.dtype(np.void))
    shape = tuple(int(side) for side in tensor.shape) if tensor.shape is not None else ()
    raw = buffers[tensor.buffer].data
    data = None
    if raw is not None and len(raw) and dtype != np.void:
        data = np.frombuffer(bytes(raw), dtype.newbyteorder("<")).reshape(shape).astype(dtype)
    elif len(shape) > 1 and not is_end:
        shape = (1, *shape[1:])  # the file may have several pictures there
    return Tensor(shape, dtype, np.asarray(scales, np.float32), int(zero_points[0]), data)


def _operator(operator: Any, codes: Sequence[Any], names: dict[int, str]) -> Operator:
    code = codes[operator.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    custom = code.customCode
    name = custom.decode(errors="replace") if custom else names.get(number, f"operator {number}")
    return Operator(
        name,
        operator.builtinOptions,
        tuple(int(index) for index in operator.inputs if index >= 0),
        tuple(int(index) for index in operator.outputs),
    )
