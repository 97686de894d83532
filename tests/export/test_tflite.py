"""Shapes that a converted file names are those of one image."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from emnist_device.benchmark.latency import draw_glyphs
from emnist_edge.artifact import MODELS
from export.c99.host import reference_logits
from export.tflite import with_shapes_of_one


def batches(content: bytes) -> dict[str, int]:
    """Return the batch size that the file names for the outputs of each kind of operator."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    (graph,) = model.subgraphs
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    return {
        names[model.operatorCodes[each.opcodeIndex].builtinCode]: graph.tensors[
            each.outputs[0]
        ].shape[0]
        for each in graph.operators
        if len(graph.tensors[each.outputs[0]].shape) > 1
    }


def weights(content: bytes) -> list[bytes]:
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    return [b"" if each.data is None else each.data.tobytes() for each in model.buffers]


def test_two_views_are_a_batch_of_two_and_nothing_else_changes() -> None:
    content = (MODELS / "base-int8.tflite").read_bytes()
    made = with_shapes_of_one(content)
    found = batches(made)
    assert {found[name] for name in ("CONCATENATION", "CONV_2D", "MAX_POOL_2D", "MEAN")} == {2}
    assert {found[name] for name in ("TRANSPOSE", "SPLIT", "FULLY_CONNECTED")} == {1}
    assert len(made) == len(content)
    assert weights(made) == weights(content)
    glyphs = draw_glyphs()[:2]
    assert np.array_equal(reference_logits(made, glyphs), reference_logits(content, glyphs))


def test_a_network_of_one_view_stays_as_it_is() -> None:
    content = (MODELS / "tiny-int8.tflite").read_bytes()
    assert with_shapes_of_one(content) == content
