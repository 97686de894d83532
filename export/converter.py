"""A forest -> ONNX: the graph of :mod:`export.trees`, as a converter of its own in skl2onnx.

skl2onnx converts a ``RandomForestClassifier`` itself, with one weight for each class and leaf. What
is converted here is a :class:`CompactForest`, so that its converter stays as it is, and forests
that it converts alone show what ours must answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from emnist_edge.artifact import SIDE
from export.trees import VOTES, ensemble

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

#: Name of the output: (N, C) float32.
OUTPUT = "probabilities"
#: Name of the constant (K, C) uint8 that has the votes of leaves.
TABLE = "table"
_ALIAS = "EmnistEdgeCompactForest"
_ML = "ai.onnx.ml"
_TREES = "TreeEnsemble"
# skl2onnx 1.20 knows opset 3 of the second domain at most: TreeEnsemble, which is new in opset 5,
# is declared as if it were of 3, and what the file says is set right before it is checked.
_OPSETS = {"": 18, _ML: 3}
_TREES_OPSET = 5
_IR_VERSION = 10  # of these opsets


@dataclass(frozen=True, eq=False)
class CompactForest:
    """A forest trained on pixels 0..255, its leaves compacted, to convert with few bytes a node."""

    forest: RandomForestClassifier


def to_onnx(forest: RandomForestClassifier) -> bytes:
    """Return the ONNX file of ``forest``, trained on pixels 0..255, its leaves compacted.

    Input ``glyphs``: (N, 28, 28, 1) uint8. Output ``probabilities``: (N, C) float32.
    """
    import skl2onnx
    from skl2onnx.common.data_types import UInt8TensorType

    skl2onnx.update_registered_converter(
        CompactForest, _ALIAS, _calculate_shape, _convert, parser=_parse
    )
    glyphs = UInt8TensorType([None, SIDE, SIDE, 1])
    model = _converted(CompactForest(forest), [("glyphs", glyphs)])
    for opset in model.opset_import:
        if opset.domain == _ML:
            opset.version = _TREES_OPSET
    return _checked(model)


def to_onnx_alone(forest: RandomForestClassifier) -> bytes:
    """Return the ONNX file that skl2onnx makes of ``forest`` without any of this.

    Input ``pixels``: (N, 784) float32. Outputs: the labels, and ``probabilities`` (N, C) float32.
    It takes gigabytes of memory for a forest of a hundred thousand leaves.
    """
    from skl2onnx.common.data_types import FloatTensorType

    pixels = FloatTensorType([None, forest.n_features_in_])
    return _checked(_converted(forest, [("pixels", pixels)], {id(forest): {"zipmap": False}}))


def _converted(
    model: Any, inputs: list[tuple[str, Any]], options: dict[int, Any] | None = None
) -> onnx.ModelProto:
    import skl2onnx

    return skl2onnx.convert_sklearn(model, "forest", inputs, target_opset=_OPSETS, options=options)


def _checked(model: onnx.ModelProto) -> bytes:
    """Return the bytes of ``model``; onnx' checker raises where it is none."""
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _parse(scope: Any, model: CompactForest, inputs: list[Any], custom_parsers: Any = None) -> Any:
    """Declare the operator of ``model`` and its one output (a classifier's default is two)."""
    from skl2onnx.common.data_types import FloatTensorType

    del custom_parsers  # of models that a pipeline holds
    operator = scope.declare_local_operator(_ALIAS, model)
    operator.inputs += inputs
    operator.outputs.append(scope.declare_local_variable(OUTPUT, FloatTensorType()))
    return operator.outputs


def _calculate_shape(operator: Any) -> None:
    classes = operator.raw_operator.forest.n_classes_
    operator.outputs[0].type.shape = [None, int(classes)]


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes: pixels -> the leaf that each tree comes to -> its votes -> their mean."""
    forest = operator.raw_operator.forest
    trees, table = ensemble(forest)
    names = {"glyphs": operator.inputs[0].full_name, OUTPUT: operator.outputs[0].full_name}

    def name_of(result: str) -> str:
        if result not in names:
            names[result] = scope.get_unique_variable_name(result)
        return names[result]

    constants = {
        "flat": np.array([-1, forest.n_features_in_]),
        TABLE: table,
        "trees_axis": np.array([1]),
        "total": np.array(VOTES * len(forest.estimators_), np.float32),
    }
    for name, value in constants.items():
        container.add_initializer(name_of(name), None, None, numpy_helper.from_array(value))
    for result, kind, inputs, settings in (
        ("pixels", "Reshape", ("glyphs", "flat"), {}),
        ("features", "Cast", ("pixels",), {"to": TensorProto.FLOAT}),
        ("leaves", _TREES, ("features",), trees),
        ("rows", "Cast", ("leaves",), {"to": TensorProto.INT32}),
        ("votes", "Gather", (TABLE, "rows"), {}),
        ("counts", "Cast", ("votes",), {"to": TensorProto.FLOAT}),
        ("sums", "ReduceSum", ("counts", "trees_axis"), {"keepdims": 0}),
        (OUTPUT, "Div", ("sums", "total"), {}),
    ):
        domain = _ML if kind == _TREES else ""
        container.add_node(
            kind,
            [name_of(one) for one in inputs],
            [name_of(result)],
            domain,
            _OPSETS[domain],
            scope.get_unique_operator_name(result),
            **settings,
        )
