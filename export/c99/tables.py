"""Layers -> the constants of C that they are: each array of numbers, each struct, once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from export.c99.layers import (
    Add,
    Convolution,
    Dense,
    Depthwise,
    Mean,
    Pool,
    Table,
    Transpose,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from export.c99.layers import Layer, Scaling, Window

#: By kind of layer, the kernel that runs it and the struct that it is given, behind "emnist_".
KERNELS: dict[type[Layer], tuple[str, str]] = {
    Add: ("add", "add_layer"),
    Convolution: ("convolve", "convolution_layer"),
    Dense: ("dense", "dense_layer"),
    Depthwise: ("depthwise", "depthwise_layer"),
    Mean: ("mean", "mean_layer"),
    Pool: ("pool", "pool_layer"),
    Table: ("table", "table_layer"),
    Transpose: ("transpose", "transpose_layer"),
}

_WIDTH = 100


def lines_of(items: Iterable[str]) -> str:
    """Return ``items`` with commas between, in indented lines."""
    lines = ["   "]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {item},"
    return "\n".join(lines).removesuffix(",")


class Tables:
    """Definitions so far, each as text."""

    def __init__(self) -> None:
        self.definitions: list[str] = []
        self._names: dict[int, str] = {}

    def layer(self, layer: Layer) -> str:
        """Return the name of ``layer``, after defining it."""
        if id(layer) not in self._names:
            name = self._names[id(layer)] = f"layer_{len(self._names) + 1}"
            fields = _FIELDS[type(layer)](self, layer, name)
            struct = KERNELS[type(layer)][1]
            self._define(f"emnist_{struct} {name}", "", fields)
        return self._names[id(layer)]

    def numbers(self, ctype: str, name: str, array: NDArray[np.integer]) -> str:
        """Define an array of numbers, and return its name."""
        # Kernels load four numbers of 8 bits at once.
        attribute = " ALIGNED" if ctype == "int8_t" else ""
        numbers = [str(int(number)) for number in array.ravel()]
        self._define(f"{ctype} {name}[{array.size}]", attribute, numbers)
        return name

    def _define(self, what: str, attribute: str, items: Iterable[str]) -> None:
        self.definitions.append(f"static const {what}{attribute} = {{\n{lines_of(items)}\n}};\n")

    def _scaling(self, name: str, scaling: Scaling) -> str:
        """Return the initializer of ``scaling``, after defining its arrays."""
        return _braces(
            self.numbers("int32_t", f"{name}_bias", scaling.bias),
            self.numbers("int32_t", f"{name}_multiplier", scaling.multiplier),
            self.numbers("uint8_t", f"{name}_less_shift", scaling.shift - 1),
            2 * scaling.zero_point + 1,
        )

    def _convolution(self, layer: Convolution, name: str) -> Sequence[str]:
        outputs, row_size = layer.weights.shape
        parts = (
            f"&{self.layer(part)}" if part is not None else "0"
            for part in (layer.before, layer.added)
        )
        return (
            *parts,
            self.numbers("int8_t", f"{name}_weights", layer.weights),
            self._scaling(name, layer.scaling),
            _window(layer.window),
            *_texts(row_size, outputs, int(layer.pooled), *layer.final),
        )

    def _depthwise(self, layer: Depthwise, name: str) -> Sequence[str]:
        weights = self.numbers("int8_t", f"{name}_weights", layer.weights)
        return weights, self._scaling(name, layer.scaling), _window(layer.window)

    def _dense(self, layer: Dense, name: str) -> Sequence[str]:
        outputs, inputs = layer.weights.shape
        weights = self.numbers("int8_t", f"{name}_weights", layer.weights)
        return weights, self._scaling(name, layer.scaling), *_texts(inputs, outputs)

    def _pool(self, layer: Pool, _name: str) -> Sequence[str]:
        return (_window(layer.window),)

    def _mean(self, layer: Mean, _name: str) -> Sequence[str]:
        points = layer.input_zero_point, 2 * layer.output_zero_point + 1
        return _texts(layer.multiplier, layer.pixels, *points, layer.shift - 1, layer.channels)

    def _add(self, layer: Add, _name: str) -> Sequence[str]:
        factors = _braces(*layer.multiplier), _braces(*layer.shift)
        points = _braces(*layer.zero_point)
        return *factors, str(layer.size), points

    def _table(self, layer: Table, name: str) -> Sequence[str]:
        return self.numbers("int8_t", f"{name}_outputs", layer.table), str(layer.size)

    def _transpose(self, layer: Transpose, _name: str) -> Sequence[str]:
        return _texts(layer.rows, layer.columns)


# By kind of layer, what returns the initializers of its struct's fields.
_FIELDS: dict[type[Layer], Callable[[Tables, Any, str], Sequence[str]]] = {
    Add: Tables._add,
    Convolution: Tables._convolution,
    Dense: Tables._dense,
    Depthwise: Tables._depthwise,
    Mean: Tables._mean,
    Pool: Tables._pool,
    Table: Tables._table,
    Transpose: Tables._transpose,
}


def _texts(*values: int) -> list[str]:
    return [str(value) for value in values]


def _braces(*values: object) -> str:
    return f"{{{', '.join(map(str, values))}}}"


def _window(window: Window) -> str:
    """Return the initializer of ``window``: its fields are in the order of the struct's."""
    return _braces(*dataclasses.astuple(window))
