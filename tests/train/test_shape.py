from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.engine import Engine
from emnist_device.lattice import SHAPES
from emnist_edge.artifact import read_sidecar
from emnist_edge.character import stroke_shape
from emnist_edge.errors import DataError
from export import network
from export import shape as export_shape
from train import loop, shape

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = shape.ShapeRecipe(8, 4, loop.Recipe(epochs=2, batch=64, learning_rate=0.003))


@pytest.fixture(scope="module")
def run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a short training on a few pages."""
    output = tmp_path_factory.mktemp("toy-shape")
    with pytest.MonkeyPatch.context() as patch:
        # The images of the small data set are no characters: strokes are drawn in their place.
        patch.setattr(shape, "EmnistGlyphs", lambda _: stroke_shape)
        shape.train(RECIPE, output, toy_files, None, None, resume=False)
    return output


def test_training_learns_and_records_what_it_did(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] > 0.5  # of 4 kinds
    assert metrics["recipe"]["pages"] == 8
    assert sum(metrics["kinds"].values()) == sum(metrics["images"].values())
    assert set(metrics["kinds"]) == set(SHAPES)
    assert keras.models.load_model(run / "model.keras").count_params() < 100_000


def test_pages_drawn_once_serve_again(
    run: Path, toy_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_no_more(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(shape, "draw", draw_no_more)
    before = json.loads((run / "metrics.json").read_text())
    assert shape.train(RECIPE, run, toy_files, None, None, resume=True) == before


def test_the_export_is_integer_and_does_the_same(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "MOST_DROP", 5.0)
    export_shape.export(run, tmp_path, tmp_path / "MODEL_CARD.md")
    artifact = read_sidecar(tmp_path / "shape-int8.json")
    assert artifact.alphabet == SHAPES
    assert artifact.bytes < 120_000
    with np.load(run / "pieces.npz") as pieces:
        images = pieces["images"][:200]
    trained = loop.predict(keras.models.load_model(run / "model.keras"), images)
    exported = Engine(tmp_path / "shape-int8.tflite").probabilities(images)
    assert (trained.argmax(axis=1) == exported.argmax(axis=1)).mean() > 0.9
    assert "## Shape model" in (tmp_path / "MODEL_CARD.md").read_text()


def test_no_run_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(export_shape.main, ["--run", str(tmp_path)])
    assert result.exit_code == 1
    assert "python -m train.shape" in result.output


def test_a_missing_data_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="emnist-bymerge-train-images"):
        shape.train(RECIPE, tmp_path / "run", tmp_path, None, None, resume=False)
