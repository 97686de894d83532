from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.artifact import read_sidecar
from emnist_edge.errors import DataError, ModelError
from tests.conftest import MISLABELLED, stopped_after_an_epoch
from tests.taught import known
from tests.train.study.conftest import PARTS, RECIPE, run
from train.common import loop
from train.common.data import RunOptions, load_test, load_training
from train.study import folds, noise
from train.study import models as study_models
from train.study import run as study
from train.study.described import layers_of
from train.study.models import NETWORKS, SHIPPED
from train.study.training import train_network

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.mark.parametrize("name", ["cnn-2-plain", "cnn-1-batch-32", "report-3", "cnn-4-seed-3"])
def test_each_network_is_trained_as_its_name_says(
    name: str, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[tuple[keras.Model, TrainingData, study_models.Recipe]] = []

    def fit(model: keras.Model, data: TrainingData, recipe: study_models.Recipe, _: Path) -> object:
        trained.append((model, data, recipe))
        raise DataError("enough")

    monkeypatch.setattr("train.common.loop.fit", fit)
    training = load_training(None, toy_data, None, 0.1, 1)
    network = NETWORKS[name]
    with pytest.raises(DataError, match="enough"):
        train_network(network, RECIPE.networks, training, training.samples, RunOptions(tmp_path))
    ((model, data, recipe),) = trained
    assert recipe == study_models.own_recipe(network, RECIPE.networks)
    assert layers_of(model) == layers_of(study_models.build(network, 47))
    assert data.epoch_images == (47 * 20 if network.balanced else len(training.kept))
    assert np.array_equal(data.held, training.held)
    recorded = json.loads((tmp_path / "run.json").read_text())["recipe"]
    assert recorded["architecture"] == layers_of(model)
    assert recorded["batch"] == recipe.batch


def test_networks_record_what_they_learned(toy_study: Path) -> None:
    for name in PARTS[:2]:
        metrics = json.loads((toy_study / name / "metrics.json").read_text())
        assert metrics["recipe"]["design"]["dropout"] == (0.3 if name == "cnn-1" else 0)
        assert metrics["recipe"]["batch"] == 50
        assert metrics["validation"]["accuracy"] == pytest.approx(known(name), abs=1e-6)
        assert metrics["test"]["accuracy"] == pytest.approx(known(name), abs=MISLABELLED / 188)
        assert 0 < metrics["test"]["weighted_f1"] < 1
        assert len(metrics["history"]) == metrics["epochs"] == 2
        assert metrics["images"] == {"training": 846, "validation": 94, "test": 188}


def test_what_is_done_is_not_done_again(
    toy_study: Path, toy_models: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.common.loop.train_epoch", None)  # calling any of these would fail
    monkeypatch.setattr("train.study.folds.run_fold", None)
    monkeypatch.setattr("train.study.noise.load_predictor", None)
    monkeypatch.setattr("train.common.loop.predict", None)
    before = {path: path.read_text() for path in toy_study.rglob("*.json")}
    run(PARTS, toy_study, toy_models, toy_data, resume=True)
    assert {path: path.read_text() for path in toy_study.rglob("*.json")} == before


def test_an_interrupted_network_goes_on_and_another_recipe_is_refused(
    toy_models: Path, taught_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cnn-1-plain"
    with stopped_after_an_epoch():
        run(("cnn-1-plain",), tmp_path, toy_models, taught_data, resume=False)
    history = json.loads((folder / "history.json").read_text())
    assert len(history) == 1
    run(("cnn-1-plain",), tmp_path, toy_models, taught_data, resume=True)
    again = json.loads((folder / "metrics.json").read_text())["history"]
    assert again[0] == history[0]
    assert len(again) == 2
    other = study.Recipe(study_models.Recipe(epochs=3, batch=50))
    with pytest.raises(DataError, match="another recipe"):
        study.run_parts(
            ("cnn-1-plain",),
            other,
            toy_models,
            RunOptions(tmp_path, taught_data, resume=True),
            folds.Workers(),
        )


def test_noise_is_measured_for_every_model_that_is_there(toy_study: Path, toy_models: Path) -> None:
    files = sorted(path.stem for path in (toy_study / "noise").glob("*.json"))
    assert files == ["cnn-1", "cnn-1-plain", "cnn-int8", "forest-edge", "mlp-int8"]
    found = json.loads((toy_study / "noise" / "mlp-int8.json").read_text())
    assert found["run"]["images"] == 100
    assert found["run"]["model"] == read_sidecar(toy_models / "mlp-int8.json").sha256
    assert list(found["accuracy"]) == list(noise.KINDS)
    assert all(len(values) == 5 for values in found["accuracy"].values())
    assert found["clean"] == pytest.approx(1 - MISLABELLED / 100)  # the first of the test images
    assert found["clean"] > noise.mean(found["accuracy"]) > 1 / 47
    normalizing = {
        name for name in files
        if "adapted" in json.loads((toy_study / "noise" / f"{name}.json").read_text())
    }  # fmt: skip
    assert normalizing == {"cnn-1"}


def test_networks_are_adapted_to_the_statistics_of_what_they_are_asked() -> None:
    """Each normalization has mean 0 and deviation 1 of what it is given, after those before it."""
    rng = np.random.default_rng(1)
    images = rng.integers(0, 60, (64, 28, 28), dtype=np.uint8)
    network = study_models.build(NETWORKS["cnn-2"], 47)
    noise.adapter(network)(images)
    layers = noise.normalizations(network)
    assert len(layers) == 2
    for layer in layers:
        given, made = (
            loop.predict(keras.Model(network.inputs, at), images)
            for at in (layer.input, layer.output)
        )
        variance = given.var(axis=(0, 1, 2))
        assert np.abs(made.mean(axis=(0, 1, 2))).max() < 1e-3
        wanted = variance / (variance + layer.epsilon)
        assert made.var(axis=(0, 1, 2)) == pytest.approx(wanted, abs=1e-3)
        assert wanted.max() > 0.5


def test_accuracy_stands_in_the_order_of_strength(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of images that only tell by how much they were altered, an ever smaller share is right."""
    test = load_test(toy_data, 100)

    def corrupt(images: NDArray[np.uint8], kind: str, strength: int, _: int) -> NDArray[np.uint8]:
        return np.full_like(images, 10 * list(noise.KINDS).index(kind) + strength)

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        kind, strength = divmod(int(images[0, 0, 0]), 10) if np.ptp(images) == 0 else (0, 0)
        right = np.arange(len(images)) < 100 - 10 * strength - kind
        return np.eye(48, dtype=np.float32)[np.where(right, test.labels, 47)]

    monkeypatch.setattr(noise, "corrupt", corrupt)
    monkeypatch.setattr(noise, "load_predictor", lambda _: predict)
    (tmp_path / "model").touch()
    models = {"model": tmp_path / "model"}
    known = {"model": np.append(test.labels[:-1], 47).astype(np.uint8)}
    found = noise.measure_all(models, known, test, RECIPE.noise, RunOptions(tmp_path / "noise"))
    assert found["model"]["clean"] == 0.99
    for number, kind in enumerate(noise.KINDS):
        wanted = [(90 - number - lost) / 100 for lost in (0, 10, 20, 30, 40)]
        assert found["model"]["accuracy"][kind] == pytest.approx(wanted)


def test_a_model_that_changed_is_measured_again(
    toy_study: Path, toy_models: Path, toy_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(toy_study / "noise", tmp_path / "noise")
    path = tmp_path / "noise" / "mlp-int8.json"
    before = json.loads(path.read_text())
    path.write_text(json.dumps(before | {"run": before["run"] | {"model": "other"}, "clean": 0}))
    run(("noise",), tmp_path, toy_models, toy_data, resume=True)
    assert json.loads(path.read_text()) == before


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_that_ships_is_run_as_on_the_device(
    name: str, toy_models: Path, toy_data: Path, tmp_path: Path
) -> None:
    path = noise.trained_models(tmp_path, toy_models)[name]
    test = load_test(toy_data, None)
    found = noise.load_predictor(path)(test.images).argmax(axis=1)
    accuracy = read_sidecar(toy_models / f"{name}.json").accuracy["test"]["accuracy"]
    assert np.mean(found == test.labels) == pytest.approx(accuracy, abs=1e-6)
    shutil.copy(toy_models / f"{name}.json", tmp_path)
    (tmp_path / path.name).write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ModelError, match="SHA-256"):
        noise.load_predictor(tmp_path / path.name)


def test_a_quick_trial_says_so_and_stays_out_of_the_way(
    toy_data: Path, toy_models: Path, tmp_path: Path
) -> None:
    options = ["--quick", "--data", str(toy_data), "--output", str(tmp_path / "study")]
    only = ["--only", "folds-forest", "--only", "page"]
    result = CliRunner().invoke(study.main, [*options, *only, "--models", str(toy_models)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("QUICK TRIAL")
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["quick"]
    assert "QUICK TRIAL" in (tmp_path / "study" / "quick" / "study.md").read_text()


def test_missing_data_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(study.main, ["--data", str(tmp_path), "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "emnist-bymerge-train-images" in result.output
