"""What the layers of a network that ships make of a glyph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.artifact import MODELS
from emnist_edge.errors import DataError
from train import cnn
from train.common.exported import take_exported
from train.common.lazy import keras
from train.study.report.figures import drawn_glyph
from train.study.report.inside import activations

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_maps_of_the_file_are_those_of_the_network_that_it_was_made_of() -> None:
    glyph = drawn_glyph("R")
    model = cnn.build(47)
    images = np.stack([drawn_glyph(char) for char in "R4aG"])
    take_exported(model, MODELS / "cnn-float32.tflite", images)
    last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    inside = keras.Model(model.inputs, [layer.output for layer in (*layers, last)])
    wanted = inside(glyph[None, ..., None].astype(np.float32), training=False)
    found = activations(MODELS / "cnn-float32.tflite", glyph)
    assert [maps.shape for maps in found] == [(14, 14, 16), (7, 7, 64), (4, 4, 96), (2, 2, 128)]
    for maps, tensor in zip(found, wanted, strict=True):
        assert maps == pytest.approx(keras.ops.convert_to_numpy(tensor)[0], abs=1e-3)
    for rounded, maps in zip(activations(MODELS / "cnn-int8.tflite", glyph), found, strict=True):
        assert np.abs(rounded - maps).mean() < 0.05 * maps.max()
        assert np.corrcoef(rounded.ravel(), maps.ravel())[0, 1] > 0.98


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.tflite: not there; give a model"):
        activations(tmp_path / "none.tflite", drawn_glyph("R"))
