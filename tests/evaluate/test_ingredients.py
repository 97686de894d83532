from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_edge.dataset import emnist
from evaluate.ingredients import Averaged, Mixed, ask_beforehand
from tests.conftest import step_by_step
from train import mlp
from train.common.data import TrainingData
from train.common.loop import fit
from train.tiers.teaching import smooth_labels

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_images_and_answers_are_mixed_in_the_same_shares() -> None:
    # Image k is of grey level k throughout, and so is its answer.
    images = np.tile(np.arange(40, dtype=np.uint8)[:, None, None], (1, 28, 28))
    answers = np.stack([np.arange(40), 40 - np.arange(40)], axis=1).astype(np.float32)
    recipe = Mixed(augmentation=None, mixed=1.0)
    blend, mixed = recipe.vary(images, answers, 0, np.random.default_rng(1))
    assert np.allclose(blend[:, 5, 7], mixed[:, 0], atol=1e-4)
    assert np.allclose(mixed.sum(axis=1), 40, atol=1e-4)
    assert np.abs(mixed[:, 0] - np.arange(40)).max() > 5


def test_the_average_of_the_weights_is_what_an_epoch_leaves(toy_data: Path, tmp_path: Path) -> None:
    """An average that steps leave nearly alone is nearly what the first of them made."""
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    targets = smooth_labels(samples.labels, len(samples.alphabet), 0.0)
    data = TrainingData("bymergepart", samples, None, np.arange(400), np.arange(400, 500), targets)
    moved = {}
    for momentum in (0.0, 0.9999):
        keras.utils.set_random_seed(1)
        model = mlp.build(len(samples.alphabet), mlp.LINEAR, 0)
        before = model.get_weights()[0].copy()
        recipe = Averaged(epochs=1, batch=40, augmentation=None, momentum=momentum)
        with step_by_step():
            fit(model, data, recipe, tmp_path / str(momentum))
        moved[momentum] = float(np.abs(model.get_weights()[0] - before).mean())
    assert moved[0.9999] < moved[0.0] / 2


def test_a_teacher_asked_beforehand_sees_images_as_they_are(toy_data: Path) -> None:
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    asked = []

    def teacher(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        asked.append(images)
        return np.full((len(images), 47), 1 / 47, np.float32)

    targets = 0.25 * smooth_labels(samples.labels, 47, 0.0)
    kept, held = np.arange(400), np.arange(400, 500)
    data = TrainingData("bymergepart", samples, None, kept, held, targets, teacher)
    told = ask_beforehand(data)
    assert told.teacher is None
    assert told.targets is not None
    assert told.targets.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert told.targets - targets == pytest.approx(np.float32(0.75 / 47), abs=1e-6)
    (seen,) = asked
    assert np.array_equal(seen, samples.images)
    with pytest.raises(ValueError, match="no teacher"):
        ask_beforehand(told)
