from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_device.runtime.engine import Engine
from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import MODELS, read_sidecar
from emnist_edge.drawing.character import draw_character
from emnist_edge.errors import DataError
from emnist_edge.glyph import make_glyph
from train.common import loop
from train.common.exported import take_exported
from train.tiers.architectures import TIERS, build

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    """(188, 28, 28) glyphs, four of each class."""
    random = np.random.default_rng(1)
    drawn = [draw_character(char, 60.0, random) for char in BYMERGE * 4]
    return np.stack([make_glyph(each.coverage) for each in drawn])


def untrained(name: str, classes: int = 47, turned: float | None = None) -> keras.Model:
    keras.utils.set_random_seed(1)
    net = TIERS[name].net
    return build(net if turned is None else replace(net, turned=turned), classes, name)


# A network of depthwise convolutions, one of float32, and one that looks twice.
@pytest.mark.parametrize("name", ["tiny-int8", "small-float32", "base-int8"])
def test_a_network_says_what_it_said_when_it_was_exported(
    name: str, images: NDArray[np.uint8]
) -> None:
    engine = Engine(name)
    model = untrained(name.split("-", maxsplit=1)[0], len(engine.artifact.alphabet))
    take_exported(model, MODELS / f"{name}.tflite", images)
    answers, wanted = loop.predict(model, images), engine.probabilities(images)
    assert np.abs(answers - wanted).mean() < 0.002
    # In training each channel is normalized by a batch, here one of what it was measured on.
    trained = np.asarray(model(images[..., None].astype(np.float32), training=True))
    assert (trained.argmax(axis=1) == answers.argmax(axis=1)).mean() > 0.9


def test_what_looks_once_is_started_from_what_looks_twice(images: NDArray[np.uint8]) -> None:
    classes = len(read_sidecar(MODELS / "base-float32.json").alphabet)
    once, twice = untrained("base", classes, turned=0.0), untrained("base", classes)
    for model in (once, twice):
        take_exported(model, MODELS / "base-float32.tflite", images)
    for one, other in zip(once.trainable_variables, twice.trainable_variables, strict=True):
        assert one.shape == other.shape
    answers, wanted = loop.predict(once, images), loop.predict(twice, images)
    assert (answers.argmax(axis=1) == wanted.argmax(axis=1)).mean() > 0.8


def test_what_does_not_fit_is_refused(images: NDArray[np.uint8], tmp_path: Path) -> None:
    damaged = tmp_path / "tiny-int8.tflite"
    damaged.write_bytes(b"TFL3" * 100)
    wrong = {
        MODELS / "small-int8.tflite": "of another network",
        MODELS / "page-int8.tflite": "of another network",
        damaged: "damaged; give the TFLite file",
        tmp_path / "none.tflite": "not there; give the TFLite file",
    }
    for path, what in wrong.items():
        with pytest.raises(DataError, match=what):
            take_exported(untrained("tiny"), path, images)
    for classes in (47, 71):  # it has another number of them
        with pytest.raises(DataError, match="of another network"):
            take_exported(untrained("small", classes), MODELS / "small-int8.tflite", images)
