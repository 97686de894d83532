"""The operators of a network -> steps, each of one kernel in C, in the order in which they run.

What a file does with several pictures at once, between CONCATENATION and SPLIT, becomes steps for
one after the other. Chains of MUL and ADD with constants become a table; a convolution takes in the
depthwise one before it, and after it the 2x2 maxima, or the ADD of what it reads: their tensors are
never whole in memory.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from export.c99 import constants
from export.c99.layers import Table, Transpose
from export.c99.rounding import HIGHEST, LOWEST
from export.c99.shapes import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from export.c99.graph import Graph, Operator, Tensor
    from export.c99.layers import Convolution, Layer

# Operators that compute the shape for RESHAPE.
_SHAPES = ("SHAPE", "STRIDED_SLICE", "PACK")


@dataclass(frozen=True)
class Step:
    """One kernel with its layer. inputs, output: numbers of buffers; 0 is the network's input."""

    layer: Layer
    inputs: tuple[int, ...]
    output: int


@dataclass(frozen=True)
class Program:
    """The steps of a network. output: the buffer with the logits."""

    steps: list[Step]
    output: int


def lower(graph: Graph) -> Program:
    """Return the steps of ``graph``.

    Raises :class:`ModelError` that names an operator which is unknown, or does not fit the others.
    """
    check(graph)
    lowering = _Lowering(graph)
    output = lowering.buffer(graph.output, None)
    return Program(lowering.steps, output)


