from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from train.tiers.normalization import FusedBatchNormalization, fuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RNG = np.random.default_rng(1)
IMAGES = RNG.normal(3, 2, (64, 8, 8, 1)).astype(np.float32)
LABELS = RNG.integers(0, 3, 64)


def network(precision: str = "float32") -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(4, 3, use_bias=False, dtype=precision)(inputs)
    x = keras.layers.BatchNormalization(momentum=0.9, dtype=precision)(x)
    x = keras.layers.GlobalMaxPooling2D(dtype=precision)(x)
    outputs = keras.layers.Dense(3, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="toy")


def trained(model: keras.Model) -> list[NDArray[Any]]:
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    for _ in range(5):
        model.train_on_batch(IMAGES, LABELS)
    weights: list[NDArray[Any]] = model.get_weights()
    return weights


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 2e-3), ("mixed_bfloat16", 3e-2)])
def test_a_fused_network_learns_what_the_plain_one_does(precision: str, tolerance: float) -> None:
    plain = network(precision)
    fused = fuse(plain)
    assert fused.name == plain.name
    kinds = [type(layer) for layer in fused.layers]
    assert kinds.count(FusedBatchNormalization) == 1
    assert keras.layers.BatchNormalization not in kinds
    before = plain.get_weights()
    for one, other in zip(trained(plain), trained(fused), strict=True):
        assert other == pytest.approx(one, abs=tolerance, rel=tolerance)
    for was, now in zip(before, plain.get_weights(), strict=True):
        assert np.abs(was - now).max() > 0.01
    answers = np.asarray(plain(IMAGES, training=False))
    plain.set_weights(fused.get_weights())
    assert np.asarray(plain(IMAGES, training=False)) == pytest.approx(answers, abs=tolerance)


def test_a_checkpoint_of_it_can_be_read(tmp_path: Path) -> None:
    fused = fuse(network())
    trained(fused)
    fused.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    assert type(read.layers[2]) is FusedBatchNormalization
    assert np.array_equal(read.predict_on_batch(IMAGES), fused.predict_on_batch(IMAGES))
