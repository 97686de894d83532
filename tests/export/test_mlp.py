from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.engine import Engine
from emnist_edge import emnist
from emnist_edge.artifact import read_sidecar
from export import mlp, network

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend


def test_the_best_network_is_exported(
    toy_mlp_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "MOST_DROP", 5.0)  # of 94 images, one is more than a point
    mlp.export(toy_mlp_run, tmp_path, tmp_path / "MODEL_CARD.md", toy_data)
    int8, float32 = (read_sidecar(tmp_path / f"mlp-{kind}.json") for kind in ("int8", "float32"))
    assert int8.bytes < 50_000 < float32.bytes
    assert int8.provenance["activation"] == float32.provenance["activation"]
    card = (tmp_path / "MODEL_CARD.md").read_text()
    for name, row in int8.provenance["comparison"].items():
        assert f"| {name} | {100 * row['validation_accuracy']:.2f} %" in card
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    first, second = (
        Engine(tmp_path / f"mlp-{kind}.tflite").probabilities(samples.images).argmax(axis=1)
        for kind in ("int8", "float32")
    )
    assert (first == second).mean() > 0.95
    assert np.mean(second == samples.labels) == pytest.approx(float32.accuracy["test"]["accuracy"])
