from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge import emnist
from tests.conftest import toy_recipe
from train.loop import Batches, Recipe, best_epoch

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = toy_recipe()


def test_an_epoch_shows_each_image_once_in_its_own_order(toy_data: Path) -> None:
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    indices = np.arange(100)
    epochs = [Batches(samples, indices, RECIPE, epoch) for epoch in (0, 0, 1)]
    assert [sorted(epoch.indices) for epoch in epochs] == [list(range(100))] * 3
    first, again, other = (epoch[0][0] for epoch in epochs)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (50, 28, 28, 1)


def test_without_augmentation_images_are_as_they_are(toy_data: Path) -> None:
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    batches = Batches(samples, np.arange(60), Recipe(1, 20, 0.1), epoch=0)
    images, labels = batches[1]
    assert len(batches) == 3
    chosen = batches.indices[20:40]
    assert np.array_equal(images[..., 0], samples.images[chosen])
    assert np.array_equal(labels, samples.labels[chosen])


def test_the_first_of_equally_good_epochs_is_the_best() -> None:
    assert best_epoch([{"validation_accuracy": share} for share in (0.5, 0.8, 0.7, 0.8)]) == 1
