from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_edge.errors import DataError
from tests.conftest import step_by_step, stopped_after_an_epoch, toy_recipe
from train import cnn, mlp
from train.common import checkpoints, loop
from train.common.augment import Augmentation
from train.common.batches import Batches
from train.common.data import load_test, load_training
from train.common.loop import Recipe, best_epoch
from train.tiers.architectures import Net, build
from train.tiers.normalization import fuse
from train.tiers.teaching import with_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = toy_recipe()


def take_first(count: int, folder: Path) -> TrainingData:
    """Return the first ``count`` images to train with, none to validate."""
    data = load_training(None, folder, None, 0.1, 1)
    return replace(data, kept=np.arange(count))


def test_an_epoch_shows_each_image_once_in_its_own_order(toy_data: Path) -> None:
    data = take_first(100, toy_data)
    epochs = [Batches(data, RECIPE, epoch) for epoch in (0, 0, 1)]
    assert [sorted(epoch.indices) for epoch in epochs] == [list(range(100))] * 3
    first, again, other = (epoch[0][0] for epoch in epochs)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (50, 28, 28, 1)


def test_without_augmentation_images_are_as_they_are(toy_data: Path) -> None:
    data = take_first(60, toy_data)
    batches = Batches(data, Recipe(1, 20, 0.1), epoch=0)
    images, labels = batches[1]
    assert len(batches) == 3
    chosen = batches.indices[20:40]
    assert np.array_equal(images[..., 0], data.samples.images[chosen])
    assert np.array_equal(labels, data.samples.labels[chosen])


def test_what_targets_lack_to_one_is_said_by_the_teacher_of_the_varied_image(
    toy_data: Path,
) -> None:
    def teacher(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        brightness = images.mean(axis=(1, 2)) / 255
        return np.stack([brightness, 1 - brightness], axis=1).astype(np.float32)

    data = take_first(60, toy_data)
    shares = np.linspace(0, 1, len(data.samples), dtype=np.float32)
    targets = np.stack([shares, np.zeros_like(shares)], axis=1)
    batches = Batches(replace(data, targets=targets, teacher=teacher), RECIPE, epoch=0)
    images, answers = batches[0]
    chosen = batches.indices[: len(images)]
    said = teacher(images[..., 0].astype(np.uint8))
    assert answers == pytest.approx(targets[chosen] + (1 - shares[chosen, None]) * said, abs=1e-6)
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-6)
    of_originals = teacher(data.samples.images[chosen])
    assert np.abs(said - of_originals).max() > 0.001


def test_the_first_of_equally_good_epochs_is_the_best() -> None:
    assert best_epoch([{"validation_accuracy": share} for share in (0.5, 0.8, 0.7, 0.8)]) == 1


