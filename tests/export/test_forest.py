from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pytest
from click.testing import CliRunner, Result

from emnist_device.runtime.engine import Engine
from emnist_device.runtime.onnx_forest import FLOOR
from emnist_edge.artifact import read_sidecar
from emnist_edge.dataset import emnist
from export import converter, forest, trees

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.ensemble import RandomForestClassifier

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_sidecar_and_card_describe_the_forest(toy_models: Path) -> None:
    artifact = read_sidecar(toy_models / "forest-edge.json")
    assert artifact.input_type == "uint8"
    assert artifact.accuracy["test"]["samples"] == 188
    assert artifact.provenance["parity"]["agreement"] == 1
    card = (toy_models / "MODEL_CARD.md").read_text()
    assert f"{100 * artifact.accuracy['test']['accuracy']:.2f} %" in card
    assert "| gini |" in " ".join(card.split())
    assert f"{artifact.provenance['full']['nodes']:,} nodes" in card


def test_the_engine_says_what_scikit_learn_says(
    toy_models: Path, toy_forest_run: Path, toy_data: Path
) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    artifact = read_sidecar(toy_models / "forest-edge.json")
    grown = joblib.load(toy_forest_run / f"{artifact.provenance['chosen']}.joblib")
    trees.compact_leaves(grown)
    expected = np.maximum(grown.predict_proba(samples.images.reshape(-1, 784)), FLOOR)
    expected **= 1 / artifact.temperature
    expected /= expected.sum(axis=1, keepdims=True)
    found = Engine(toy_models / "forest-edge.onnx").probabilities(samples.images)
    assert found == pytest.approx(expected, abs=1e-5)


def test_votes_are_shared_out_by_the_largest_remainder() -> None:
    shares = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.2, 0.3, 0.3, 0.2], [0.4, 0, 0, 0.6]])
    assert trees.votes(shares).tolist() == [[8, 0, 0, 0], [4, 4, 0, 0], [0, 4, 4, 0], [3, 0, 0, 5]]
    rng = np.random.default_rng(3)
    random = trees.votes(rng.dirichlet(np.full(47, 0.2), 500))
    assert (random.sum(axis=1) == trees.VOTES).all()
    assert ((random > 0).sum(axis=1) <= trees.CLASSES_A_LEAF).all()
    assert np.array_equal(trees.votes(random / trees.VOTES), random)


def test_a_file_that_is_too_large_is_not_written(
    toy_forest_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forest, "MOST_BYTES", 10_000)
    result = invoke(toy_forest_run, toy_data, tmp_path)
    assert result.exit_code == 1
    assert "bytes where 10,000 are allowed" in result.output
    assert list((tmp_path / "models").iterdir()) == []


def test_a_file_that_says_something_else_is_not_written(
    toy_forest_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    shutil.copytree(toy_forest_run, run)
    original = converter.to_onnx

    def of_one_answer(grown: RandomForestClassifier) -> bytes:
        for tree in grown.estimators_:
            tree.tree_.threshold[:] = 255
        return original(grown)

    monkeypatch.setattr(forest, "to_onnx", of_one_answer)
    result = invoke(run, toy_data, tmp_path)
    assert result.exit_code == 1
    assert "forest-edge has another class for" in result.output
    assert list((tmp_path / "models").iterdir()) == []
    assert not (tmp_path / "card.md").exists()


def test_no_run_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(forest.main, ["--run", str(tmp_path)])
    assert result.exit_code == 1
    assert "python -m train.forest" in result.output


def invoke(run: Path, data: Path, folder: Path) -> Result:
    arguments = {
        "--run": run,
        "--output": folder / "models",
        "--card": folder / "card.md",
        "--data": data,
    }
    return CliRunner().invoke(
        forest.main, [str(word) for pair in arguments.items() for word in pair]
    )
