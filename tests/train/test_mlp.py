from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_edge import emnist
from tests.conftest import last_weights
from train import mlp
from train.loop import predict

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.mark.parametrize("activation", mlp.ACTIVATIONS)
def test_there_is_one_hidden_layer(activation: str) -> None:
    model = mlp.build(47, activation, 128)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert [layer.units for layer in dense] == [128, 47]
    assert dense[0].activation is getattr(keras.activations, activation)
    assert model.count_params() == 785 * 128 + 129 * 47


def test_the_floor_is_linear() -> None:
    model = mlp.build(47, mlp.LINEAR, 128)
    assert model.count_params() == 785 * 47


def test_networks_are_compared_and_the_best_on_validation_is_kept(
    toy_mlp_run: Path, toy_data: Path
) -> None:
    metrics = json.loads((toy_mlp_run / "metrics.json").read_text())
    comparison = metrics["comparison"]
    assert list(comparison) == ["relu", "tanh", "sigmoid", "linear"]
    accuracies = {name: row["validation_accuracy"] for name, row in comparison.items()}
    assert accuracies[metrics["activation"]] == max(accuracies.values())
    assert metrics["validation"]["accuracy"] == pytest.approx(max(accuracies.values()))
    assert metrics["test"]["accuracy"] > 0.5  # of 47 classes
    assert (toy_mlp_run / "curves.png").stat().st_size > 5000
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    model = keras.models.load_model(toy_mlp_run / "model.keras")
    right = predict(model, samples.images).argmax(axis=1) == samples.labels
    assert right.mean() == pytest.approx(metrics["test"]["accuracy"])


def test_what_is_done_is_not_done_again(
    toy_mlp_run: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads((toy_mlp_run / "metrics.json").read_text())
    monkeypatch.setattr("train.loop.train_epoch", None)  # calling it would fail
    recipe = mlp.Recipe(epochs=3, batch=20, learning_rate=0.003, units=32)
    again = mlp.train(recipe, toy_mlp_run, toy_data, None, None, resume=True)
    assert json.loads(json.dumps(again)) == before


def test_the_same_seed_gives_the_same_network(
    toy_mlp_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlp, "ACTIVATIONS", ("relu",))
    recipe = mlp.Recipe(epochs=3, batch=20, learning_rate=0.003, units=32)
    mlp.train(recipe, tmp_path, toy_data, None, None, resume=False)
    first, second = (last_weights(run / "relu") for run in (toy_mlp_run, tmp_path))
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(first, second, strict=True))
