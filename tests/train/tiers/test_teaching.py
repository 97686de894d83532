from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.runtime.engine import Engine
from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset import emnist
from emnist_edge.dataset.emnist import Samples
from emnist_edge.errors import DataError, ModelError
from emnist_edge.scoring.metrics import balance
from emnist_edge.scoring.sources import EMNIST, SYMBOLS, UNIPEN
from tests.conftest import write_idx
from train.common.batches import Batches
from train.common.data import load_training
from train.common.loop import Recipe
from train.tiers.mixture import Mixture
from train.tiers.teaching import Teachers, smooth_labels, with_targets

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.fixture
def teacher(toy_tier_models: Path) -> str:
    """Path of a small model."""
    return str(toy_tier_models / "tiny-float32.tflite")


def test_smoothed_labels_are_probabilities() -> None:
    targets = smooth_labels(np.array([2, 0], np.uint8), 4, 0.2)
    assert targets == pytest.approx(np.array([[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]]))
    assert targets.dtype == np.float32


def test_teachers_are_averaged(teacher: str) -> None:
    other = "tiny-int8"
    images = np.random.default_rng(1).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    both = Teachers([teacher, other])(images)
    mean = (Engine(teacher).probabilities(images) + Engine(other).probabilities(images)) / 2
    assert both == pytest.approx(mean, abs=1e-6)
    assert np.abs(both - Teachers([teacher])(images)).max() > 0.01


def test_unlabelled_images_are_learned_from_the_teacher_and_never_validated(
    toy_data: Path, teacher: str
) -> None:
    data = load_training(None, toy_data, None, 0.1, 1)
    images = np.random.default_rng(2).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    taught = with_targets(data, 0.1, [teacher], 0.7, images)
    assert len(taught.kept) == len(data.kept) + 50
    assert np.array_equal(taught.held, data.held)
    assert np.array_equal(taught.samples.images[-50:], images)

    # In a batch, labels have their share, teachers the rest.
    batches = Batches(taught, Recipe(1, 40, 0.1), 0)
    own = smooth_labels(data.samples.labels, 47, 0.1)
    engine, met = Engine(teacher), set()
    for batch in range(len(batches)):
        shown, answers = batches[batch]
        said = engine.probabilities(shown[..., 0].astype(np.uint8))
        for row, index in enumerate(batches.indices[40 * batch :][:40]):
            labelled = index < len(data.samples)
            wanted = 0.3 * own[index] + 0.7 * said[row] if labelled else said[row]
            assert answers[row] == pytest.approx(wanted, abs=1e-6)
            met.add(bool(labelled))
    assert met == {True, False}


def mixed(
    data: TrainingData, labels: NDArray[np.uint8], sources: NDArray[np.uint8], alphabet: str
) -> Mixture:
    """Return the images of ``data`` with other labels, as if of these sources."""
    classes = len(alphabet)
    return Mixture(
        data.split,
        Samples(data.samples.images, labels, alphabet),
        None,
        data.kept,
        data.held,
        sources=sources,
        times=np.ones(len(data.kept)),
        shares=np.full((4, classes), 1 / classes, np.float32),
        written_held=data.kept[:1],
        unipen={},
    )


def test_teachers_of_a_mixture_answer_at_equal_frequencies_of_emnist_alone(
    toy_data: Path, teacher: str
) -> None:
    data = load_training(None, toy_data, None, 0.1, 1)
    labels = data.samples.labels.copy()
    labels[data.kept[:20]] = 47
    kinds = np.where(labels == 47, SYMBOLS, EMNIST).astype(np.uint8)
    kinds[data.kept[20:25]] = UNIPEN
    mixture = mixed(data, labels, kinds, BYMERGE + ".")
    taught = with_targets(mixture, 0.0, [teacher], 0.75, data.samples.images[:6])
    assert isinstance(taught, Mixture)
    assert taught.targets is not None
    assert taught.targets[data.kept[:25]].sum(axis=1) == pytest.approx(1)
    assert taught.targets[data.kept[25:]].sum(axis=1) == pytest.approx(0.25)
    assert (taught.targets[-6:] == 0).all()
    engine = Engine(teacher)
    images = np.random.default_rng(1).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    assert taught.teacher is not None
    prior = np.array(engine.artifact.class_shares)
    equal = balance(engine.probabilities(images), prior)
    assert taught.teacher(images) == pytest.approx(equal, abs=1e-6)
    assert np.abs(equal - engine.probabilities(images)).max() > 0.001

    chosen, shown = data.kept[15:45], images
    own = taught.answers(chosen)
    answers = taught.taught(own, shown)
    assert np.array_equal(answers[:10], own[:10])
    wanted = own[10:, : len(BYMERGE)] + 0.75 * equal[10:]
    assert answers[10:, : len(BYMERGE)] == pytest.approx(wanted, abs=1e-5)


def test_a_teacher_that_knows_all_classes_is_asked_about_all_images(toy_data: Path) -> None:
    data = load_training(None, toy_data, None, 0.1, 1)
    small = Engine("small-int8")
    sources = np.full(len(data.samples), EMNIST, np.uint8)
    sources[data.kept[:20]] = UNIPEN
    classes = len(small.artifact.alphabet)
    mixture = mixed(data, data.samples.labels, sources, small.artifact.alphabet)
    taught = with_targets(mixture, 0.0, ["small-int8"], 0.75, data.samples.images[:6])
    assert isinstance(taught, Mixture)
    assert taught.targets is not None
    assert taught.targets[data.kept].sum(axis=1) == pytest.approx(0.25)
    images = np.random.default_rng(1).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    equal = balance(small.probabilities(images), np.array(small.artifact.class_shares))
    answers = taught.taught(taught.answers(data.kept[:30]), images)[:, :classes]
    own = taught.targets[data.kept[:30]]
    assert answers == pytest.approx(own + 0.75 * equal, abs=1e-5)


def test_without_teachers_there_are_labels_alone(toy_data: Path) -> None:
    data = load_training(None, toy_data, None, 0.1, 1)
    alone = with_targets(data, 0.0, [], 0.7, np.zeros((9, 28, 28), np.uint8))
    assert alone.targets is not None
    assert np.array_equal(alone.targets.argmax(axis=1), data.samples.labels)
    assert np.array_equal(alone.kept, data.kept)
    assert alone.teacher is None


def test_a_teacher_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nobody\.json: no such sidecar"):
        Teachers([str(tmp_path / "nobody.tflite")])


def test_unlabelled_images_are_read_upright(tmp_path: Path) -> None:
    images, hashes = emnist.load_unlabelled(tmp_path)
    assert (images.shape, hashes) == ((0, 28, 28), {})
    drawn = np.zeros((3, 28, 28), np.uint8)
    drawn[:, 2, 20] = 255
    write_idx(tmp_path / emnist.UNLABELLED, drawn.transpose(0, 2, 1).copy())
    images, hashes = emnist.load_unlabelled(tmp_path)
    assert np.array_equal(images, drawn)
    assert list(hashes) == [emnist.UNLABELLED]
    write_idx(tmp_path / emnist.UNLABELLED, drawn[:, :20].copy())
    with pytest.raises(DataError, match="not 28x28"):
        emnist.load_unlabelled(tmp_path)
