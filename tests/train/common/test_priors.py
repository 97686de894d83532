from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from train.common import priors
from train.common.loop import predict

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_digits_weigh_as_they_do_in_bymerge() -> None:
    labels = np.array([0] * 60 + [1] * 20 + [2] * 20, np.uint8)
    weights = priors.weigh(labels, "0AB")
    assert weights.mean() == pytest.approx(1)
    assert (
        weights[:60].sum() / weights.sum()
        == pytest.approx(priors.DIGITS)
        == pytest.approx(0.495, abs=1e-3)
    )
    assert weights[60] == weights[-1]
    shares = priors.shares(labels, "0ABC")
    assert shares == pytest.approx([priors.DIGITS, *2 * [(1 - priors.DIGITS) / 2], 0], abs=1e-5)
    assert (priors.weigh(labels[:60], "0AB") == 1).all()


def test_a_network_that_is_off_is_mended() -> None:
    truth, labels = drawn(40_000)
    off = np.array([0.5, -1.0, 0.0, 0.3, 0.2])
    factor, biases = priors.fit(truth / 1.7 + off, labels, np.ones(len(labels)))
    assert factor == pytest.approx(1.7, rel=0.03)
    shift = 1.7 * off + biases
    assert shift - shift.mean() == pytest.approx(np.zeros(5), abs=0.08)


def test_few_images_change_little() -> None:
    truth, labels = drawn(40)
    factor, biases = priors.fit(truth, labels, np.ones(len(labels)))
    assert factor == pytest.approx(1, abs=0.2)
    assert np.abs(biases).max() < 0.2


def drawn(count: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return logits (``count``, 5) and labels that are as probable as these say."""
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 2, (count, 5))
    chances = np.exp(truth) / np.exp(truth).sum(axis=1, keepdims=True)
    below = chances.cumsum(axis=1) < rng.random((count, 1))
    return truth, below[:, :-1].sum(axis=1).astype(np.uint8)


def test_classes_without_images_stay_finite() -> None:
    logits = np.random.default_rng(3).normal(size=(50, 4))
    factor, biases = priors.fit(logits, np.zeros(50, np.uint8), np.ones(50))
    assert np.isfinite([factor, *biases]).all()


def test_the_last_layer_takes_the_correction() -> None:
    keras.utils.set_random_seed(4)
    pixels = keras.Input((28, 28, 1))
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels))
    model = keras.Model(pixels, keras.layers.Dense(3, activation="softmax")(x))
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (6000, 28, 28)).astype(np.uint8)
    labels = rng.choice(3, 6000, p=[0.2, 0.7, 0.1]).astype(np.uint8)
    priors.correct(model, images, labels, "0AB")
    # The images tell nothing: what is left is how common each class is, in ByMerge.
    shares = predict(model, images).mean(axis=0)
    assert shares == pytest.approx(
        [priors.DIGITS, (1 - priors.DIGITS) * 7 / 8, (1 - priors.DIGITS) / 8], abs=0.05
    )


def test_a_network_at_equal_frequencies_comes_to_those_of_bymerge() -> None:
    keras.utils.set_random_seed(4)
    pixels = keras.Input((28, 28, 1))
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(pixels))
    model = keras.Model(pixels, keras.layers.Dense(4, activation="softmax", name="last")(x))
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([0 * kernel, bias])  # all shapes look alike
    labels = np.repeat([0, 1, 2], [5, 4, 1]).astype(np.uint8)
    images = np.zeros((10, 28, 28), np.uint8)
    frequencies = np.array([0.5, 0.2, 0.05, 0.25])
    priors.correct(model, images, labels, "0AB", frequencies)
    # Few images change little; the last class, which ByMerge lacks, keeps to what was told.
    assert predict(model, images)[0] == pytest.approx(frequencies, abs=0.02)


def test_many_images_say_how_far_frequencies_were_off() -> None:
    truth, labels = drawn(40_000)
    expected = np.array([1.0, -1.0, 0.0, 0.0, 0.0])
    _, biases = priors.fit(truth - expected, labels, np.ones(len(labels)), expected)
    assert biases - biases.mean() == pytest.approx(expected, abs=0.05)
    _, biases = priors.fit((truth - expected)[:40], labels[:40], np.ones(40), expected)
    assert biases == pytest.approx(expected, abs=0.2)
