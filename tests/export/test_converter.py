from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from emnist_device.runtime.onnx_forest import import_onnxruntime
from emnist_edge.artifact import SIDE
from export import converter, forest, trees
from export.c99.forest import leaf_words, read_ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier

CLASSES, TREES = 5, 4
#: What sums of float32 differ by that were added in another order.
ROUNDING = 1e-6


@pytest.fixture(scope="module")
def grown() -> RandomForestClassifier:
    """A small forest whose leaves are compacted."""
    from sklearn.ensemble import RandomForestClassifier

    rng = np.random.default_rng(3)
    labels = rng.integers(0, CLASSES, 300)
    pixels = rng.integers(0, 256, (300, SIDE * SIDE))
    pixels[:, :CLASSES] //= 1 + (np.arange(CLASSES) == labels[:, None])  # tells the class, mostly
    grown = RandomForestClassifier(TREES, max_depth=6, random_state=1).fit(pixels, labels)
    trees.compact_leaves(grown)
    return grown


@pytest.fixture
def glyphs() -> NDArray[np.uint8]:
    return np.random.default_rng(4).integers(0, 256, (400, SIDE, SIDE, 1), dtype=np.uint8)


def answers(content: bytes, pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Return what the graph says last of ``pixels``."""
    session = import_onnxruntime().InferenceSession(content, providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    found: NDArray[np.float32] = session.run(None, {taken.name: pixels})[-1]
    return found


def test_our_converter_says_what_skl2onnx_says_alone(
    grown: RandomForestClassifier, glyphs: NDArray[np.uint8]
) -> None:
    rows = glyphs.reshape(len(glyphs), -1)
    ours = answers(converter.to_onnx(grown), glyphs)
    alone = answers(converter.to_onnx_alone(grown), rows.astype(np.float32))
    assert ours == pytest.approx(alone, abs=ROUNDING)
    assert ours == pytest.approx(grown.predict_proba(rows), abs=ROUNDING)
    assert len(np.unique(ours.argmax(axis=1))) == CLASSES  # it was asked about more than one leaf


def test_what_skl2onnx_says_alone_stays_as_it_is(grown: RandomForestClassifier) -> None:
    """Our converter is that of a class of ours, and replaces none of skl2onnx's."""
    before = converter.to_onnx_alone(grown)
    converter.to_onnx(grown)
    assert converter.to_onnx_alone(grown) == before
    operators = [node.op_type for node in onnx.load_model_from_string(before).graph.node]
    assert "TreeEnsembleClassifier" in operators
    assert "TreeEnsemble" not in operators


def test_the_file_is_small_and_the_same_each_time(grown: RandomForestClassifier) -> None:
    content = converter.to_onnx(grown)
    assert converter.to_onnx(grown) == content
    model = onnx.load_model_from_string(content)
    assert model.producer_name == "skl2onnx"
    assert {one.domain: one.version for one in model.opset_import} == {"": 18, "ai.onnx.ml": 5}
    assert [node.op_type for node in model.graph.node] == [
        "Reshape", "Cast", "TreeEnsemble", "Cast", "Gather", "Cast", "ReduceSum", "Div",
    ]  # fmt: skip
    (table,) = (one for one in model.graph.initializer if one.name == converter.TABLE)
    votes = numpy_helper.to_array(table)
    assert votes.shape[1] == CLASSES
    assert (votes.sum(axis=1) == trees.VOTES).all()
    ensemble = read_ensemble(content, "toy.onnx")  # as C99 is made of it
    assert len(ensemble.roots) == TREES
    assert set(ensemble.leaves) == set(leaf_words(votes).tolist())


def test_both_sizes_are_said_of_the_first_tree(grown: RandomForestClassifier) -> None:
    said = forest.sizes(grown)
    ours, alone = said.split(", by skl2onnx alone ")
    assert ours.startswith("its first tree ")
    assert float(alone.split(" kB")[0]) > float(ours.split()[3]) > 0
    assert len(grown.estimators_) == TREES
