"""Trainings that start from another network: its classes are told by their characters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_device.runtime.engine import Engine
from emnist_edge.alphabet import BYMERGE, NOTHING, SYMBOLS
from emnist_edge.artifact import read_sidecar
from tests.conftest import toy_net
from tests.train.tiers.test_mixture import mixture
from train.common import checkpoints, loop
from train.common.data import load_training
from train.tiers import starting
from train.tiers.architectures import build

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

ALL = BYMERGE + SYMBOLS + NOTHING
#: What models with symbols had before there were more of them.
FEWER = BYMERGE + SYMBOLS[:22] + NOTHING


@pytest.fixture
def images(toy_data: Path) -> NDArray[np.uint8]:
    """(120, 28, 28) of the small data set."""
    return load_training(None, toy_data, None, 0.1, 1).samples.images[:120]


def of_classes(toy_data: Path, alphabet: str) -> TrainingData:
    """Return the small data set as one of the classes of ``alphabet``."""
    data = load_training(None, toy_data, None, 0.1, 1)
    return replace(data, samples=replace(data.samples, alphabet=alphabet))


def network(classes: int, seed: int = 1) -> keras.Model:
    """Return an untrained network whose classes have biases that differ."""
    keras.utils.set_random_seed(seed)
    model = build(toy_net(), classes, "toy")
    kernel, _ = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel, np.linspace(-1, 1, classes)])
    return model


def answers(
    model: keras.Model, images: NDArray[np.uint8], places: list[int]
) -> NDArray[np.float32]:
    """Return the probabilities of the classes in ``places``, which are taken to be all."""
    found = loop.predict(model, images)[:, places]
    return np.asarray(found / found.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("before", "after"), [(BYMERGE, ALL), (FEWER, ALL), (ALL, BYMERGE), (ALL, ALL), (ALL, FEWER)]
)
def test_a_run_of_other_classes_gives_each_character_its_weights(
    before: str, after: str, toy_data: Path, tmp_path: Path, images: NDArray[np.uint8]
) -> None:
    first, model = network(len(before)), network(len(after), seed=2)
    checkpoints.save(first, tmp_path / loop.BEST)
    random, _ = model.layers[-1].get_weights()
    starting.check(tmp_path, toy_net())
    starting.begin_with(model, tmp_path, toy_net(), of_classes(toy_data, after))
    shared = [char for char in after if char in before]
    wanted = answers(first, images, [before.index(char) for char in shared])
    found = answers(model, images, [after.index(char) for char in shared])
    assert found == pytest.approx(wanted, abs=1e-5)
    kernel, bias = model.layers[-1].get_weights()
    further = [after.index(char) for char in after if char not in before]
    assert np.array_equal(kernel[:, further], random[:, further])
    taken = [after.index(char) for char in shared]
    assert bias[further] == pytest.approx(bias[taken].mean())


def test_an_exported_network_gives_each_character_its_weights(
    toy_tier_models: Path, toy_data: Path, tmp_path: Path, images: NDArray[np.uint8]
) -> None:
    start = toy_tier_models / "tiny-float32.tflite"
    model = network(len(ALL))
    starting.check(start, toy_net())
    starting.begin_with(model, start, toy_net(), of_classes(toy_data, ALL))
    sidecar = read_sidecar(start.with_suffix(".json"))
    wanted = Engine(start).probabilities(images) ** sidecar.temperature
    wanted /= wanted.sum(axis=1, keepdims=True)
    found = answers(model, images, list(range(47)))
    assert np.abs(found - wanted).mean() < 0.005
    assert (found.argmax(axis=1) == wanted.argmax(axis=1)).mean() > 0.95


def test_in_a_mixture_an_exported_network_begins_at_equal_class_frequencies(
    toy_tier_models: Path, toy_data: Path
) -> None:
    start = toy_tier_models / "tiny-float32.tflite"
    biases = []
    for data in (of_classes(toy_data, BYMERGE), mixture([3, 5], [0, 0], 0, 0)):
        model = network(len(data.samples.alphabet))
        starting.begin_with(model, start, toy_net(), data)
        biases.append(model.layers[-1].get_weights()[1][:47])
    shares = np.array(read_sidecar(start.with_suffix(".json")).class_shares)
    assert biases[0] - biases[1] == pytest.approx(np.log(shares / shares.mean()), abs=1e-5)