class _Lowering:
    """Steps made so far, from the output back: each after those that make its inputs."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Step] = []
        self._buffers: dict[tuple[int, int | None], int] = {(graph.input, None): 0}
        self._layers: dict[int, Layer] = {}

    def buffer(self, tensor: int, look: int | None) -> int:
        """Return the buffer with ``tensor``, of picture ``look`` where the file has several."""
        if (tensor, look) not in self._buffers:
            operator = self.graph.maker(tensor)
            if operator is None:
                raise self.graph.refused(self.graph.readers(tensor)[0], "an input is missing")
            self._buffers[tensor, look] = self._made(operator, tensor, look)
        return self._buffers[tensor, look]

    def _made(self, operator: Operator, tensor: int, look: int | None) -> int:
        """Return the buffer with the output ``tensor`` of ``operator``, after making it."""
        name = operator.name
        if name == "CONCATENATION":
            return self._one_of_several(operator, look)
        if name == "SPLIT":
            return self._apart(operator, tensor, look)
        if name == "RESHAPE" or (name == "TRANSPOSE" and self._keeps_order(operator)):
            self._check_reshaped(operator)
            return self.buffer(operator.inputs[0], look)
        make = _MAKERS.get(name)
        if make is None:
            raise self.graph.refused(operator, "this operator is not supported")
        if operator.outputs[0] not in self._layers:
            self._layers[operator.outputs[0]] = make(self, operator)
        layer = self._layers[operator.outputs[0]]
        inputs = tuple(self.buffer(index, look) for index in self._sources(operator))
        self.steps.append(Step(layer, inputs, len(self.steps) + 1))
        if not isinstance(layer, Table) and self._clips(operator):
            self.steps.append(
                Step(self._clipping(operator), (len(self.steps),), len(self.steps) + 1)
            )
        return len(self.steps)

    def _clips(self, operator: Operator) -> bool:
        """Say whether ``operator``'s fused activation leaves less than all of int8."""
        return constants.activation(self.graph, operator) != (LOWEST, HIGHEST)

    def _clipping(self, operator: Operator) -> Table:
        """Return the table of ``operator``'s fused activation."""
        numbers = np.arange(LOWEST, HIGHEST + 1).clip(*constants.activation(self.graph, operator))
        return Table(numbers.astype(np.int8), int(np.prod(self._output(operator).shape)))

    def _output(self, operator: Operator) -> Tensor:
        return self.graph.tensors[operator.outputs[0]]

    def _sources(self, operator: Operator) -> list[int]:
        """Return the tensors that ``operator`` reads, with what was taken into it."""
        data = [i for i in operator.inputs if self.graph.tensors[i].data is None]
        if operator.name == "ADD" and len(data) == 2:
            convolution = self._adding(operator)
            return data if convolution is None else self._sources(convolution)
        within = self._taken_in(operator, data[0])
        return self._sources(within) if within is not None else data[:1]

    def _taken_in(self, operator: Operator, tensor: int) -> Operator | None:
        """Return the maker of ``tensor`` that ``operator``'s kernel does as well, if any."""
        maker = self.graph.maker(tensor)
        if maker is None or len(self.graph.readers(tensor)) != 1:
            return None
        if operator.name in {"MUL", "ADD"}:
            taken = self._is_elementwise(maker)
        elif operator.name == "CONV_2D":
            taken = maker.name == "DEPTHWISE_CONV_2D" and self._is_pointwise(operator)
        elif operator.name == "MAX_POOL_2D":
            taken = maker.name == "CONV_2D" and self._is_halving(operator)
        else:
            taken = False
        whole = maker.name in {"MUL", "ADD"} or (taken and not self._clips(maker))
        return maker if taken and whole else None

    def _adding(self, operator: Operator) -> Operator | None:
        """Return the CONV_2D to whose output the ADD ``operator`` adds what it reads, if any."""
        for made, read in itertools.permutations(operator.inputs):
            maker = self.graph.maker(made)
            if maker is not None and maker.name == "CONV_2D" and not self._clips(maker):
                alone = len(self.graph.readers(made)) == 1
                if alone and self._sources(maker) == [read]:
                    return maker
        return None

    def _is_elementwise(self, operator: Operator) -> bool:
        """Say whether ``operator`` adds or multiplies by one constant number."""
        data = [self.graph.tensors[index].data for index in operator.inputs]
        constant = [part for part in data if part is not None and part.size == 1]
        return operator.name in {"MUL", "ADD"} and len(constant) == 1

    def _is_pointwise(self, operator: Operator) -> bool:
        shape = self.graph.tensors[operator.inputs[1]].shape
        options = operator.options
        return shape[1:3] == (1, 1) and (options.strideH, options.strideW) == (1, 1)

    def _is_halving(self, operator: Operator) -> bool:
        """Say whether a MAX_POOL_2D takes each 2x2 square, and what is left of them at the rims."""
        options = operator.options
        sides = (options.filterHeight, options.filterWidth, options.strideH, options.strideW)
        before, after = (
            self.graph.tensors[i].shape for i in (operator.inputs[0], operator.outputs[0])
        )
        halves = all(
            -(-side // 2) == half for side, half in zip(before[1:3], after[1:3], strict=True)
        )
        return sides == (2, 2, 2, 2) and halves

    def _one_of_several(self, operator: Operator, look: int | None) -> int:
        """Return the buffer of picture ``look`` of a CONCATENATION."""
        if look is None or operator.options.axis != 0 or look >= len(operator.inputs):
            raise self.graph.refused(operator, "only one of pictures, which SPLIT parts again, is")
        return self.buffer(operator.inputs[look], None)

    def _apart(self, operator: Operator, tensor: int, look: int | None) -> int:
        """Return the buffer of one output of a SPLIT."""
        axis, data = (self.graph.tensors[operator.inputs[0]].data, operator.inputs[1])
        if look is not None or axis is None or int(axis.item()) != 0:
            raise self.graph.refused(operator, "only one of pictures that were joined is supported")
        return self.buffer(data, operator.outputs.index(tensor))

    def _keeps_order(self, operator: Operator) -> bool:
        """Say whether a TRANSPOSE moves nothing but sides of length 1."""
        sides = self._longer_sides(operator)
        return sides == sorted(sides)

    def _longer_sides(self, operator: Operator) -> list[int]:
        """Return the order in which a TRANSPOSE puts the sides longer than 1."""
        shape = self.graph.tensors[operator.inputs[0]].shape
        order = self.graph.tensors[operator.inputs[1]].data
        if order is None:
            raise self.graph.refused(operator, "an order that is computed is not supported")
        return [int(side) for side in order if shape[side] > 1]

    def _check_reshaped(self, operator: Operator) -> None:
        """Refuse a RESHAPE that mixes pictures, or whose shape is computed by other operators."""
        before = self.graph.tensors[operator.inputs[0]].shape
        after = self.graph.tensors[operator.outputs[0]].shape
        computed = self.graph.maker(operator.inputs[1])
        if before[0] != after[0] or np.prod(before) != np.prod(after):
            raise self.graph.refused(operator, "only one within a picture is supported")
        if computed is not None and computed.name not in _SHAPES:
            raise self.graph.refused(computed, "this operator is not supported")

    def convolution(self, operator: Operator) -> Convolution:
        """Return the layer of a CONV_2D and of the depthwise one before it."""
        layer = constants.convolution(self.graph, operator)
        before = self._taken_in(operator, operator.inputs[0])
        if before is None:
            return layer
        return replace(layer, before=constants.depthwise(self.graph, before))

    def pool(self, operator: Operator) -> Layer:
        """Return the layer of a MAX_POOL_2D, or of the convolution before it with maxima."""
        layer = constants.pool(self.graph, operator)
        before = self._taken_in(operator, operator.inputs[0])
        if before is None:
            return layer
        return replace(self.convolution(before), pooled=True)

    def elementwise(self, operator: Operator) -> Layer:
        """Return the table of a chain of MUL and ADD with constants, or the layer of an ADD."""
        if not self._is_elementwise(operator):
            if operator.name == "MUL":
                raise self.graph.refused(operator, "one of two tensors is not supported")
            return self.sum(operator)
        chain: list[Operator] = []
        link: Operator | None = operator
        while link is not None:
            chain.append(link)
            (data,) = (i for i in link.inputs if self.graph.tensors[i].data is None)
            link = self._taken_in(link, data)
        table = np.arange(LOWEST, HIGHEST + 1).astype(np.int8)
        for link in reversed(chain):
            table = constants.elementwise(self.graph, link, table)
        return Table(table, int(np.prod(self._output(operator).shape)))

    def sum(self, operator: Operator) -> Layer:
        """Return the layer of an ADD of two tensors, or of the convolution that makes one."""
        within = self._adding(operator)
        if within is None:
            return constants.add(self.graph, operator)
        in_order = (*self._sources(within), within.outputs[0])
        added = constants.add(self.graph, replace(operator, inputs=in_order))
        return replace(self.convolution(within), added=added)

    def transpose(self, operator: Operator) -> Layer:
        """Return the layer of a TRANSPOSE of rows and columns."""
        sides = self._longer_sides(operator)
        if len(sides) != 2:
            raise self.graph.refused(operator, "only one of rows and columns is supported")
        shape = self.graph.tensors[operator.inputs[0]].shape
        return Transpose(*(shape[side] for side in sorted(sides)))


_MAKERS: dict[str, Callable[[_Lowering, Operator], Layer]] = {
    "ADD": _Lowering.elementwise,
    "CONV_2D": _Lowering.convolution,
    "DEPTHWISE_CONV_2D": lambda lowering, o: constants.depthwise(lowering.graph, o),
    "FULLY_CONNECTED": lambda lowering, o: constants.dense(lowering.graph, o),
    "MAX_POOL_2D": _Lowering.pool,
    "MEAN": lambda lowering, o: constants.mean(lowering.graph, o),
    "MUL": _Lowering.elementwise,
    "TRANSPOSE": _Lowering.transpose,
}
