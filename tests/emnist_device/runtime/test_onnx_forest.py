from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from emnist_device.runtime.engine import BATCH, Engine
from emnist_device.runtime.onnx_forest import FLOOR
from emnist_edge import packages
from emnist_edge.artifact import Artifact
from emnist_edge.errors import ModelError, RuntimeMissingError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def stump(input_type: int = TensorProto.UINT8) -> bytes:
    """Return a forest of one node: pixel 5 above 100 is B (3 votes of 4), else surely A."""
    tree = helper.make_node(
        "TreeEnsemble",
        ["features"],
        ["rows"],
        domain="ai.onnx.ml",
        n_targets=2,
        tree_roots=[0],
        nodes_featureids=[5],
        nodes_modes=numpy_helper.from_array(np.array([0], np.uint8), "modes"),
        nodes_splits=numpy_helper.from_array(np.array([100], np.float32), "splits"),
        nodes_truenodeids=[0],
        nodes_trueleafs=[1],
        nodes_falsenodeids=[1],
        nodes_falseleafs=[1],
        leaf_targetids=[0, 1],
        leaf_weights=numpy_helper.from_array(np.array([1, 0.75], np.float32), "weights"),
    )
    nodes = [
        helper.make_node("Reshape", ["glyphs", "flat"], ["pixels"]),
        helper.make_node("Cast", ["pixels"], ["features"], to=TensorProto.FLOAT),
        tree,
        helper.make_node("ReduceSum", ["rows", "axis"], ["sum"]),
        helper.make_node("Sub", ["one", "sum"], ["rest"]),
        helper.make_node("Mul", ["rest", "first"], ["more"]),
        helper.make_node("Add", ["rows", "more"], ["probabilities"]),
    ]
    constants = {
        "flat": np.array([-1, 784]),
        "axis": np.array([1]),
        "one": np.array(1, np.float32),
        "first": np.array([1, 0], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "stump",
        [helper.make_tensor_value_info("glyphs", input_type, ["N", 28, 28, 1])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 5)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return bytes(model.SerializeToString())


def write(folder: Path, content: bytes, **changes: Any) -> Path:
    """Write a model and its sidecar and return the path of the model."""
    artifact = Artifact(
        name="stump",
        file="stump.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        alphabet="AB",
        input_type="uint8",
        temperature=1.0,
        parameters=3,
    )
    replace(artifact, **changes).write(folder)
    (folder / "stump.onnx").write_bytes(content)
    return folder / "stump.onnx"


def glyphs(*values: int) -> NDArray[np.uint8]:
    """Return glyphs that differ in pixel 5."""
    images = np.zeros((len(values), 28, 28), np.uint8)
    images[:, 0, 5] = values
    return images


def test_probabilities_are_those_of_the_leaves(tmp_path: Path) -> None:
    engine = Engine(write(tmp_path, stump()))
    found = engine.probabilities(glyphs(0, 100, 101, 255))
    sure = 1 / (1 + FLOOR)
    assert found.dtype == np.float32
    assert found == pytest.approx(
        np.array([[sure, 1 - sure], [sure, 1 - sure], [0.25, 0.75], [0.25, 0.75]]), abs=1e-6
    )


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1])
def test_any_batch_is_taken(tmp_path: Path, count: int) -> None:
    found = Engine(write(tmp_path, stump())).probabilities(glyphs(*[200] * count))
    assert found == pytest.approx(np.full((count, 2), [0.25, 0.75]), abs=1e-6)


def test_the_temperature_divides_logarithms(tmp_path: Path) -> None:
    found = Engine(write(tmp_path, stump(), temperature=0.5)).probabilities(glyphs(200))
    assert found == pytest.approx(np.array([[0.1, 0.9]]), abs=1e-6)  # 1/16 : 9/16


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (stump(), {"alphabet": "ABC"}),
        (stump(), {"input_type": "float32"}),
        (stump(TensorProto.INT32), {}),
    ],
    ids=["alphabet", "input type", "graph"],
)
def test_a_model_that_its_sidecar_does_not_describe_is_refused(
    tmp_path: Path, content: bytes, changes: dict[str, str]
) -> None:
    with pytest.raises(ModelError, match="do not fit its sidecar"):
        Engine(write(tmp_path, content, **changes))


def test_a_file_that_is_no_model_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelError, match=r"stump\.onnx: the runtime refuses it"):
        Engine(write(tmp_path, b"no model" * 100))
    assert capfd.readouterr().err == ""


def test_no_runtime_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, stump())
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RuntimeMissingError, match=r"pip install 'emnist-edge\[forest\]'"):
        Engine(path)
