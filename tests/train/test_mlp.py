from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from tests.conftest import MISLABELLED, last_weights, toy_mlp_recipe
from tests.taught import known
from train import mlp
from train.common.data import RunOptions, load_test
from train.common.loop import BEST, predict
from train.common.priors import DIGITS

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from train.common.checkpoints import History
    from train.common.data import TrainingData

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
    for name, row in comparison.items():
        assert row["validation_accuracy"] == pytest.approx(known(name))
        assert row["best_epoch"] == 2
    assert metrics["activation"] == "tanh"
    assert metrics["validation"]["accuracy"] == 1
    assert metrics["test"]["accuracy"] == pytest.approx(1 - MISLABELLED / 188, abs=1e-6)
    assert (toy_mlp_run / "curves.png").stat().st_size > 5000
    samples = load_test(toy_data, None)
    model = keras.models.load_model(toy_mlp_run / "model.keras")
    right = predict(model, samples.images).argmax(axis=1) == samples.labels
    assert right.mean() == pytest.approx(metrics["test"]["accuracy"], abs=1e-6)
    # Its answers are at ByMerge's frequencies.
    assert sum(metrics["class_shares"][:10]) == pytest.approx(DIGITS, abs=1e-4)
    learned = keras.models.load_model(toy_mlp_run / "tanh" / BEST).layers[-1].get_weights()[1]
    assert np.abs(model.layers[-1].get_weights()[1] - learned).max() > 1e-3


@pytest.mark.parametrize("name", [*mlp.ACTIVATIONS, mlp.LINEAR])
def test_each_network_of_the_comparison_has_its_own_activation(
    name: str, toy_mlp_run: Path
) -> None:
    model = keras.models.load_model(toy_mlp_run / name / "best.keras")
    *hidden, last = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert [keras.activations.serialize(layer.activation) for layer in hidden] == (
        [] if name == mlp.LINEAR else [name]
    )
    assert last.activation is keras.activations.softmax


def test_the_test_images_have_no_say_in_the_choice(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracies = {"relu": 0.5, "tanh": 0.6, "sigmoid": 0.9, "linear": 0.7}
    measured: list[str] = []

    def fit(model: keras.Model, data: TrainingData, recipe: object, output: Path) -> History:
        output.mkdir()
        model.save(output / "best.keras")
        return [{"validation_accuracy": accuracies[model.name], "accuracy": 0.5, "loss": 1.0}]

    def measure(model: keras.Model, *_: object) -> dict[str, Any]:
        measured.append(model.name)
        return {"test": {"accuracy": 1 - accuracies[model.name]}}

    monkeypatch.setattr("train.common.loop.fit", fit)
    monkeypatch.setattr("train.common.loop.measure", measure)
    metrics = mlp.train(toy_mlp_recipe(), RunOptions(tmp_path, toy_data))
    assert metrics["activation"] == "sigmoid"
    assert measured == ["sigmoid"]  # once, when it was chosen
    assert keras.models.load_model(tmp_path / "model.keras").name == "sigmoid"


def test_what_is_done_is_not_done_again(
    toy_mlp_run: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads((toy_mlp_run / "metrics.json").read_text())
    monkeypatch.setattr("train.common.loop.train_epoch", None)  # calling it would fail
    again = mlp.train(toy_mlp_recipe(), RunOptions(toy_mlp_run, toy_data, resume=True))
    assert json.loads(json.dumps(again)) == before


def test_the_same_seed_gives_the_same_network(
    toy_mlp_run: Path, taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlp, "ACTIVATIONS", ("relu",))
    mlp.train(toy_mlp_recipe(), RunOptions(tmp_path, taught_data))
    first, second = (last_weights(run / "relu") for run in (toy_mlp_run, tmp_path))
    assert np.array_equal(first[0], second[0])  # drawn by the seed
    assert all(np.allclose(a, b, rtol=0.01, atol=0.01) for a, b in zip(first, second, strict=True))
