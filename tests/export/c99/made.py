"""Small int8 networks in TFLite files, made without training: their numbers are drawn."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from emnist_edge.artifact import Artifact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

NONE, RELU, RELU6 = 0, 1, 3
SAME, VALID = 0, 1


class Maker:
    """A network to which operators are added one by one. ``tensor`` is what the last one made."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.tensors: list[Any] = []
        self.operators: list[Any] = []
        self.codes: list[int] = []
        self.buffers = [schema.BufferT()]
        self.tensor = self.input = self._tensor((1, 28, 28, 1), 1.0, -128)

    def _tensor(
        self,
        shape: Sequence[int],
        scale: float | NDArray[np.floating] | None = None,
        zero_point: int = 0,
        data: NDArray[Any] | None = None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.name = list(shape), f"t{len(self.tensors)}"
        dtype = np.int8 if data is None else data.dtype
        tensor.type = schema.TensorType.INT8 if dtype == np.int8 else schema.TensorType.INT32
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales
            tensor.quantization.zeroPoint = np.full(len(scales), zero_point, np.int64)
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def shape(self, tensor: int | None = None) -> tuple[int, ...]:
        """Return the shape of ``tensor``, or of the last one."""
        return tuple(self.tensors[self.tensor if tensor is None else tensor].shape)

    def _scale(self, tensor: int) -> float:
        return float(self.tensors[tensor].quantization.scale[0])

    def add(
        self, name: str, inputs: Sequence[int], outputs: Sequence[int], options: Any = None
    ) -> None:
        """Add the operator ``name``."""
        code = getattr(schema.BuiltinOperator, name)
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(code)
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = options
        self.operators.append(operator)
        self.tensor = outputs[0]

    def constant(self, name: str, number: int, scale: float, out: float, point: int) -> None:
        """Add a MUL or ADD with the constant ``number`` x ``scale``."""
        options = schema.MulOptionsT() if name == "MUL" else schema.AddOptionsT()
        number_at = self._tensor((), scale, 0, np.array(number, np.int8))
        made = self._tensor(self.shape(), out, point)
        self.add(name, [self.tensor, number_at], [made], options)

    def weighted(
        self,
        name: str,
        outputs: int,
        kernel: Sequence[int],
        options: Any,
        sides: Sequence[int],
        zero_point: int = -128,
        per_channel: bool = True,
    ) -> None:
        """Add a layer of drawn weights whose outputs fill most of int8."""
        wide = self.shape()[-1]
        shape = {
            "CONV_2D": (outputs, *kernel, wide),
            "DEPTHWISE_CONV_2D": (1, *kernel, outputs),
            "FULLY_CONNECTED": (outputs, wide),
        }[name]
        weights = self.random.integers(-127, 128, shape).astype(np.int8)
        axis = 3 if name == "DEPTHWISE_CONV_2D" else 0
        scales = self.random.uniform(0.002, 0.01, outputs if per_channel else 1)
        products = self._scale(self.tensor) * scales
        bias = self.random.integers(-2000, 2000, outputs).astype(np.int32)
        inputs = int(np.prod(shape)) // outputs
        out = float(np.median(products)) * 73 * 73 * np.sqrt(inputs) / 60
        made = self._tensor((1, *sides, outputs), out, zero_point)
        at = self._tensor(shape, scales, 0, weights)
        self.tensors[at].quantization.quantizedDimension = axis
        bias_at = self._tensor((outputs,), products, 0, bias)
        self.add(name, [self.tensor, at, bias_at], [made], options)

    def conv(
        self,
        outputs: int,
        side: int,
        stride: int = 1,
        padding: int = SAME,
        activation: int = RELU,
        zero_point: int = -128,
    ) -> None:
        """Add a CONV_2D with a square window."""
        options = schema.Conv2DOptionsT()
        options.padding, options.fusedActivationFunction = padding, activation
        options.strideH = options.strideW = stride
        options.dilationHFactor = options.dilationWFactor = 1
        sides = [_out(size, side, stride, padding) for size in self.shape()[1:3]]
        self.weighted("CONV_2D", outputs, (side, side), options, sides, zero_point)

    def depthwise(
        self, kernel: tuple[int, int], activation: int = NONE, zero_point: int = 3, stride: int = 1
    ) -> None:
        """Add a DEPTHWISE_CONV_2D with SAME padding."""
        options = schema.DepthwiseConv2DOptionsT()
        options.padding, options.fusedActivationFunction = SAME, activation
        options.strideH = options.strideW = stride
        options.dilationHFactor = options.dilationWFactor = options.depthMultiplier = 1
        sizes = zip(self.shape()[1:3], kernel, strict=True)
        sides = [_out(size, side, stride, SAME) for size, side in sizes]
        channels = self.shape()[-1]
        self.weighted("DEPTHWISE_CONV_2D", channels, kernel, options, sides, zero_point)

    def dense(self, outputs: int, activation: int = NONE, per_channel: bool = True) -> None:
        """Add a FULLY_CONNECTED."""
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = activation
        self.weighted("FULLY_CONNECTED", outputs, (), options, (), 5, per_channel)

    def pool(self, side: int = 2, padding: int = SAME, activation: int = NONE) -> None:
        """Add a MAX_POOL_2D of squares beside each other."""
        options = schema.Pool2DOptionsT()
        options.padding, options.fusedActivationFunction = padding, activation
        options.strideH = options.strideW = options.filterHeight = options.filterWidth = side
        _, height, width, channels = self.shape()
        sides = [_out(size, side, side, padding) for size in (height, width)]
        quantization = self.tensors[self.tensor].quantization
        made = self._tensor(
            (1, *sides, channels), quantization.scale[0], int(quantization.zeroPoint[0])
        )
        self.add("MAX_POOL_2D", [self.tensor], [made], options)

    def mean(self, finer: float = 2.0) -> None:
        """Add a MEAN over rows and columns whose output has a scale so many times finer."""
        axes = self._tensor((2,), data=np.array([1, 2], np.int32))
        made = self._tensor((1, self.shape()[-1]), self._scale(self.tensor) / finer, -100)
        self.add("MEAN", [self.tensor, axes], [made], schema.ReducerOptionsT())

    def sum(self, first: int, second: int, activation: int = NONE) -> None:
        """Add an ADD of two tensors."""
        options = schema.AddOptionsT()
        options.fusedActivationFunction = activation
        made = self._tensor(self.shape(first), self._scale(first) * 1.7, -20)
        self.add("ADD", [first, second], [made], options)

    def residual(self, outputs: int, *, swapped: bool = False, activation: int = NONE) -> None:
        """Add a separable convolution to what it reads, which comes first in the ADD."""
        read = self.tensor
        self.depthwise((3, 3))
        self.conv(outputs, 1)
        pair = (self.tensor, read) if swapped else (read, self.tensor)
        self.sum(*pair, activation)

    def transpose(self, order: Sequence[int]) -> None:
        """Add a TRANSPOSE."""
        at = self._tensor((len(order),), data=np.array(order, np.int32))
        quantization = self.tensors[self.tensor].quantization
        shape = [self.shape()[side] for side in order]
        made = self._tensor(shape, quantization.scale[0], int(quantization.zeroPoint[0]))
        self.add("TRANSPOSE", [self.tensor, at], [made], schema.TransposeOptionsT())

    def flatten(self) -> None:
        """Add a RESHAPE of each picture to one row."""
        size = int(np.prod(self.shape()))
        at = self._tensor((2,), data=np.array([-1, size], np.int32))
        quantization = self.tensors[self.tensor].quantization
        made = self._tensor((1, size), quantization.scale[0], int(quantization.zeroPoint[0]))
        self.add("RESHAPE", [self.tensor, at], [made], schema.ReshapeOptionsT())

    def content(self) -> bytes:
        """Return the file: what was made last is the output."""
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [self.input], [self.tensor]
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [graph], self.buffers
        model.operatorCodes = []
        for code in self.codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode = code, min(code, 127)
            entry.version = 1
            model.operatorCodes.append(entry)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def save(self, folder: Path, name: str = "made-int8", alphabet: str | None = None) -> Path:
        """Write the file and its sidecar to ``folder``; returns the path of the file."""
        content = self.content()
        classes = self.shape()[-1]
        letters = alphabet or "".join(map(chr, range(0x30, 0x30 + classes)))
        (folder / f"{name}.tflite").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        sidecar = Artifact(
            name, f"{name}.tflite", digest, len(content), letters, "int8", 1.25, parameters=1
        )
        sidecar.write(folder)
        return folder / f"{name}.tflite"


def _out(size: int, side: int, stride: int, padding: int) -> int:
    return -(-size // stride) if padding == SAME else (size - side) // stride + 1