def test_a_network_begins_with_the_weights_of_another_and_no_others(tmp_path: Path) -> None:
    first, other = (build(Net(4, ((8,),)), 47, "toy") for _ in range(2))
    checkpoints.save(first, tmp_path / loop.BEST)
    loop.begin_with(other, tmp_path / loop.BEST)
    weights = other.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(weights, first.get_weights(), strict=True))
    with pytest.raises(DataError, match="other classes"):
        loop.begin_with(build(Net(4, ((8,),)), 70, "toy"), tmp_path / loop.BEST)


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Run networks operation by operation."""
    with step_by_step():
        yield


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "probabilities"])
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(
    soft: bool, toy_data: Path, tmp_path: Path
) -> None:
    recipe = Recipe(2, 50, 0.01, weight_decay=1.0)
    data = replace(take_first(200, toy_data), held=np.arange(200, 260))
    if soft:
        data = with_targets(data, 0.1, [], 0.0)

    def run(folder: str) -> list[NDArray[np.float32]]:
        keras.utils.set_random_seed(1)
        model = build(Net(4, ((8,),), dropout=0.2), 47, "toy")
        loop.fit(model, data, recipe, tmp_path / folder)
        latest, _ = checkpoints.latest(tmp_path / folder)
        assert latest is not None
        return [*latest.get_weights(), *map(np.asarray, latest.optimizer.variables)]

    whole = run("whole")
    with stopped_after_an_epoch():
        run("halves")
    for one, other in zip(run("halves"), whole, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    first, second = json.loads((tmp_path / "whole" / "history.json").read_text())
    assert second["loss"] < first["loss"]


@pytest.mark.usefixtures("uncompiled")
def test_one_seed_gives_the_same_weights_and_another_others(toy_data: Path, tmp_path: Path) -> None:
    """To the last bit, on one machine: noise, dropout, order and variation are of the seed."""
    data = replace(take_first(200, toy_data), held=np.arange(200, 260))

    def run(folder: str, seed: int) -> tuple[list[NDArray[np.float32]], list[dict[str, float]]]:
        recipe = Recipe(1, 50, 0.01, seed=seed, augmentation=Augmentation())
        keras.utils.set_random_seed(seed)
        model = cnn.build(47, cnn.Design((4, 4)), pool_first=True)
        history = loop.fit(model, data, recipe, tmp_path / folder)
        timed = ("images_per_second", "cpu_seconds")
        return model.get_weights(), [
            {key: row[key] for key in row if key not in timed} for row in history
        ]

    (one, first), (again, second), (other, _) = run("one", 1), run("again", 1), run("other", 2)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert first == second
    assert not np.array_equal(one[0], other[0])


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    ("network", "precision"),
    [
        (lambda: cnn.build(47, cnn.Design((4, 6, 8, 8)), pool_first=True), "float32"),
        (lambda: cnn.build(47, cnn.Design((4,), 0.0, normalization=None, dropout=0)), "float32"),
        (lambda: cnn.build(47, cnn.Design((4,) * 4, dropouts=True, valid=True)), "float32"),
        (lambda: cnn.build(47, cnn.Design((8,) * 4, normalization="image")), "float32"),
        (lambda: mlp.build(47, "sigmoid", 8), "float32"),
        (lambda: fuse(build(Net(4, ((8,), (8, 8)), separable=True), 47, "s")), "mixed_bfloat16"),
        (lambda: fuse(build(Net(4, ((6, 6),), squeeze=0.5, residual=True), 47, "r")), "float32"),
    ],
    ids=["cnn", "plain", "valid", "by-image", "mlp", "separable", "residual"],
)
def test_every_weight_of_a_network_learns(
    network: Callable[[], keras.Model], precision: str, toy_data: Path
) -> None:
    data = take_first(100, toy_data)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        model = network()
    finally:
        keras.config.set_dtype_policy(before)
    loop.compile_model(model, RECIPE, 2)
    drawn = [np.array(weight) for weight in model.trainable_variables]
    model.fit(Batches(data, RECIPE, epoch=0), shuffle=False, verbose=0)
    for weight, start in zip(model.trainable_variables, drawn, strict=True):
        assert np.isfinite(np.asarray(weight)).all(), weight.path
        assert not np.array_equal(np.asarray(weight), start), weight.path


def test_the_weights_that_are_kept_are_those_of_the_best_epoch(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Best on validation: the training images, and the last epoch, say something else."""
    validation = [0.3, 0.8, 0.8, 0.5]

    def train_epoch(model: keras.Model, data: object, recipe: object, epoch: int) -> object:
        model.layers[-1].set_weights(
            [np.full_like(weight, epoch) for weight in model.layers[-1].get_weights()]
        )
        accuracy = validation[epoch]
        return {
            "loss": 1 - epoch / 10, "accuracy": 0.7 + epoch / 10, "validation_accuracy": accuracy,
            "validation_macro_recall": 1 - accuracy, "images_per_second": 1,
        }  # fmt: skip

    monkeypatch.setattr(loop, "train_epoch", train_epoch)
    model = mlp.build(47, mlp.LINEAR, 0)
    loop.fit(model, load_training(None, toy_data, None, 0.1, 1), Recipe(4, 50, 0.1), tmp_path)
    best = checkpoints.load(tmp_path / "best.keras")
    assert {weight.max() for weight in best.layers[-1].get_weights()} == {1}
    latest, history = checkpoints.latest(tmp_path)
    assert latest is not None
    assert {weight.max() for weight in latest.layers[-1].get_weights()} == {3}
    assert [row["validation_accuracy"] for row in history] == validation


@pytest.mark.usefixtures("uncompiled")
def test_an_epoch_trains_on_what_is_kept_and_is_measured_on_what_is_held(
    toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = load_training(None, toy_data, None, 0.1, 1)
    shown: list[NDArray[np.float32]] = []
    predicted: list[NDArray[np.uint8]] = []
    one = Batches.__getitem__

    def batch(batches: Batches, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        images, answers = one(batches, index)
        shown.append(images)
        return images, answers

    def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        predicted.append(images)
        right = np.eye(47, dtype=np.float32)[data.samples.labels[data.held]]
        return 0.5 * right + 0.5 / 47

    monkeypatch.setattr(Batches, "__getitem__", batch)
    monkeypatch.setattr(loop, "predict", predict)
    model, recipe = mlp.build(47, mlp.LINEAR, 0), Recipe(1, 141, 0.1)
    loop.compile_model(model, recipe, 6)
    row = loop.train_epoch(model, data, recipe, 0)
    assert row["validation_accuracy"] == row["validation_macro_recall"] == 1
    assert row["validation_loss"] == pytest.approx(-np.log(0.5 + 0.5 / 47))
    assert row["loss"] > row["validation_loss"]
    assert row["accuracy"] < 1
    assert row["cpu_seconds"] >= 0
    assert np.array_equal(predicted[0], data.samples.images[data.held])
    trained = {image.tobytes() for images in shown for image in images.astype(np.uint8)[..., 0]}
    assert trained == {image.tobytes() for image in data.samples.images[data.kept]}


def test_what_is_recorded_of_a_run_names_which_images_were_measured(
    toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that is right about images of one part alone is right in that part's scores."""
    data = load_training(None, toy_data, None, 0.1, 1)
    test = load_test(toy_data, None)
    alone = data.samples.images[data.held]

    def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        held = np.array_equal(images, alone)
        labels = data.samples.labels[data.held] if held else test.labels[::-1]
        return np.eye(47, dtype=np.float32)[labels]

    monkeypatch.setattr(loop, "predict", predict)
    history = [{"validation_accuracy": share, "images_per_second": 5} for share in (0.2, 1.0)]
    found = loop.measure(mlp.build(47, mlp.LINEAR, 0), history, data, test)
    assert found["validation"]["accuracy"] == 1
    assert found["validation"]["samples"] == 94
    assert found["test"]["samples"] == 188
    assert found["test"]["accuracy"] < 0.2
    assert (found["best_epoch"], found["epochs"]) == (2, 2)
