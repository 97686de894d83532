from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from tests.conftest import stopped_after_an_epoch, toy_recipe
from train import checkpoints, loop
from train.data import load_training
from train.loop import Batches, Recipe, best_epoch
from train.tiers import Net, build

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from train.data import TrainingData

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


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(
    toy_data: Path, tmp_path: Path
) -> None:
    recipe = Recipe(2, 50, 0.01, weight_decay=1.0)
    data = replace(take_first(200, toy_data), held=np.arange(200, 260))

    def run(folder: str) -> list[NDArray[np.float32]]:
        keras.utils.set_random_seed(1)
        model = build(Net(4, ((8,),)), 47, "toy")
        loop.fit(model, data, recipe, tmp_path / folder)
        latest, _ = checkpoints.latest(tmp_path / folder)
        assert latest is not None
        return [*latest.get_weights(), *map(np.asarray, latest.optimizer.variables)]

    whole = run("whole")
    with stopped_after_an_epoch():
        run("halves")
    for one, other in zip(run("halves"), whole, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
