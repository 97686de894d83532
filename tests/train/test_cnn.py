from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.errors import DataError
from tests.conftest import last_weights, stopped_after_an_epoch, toy_recipe
from train import cnn
from train.loop import predict

if TYPE_CHECKING:
    from pathlib import Path

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


def test_training_learns_and_records_what_it_did(toy_run: Path) -> None:
    metrics = json.loads((toy_run / "metrics.json").read_text())
    assert metrics["split"] == "bymergepart"
    assert metrics["epochs"] == 2
    assert metrics["test"]["accuracy"] > 0.3  # of 47 classes
    assert metrics["images"] == {"training": 846, "validation": 94, "test": 188}
    assert len(metrics["data"]) == len(metrics["test_data"]) == 2
    assert (toy_run / "curves.png").stat().st_size > 5000


def test_training_goes_on_where_it_was_stopped(
    toy_data: Path, toy_run: Path, tmp_path: Path
) -> None:
    with stopped_after_an_epoch():
        cnn.train(RECIPE, tmp_path, toy_data, None, None, resume=False)
    halves = cnn.train(RECIPE, tmp_path, toy_data, None, None, resume=True)
    whole = json.loads((toy_run / "metrics.json").read_text())
    assert halves["epochs"] == 2
    assert halves["test"] == pytest.approx(whole["test"], abs=0.011)
    weights = [last_weights(run) for run in (toy_run, tmp_path)]
    assert all(np.allclose(a, b, atol=1e-3) for a, b in zip(*weights, strict=True))

    other = cnn.Recipe(epochs=3, batch=50)
    with pytest.raises(DataError, match="another recipe"):
        cnn.train(other, tmp_path, toy_data, None, None, resume=True)


def test_missing_data_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(cnn.main, ["--data", str(tmp_path), "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "emnist-bymerge-train-images" in result.output
    assert "emnist-edge data fetch bymerge" in result.output
