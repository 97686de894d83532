from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_edge import packages
from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from emnist_edge.errors import DataError, EmnistEdgeError, RuntimeMissingError
from train.common.data import RunOptions, load_training
from train.study import folds
from train.study.folds import Recipe, Workers, cross_validate, split

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    from numpy.typing import NDArray

    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = Recipe(folds=3, epochs=1, trees=3)
#: Of the networks that are cross-validated.
NAMES = {"mlp": "relu", "cnn": "cnn"}


@pytest.fixture
def training(toy_data: Path) -> TrainingData:
    return load_training(None, toy_data, None, 0.1, 1)


def test_each_image_is_held_once_and_classes_are_even() -> None:
    labels = np.repeat(np.arange(4, dtype=np.uint8), [20, 5, 10, 40])
    cuts = split(labels, 5, seed=1)
    assert sorted(np.concatenate([held for _, held in cuts])) == list(range(len(labels)))
    for kept, held in cuts:
        assert sorted([*kept, *held]) == list(range(len(labels)))
        assert np.bincount(labels[held]).tolist() == [4, 1, 2, 8]


def test_a_class_of_too_few_images_is_refused() -> None:
    with pytest.raises(DataError, match="one has 4"):
        split(np.repeat(np.arange(3, dtype=np.uint8), [9, 4, 9]), 5, seed=1)


def test_folds_in_processes_are_the_folds_in_a_row(training: TrainingData, tmp_path: Path) -> None:
    rows = [
        cross_validate("forest", RECIPE, training, RunOptions(tmp_path / name), Workers(jobs))
        for name, jobs in (("row", 1), ("processes", 2))
    ]
    scores = [[fold["macro_recall"] for fold in row["folds"]] for row in rows]
    assert scores[0] == scores[1]
    accuracies = [fold["accuracy"] for fold in rows[0]["folds"]]
    assert rows[0]["mean"]["accuracy"] == pytest.approx(np.mean(accuracies), abs=1e-6)
    assert rows[0]["deviation"]["accuracy"] == pytest.approx(np.std(accuracies, ddof=1), abs=1e-6)
    assert min(accuracies) > 0.3  # of 47 classes
    assert sum(fold["samples"] for fold in rows[0]["folds"]) == 940


def test_only_missing_folds_are_run_again(
    training: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cross_validate("forest", RECIPE, training, RunOptions(tmp_path), Workers())
    (tmp_path / "fold-2.json").unlink()
    run: list[int] = []

    def forest(recipe: Recipe, data: TrainingData) -> Any:
        run.append(len(data.held))
        return grow(recipe, data)

    grow = folds.MODELS["forest"]
    monkeypatch.setitem(folds.MODELS, "forest", forest)
    again = cross_validate("forest", RECIPE, training, RunOptions(tmp_path, resume=True), Workers())
    assert len(run) == 1
    assert again["mean"] == first["mean"]
    assert json.loads((tmp_path / "metrics.json").read_text()) == json.loads(json.dumps(again))
    with pytest.raises(DataError, match="another recipe"):
        cross_validate(
            "forest", Recipe(folds=4), training, RunOptions(tmp_path, resume=True), Workers()
        )


def test_each_fold_is_predicted_by_a_model_of_the_others(
    training: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[TrainingData] = []

    def right(recipe: Recipe, data: TrainingData) -> tuple[NDArray[np.float32], list[Any]]:
        seen.append(data)
        return np.eye(47, dtype=np.float32)[data.samples.labels[data.held]], []

    monkeypatch.setitem(folds.MODELS, "forest", right)
    found = cross_validate("forest", RECIPE, training, RunOptions(tmp_path), Workers())
    assert found["mean"]["accuracy"] == 1
    assert len(seen) == 3
    for data, (kept, held) in zip(seen, split(training.samples.labels, 3, seed=1), strict=True):
        assert np.array_equal(data.kept, kept)
        assert np.array_equal(data.held, held)
        assert len(held) < len(kept)
    assert sorted(np.concatenate([data.held for data in seen])) == list(range(940))


def unlearnable() -> tuple[Samples, NDArray[np.int64], NDArray[np.int64]]:
    """Return noise with labels, and which of it to train on and to predict.

    Only a model that has seen an image can know its label.
    """
    rng = np.random.default_rng(6)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    samples = Samples(images, (np.arange(300) % 10).astype(np.uint8), BYMERGE[:10])
    return samples, np.arange(200), np.arange(200, 300)


def test_a_forest_has_not_seen_what_it_predicts() -> None:
    samples, kept, held = unlearnable()
    fold = (samples.images, samples.labels, samples.alphabet, 1)
    recipe = Recipe(trees=20)
    assert folds.run_fold("forest", recipe, *fold, kept, held)["accuracy"] < 0.3
    # It would know them all.
    assert folds.run_fold("forest", recipe, *fold, np.arange(300), held)["accuracy"] > 0.9


@pytest.mark.parametrize(("model", "epochs"), [("mlp", 20), ("cnn", 18)])
def test_networks_have_all_their_epochs_unless_told_otherwise(model: str, epochs: int) -> None:
    assert folds.describe(model, Recipe(), 47)["model"]["epochs"] == epochs
    assert folds.describe(model, Recipe(epochs=2), 47)["model"]["epochs"] == 2


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_a_network_has_not_seen_what_it_predicts(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, kept, held = unlearnable()
    fitted: list[TrainingData] = []

    def fit(network: keras.Model, data: TrainingData, recipe: Any, output: Path) -> list[Any]:
        assert (network.name, recipe.epochs, recipe.seed) == (NAMES[model], 7, 4)
        fitted.append(data)
        return [{"loss": 0.3, "validation_loss": 0.2}]

    def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert len(fitted) == 1
        assert np.array_equal(images, samples.images[held])
        return np.eye(10, dtype=np.float32)[samples.labels[held]]

    monkeypatch.setattr("train.common.loop.fit", fit)
    monkeypatch.setattr("train.common.loop.predict", predict)
    recipe = Recipe(epochs=7, seed=4)
    found = folds.run_fold(
        model, recipe, samples.images, samples.labels, samples.alphabet, 2, kept, held
    )
    assert (found["fold"], found["samples"], found["accuracy"]) == (2, len(held), 1)
    assert found["history"] == [{"loss": 0.3, "validation_loss": 0.2}]
    (data,) = fitted
    assert np.array_equal(data.samples.images[data.kept], samples.images[kept])
    assert np.array_equal(data.samples.labels[data.kept], samples.labels[kept])


class Client:
    """What Dask's client does where a scheduler has no workers, or none answers."""

    def __init__(self, address: str, timeout: float) -> None:
        if address == "nowhere":
            raise OSError(f"no answer in {timeout} s")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def ncores(self) -> dict[str, int]:
        return {"worker": 1}


@pytest.mark.parametrize(
    ("address", "message"), [("nowhere", "no Dask scheduler answers"), ("one", "have 1 threads")]
)
def test_a_scheduler_of_no_use_is_said_in_one_line(
    address: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dask", ModuleType("dask"))
    monkeypatch.setitem(sys.modules, "dask.distributed", SimpleNamespace(Client=Client))
    with pytest.raises(EmnistEdgeError, match=message), Workers(scheduler=address).hired():
        pass


def test_a_scheduler_without_dask_is_said_in_one_line(
    training: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(RuntimeMissingError, match=r"pip install .*cluster"):
        cross_validate(
            "forest", RECIPE, training, RunOptions(tmp_path), Workers(scheduler="tcp://127.0.0.1:1")
        )
