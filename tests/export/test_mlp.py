from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import read_sidecar
from emnist_edge.dataset import emnist
from tests.conftest import MISLABELLED

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend


def test_the_best_network_is_exported(toy_models: Path, toy_data: Path) -> None:
    int8, float32 = (read_sidecar(toy_models / f"mlp-{kind}.json") for kind in ("int8", "float32"))
    assert int8.bytes < 50_000 < float32.bytes
    assert int8.provenance["activation"] == float32.provenance["activation"] == "tanh"
    card = (toy_models / "MODEL_CARD.md").read_text()
    for name, row in int8.provenance["comparison"].items():
        assert f"| {name} | {100 * row['validation_accuracy']:.2f} %" in " ".join(card.split())
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    first, second = (
        Engine(toy_models / f"mlp-{kind}.tflite").probabilities(samples.images).argmax(axis=1)
        for kind in ("int8", "float32")
    )
    assert np.array_equal(first, second)
    assert (second != samples.labels).sum() == MISLABELLED
    assert float32.accuracy["test"]["accuracy"] == pytest.approx(1 - MISLABELLED / 188)
