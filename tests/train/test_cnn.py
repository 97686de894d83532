from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.errors import DataError
from tests.conftest import MISLABELLED, last_weights, stopped_after_an_epoch, toy_recipe
from tests.taught import teach
from train import cnn
from train.common.data import RunOptions, load_test
from train.common.loop import BEST, predict
from train.common.priors import DIGITS

if TYPE_CHECKING:
    from pathlib import Path

    from train.common.data import TrainingData
    from train.common.loop import Recipe

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = toy_recipe()


def test_the_network_is_the_reports() -> None:
    model = cnn.build(47)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 4
    assert kinds.count("BatchNormalization") == kinds.count("MaxPooling2D") == 3
    assert [layer.units for layer in model.layers if isinstance(layer, keras.layers.Dense)] == [
        128,
        47,
    ]
    (dropout,) = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    (noise,) = [layer for layer in model.layers if isinstance(layer, keras.layers.GaussianNoise)]
    assert dropout.rate == 0.3
    assert noise.stddev == 0.1
    assert model.count_params() < 300_000


def test_pooling_before_or_after_normalization_gives_the_same_probabilities() -> None:
    rng = np.random.default_rng(1)
    first = cnn.build(47, pool_first=True)
    for layer in first.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0, 2, w.shape) for w in layer.get_weights()])
    deployed = cnn.build(47)
    deployed.set_weights(first.get_weights())
    images = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    assert np.abs(predict(first, images) - predict(deployed, images)).max() < 1e-4


def test_the_best_epoch_on_validation_is_kept_and_recorded(toy_run: Path, toy_data: Path) -> None:
    metrics = json.loads((toy_run / "metrics.json").read_text())
    assert metrics["split"] == "bymergepart"
    assert (metrics["epochs"], metrics["best_epoch"]) == (3, 2)
    assert metrics["validation"]["accuracy"] == 1
    assert metrics["test"]["accuracy"] == pytest.approx(1 - MISLABELLED / 188, abs=1e-6)
    assert metrics["images"] == {"training": 846, "validation": 94, "test": 188}
    assert len(metrics["data"]) == len(metrics["test_data"]) == 2
    assert (toy_run / "curves.png").stat().st_size > 5000
    # What is exported has the best epoch's weights, in the order that a converter folds.
    model = keras.models.load_model(toy_run / "model.keras")
    order = [type(layer).__name__ for layer in model.layers]
    assert order.index("BatchNormalization") < order.index("MaxPooling2D")
    samples = load_test(toy_data, None)
    found = (predict(model, samples.images).argmax(axis=1) == samples.labels).mean()
    assert found == pytest.approx(metrics["test"]["accuracy"], abs=1e-6)
    # Its answers are at ByMerge's frequencies.
    assert sum(metrics["class_shares"][:10]) == pytest.approx(DIGITS, abs=1e-4)
    learned = keras.models.load_model(toy_run / BEST).layers[-1].get_weights()[1]
    assert np.abs(model.layers[-1].get_weights()[1] - learned).max() > 1e-3


def test_training_goes_on_where_it_was_stopped(
    taught_data: Path, toy_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[int] = []

    def note(model: keras.Model, data: TrainingData, recipe: Recipe, epoch: int) -> object:
        trained.append(epoch)
        return teach(model, data, recipe, epoch)

    monkeypatch.setattr("train.common.loop.train_epoch", note)
    with stopped_after_an_epoch():
        cnn.train(RECIPE, RunOptions(tmp_path, taught_data))
    parts = cnn.train(RECIPE, RunOptions(tmp_path, taught_data, resume=True))
    assert trained == [0, 1, 2]
    whole = json.loads((toy_run / "metrics.json").read_text())
    assert parts["test"] == whole["test"]
    weights = [last_weights(run) for run in (toy_run, tmp_path)]
    assert all(np.allclose(a, b, rtol=0.01, atol=0.01) for a, b in zip(*weights, strict=True))

    other = cnn.Recipe(epochs=4, batch=50)
    with pytest.raises(DataError, match="another recipe"):
        cnn.train(other, RunOptions(tmp_path, taught_data, resume=True))


def test_missing_data_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(cnn.main, ["--data", str(tmp_path), "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "emnist-bymerge-train-images" in result.output
    assert "emnist-edge data fetch bymerge" in result.output
