from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.engine import Engine
from emnist_edge import emnist
from emnist_edge.artifact import read_sidecar
from export import cnn, network

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend


@pytest.fixture(scope="module")
def exported(toy_run: Path, toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.conftest import waive_official_numbers

    output = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        patch.setattr(network, "MOST_DROP", 5.0)  # of 94 images, one is more than a point
        cnn.export(toy_run, output, output / "MODEL_CARD.md", toy_files)
    return output


def test_files_sidecars_and_card_are_written_and_nothing_else(exported: Path) -> None:
    names = sorted(path.name for path in exported.iterdir())
    assert names == [
        "MODEL_CARD.md",
        "cnn-float32.json",
        "cnn-float32.tflite",
        "cnn-int8.json",
        "cnn-int8.tflite",
    ]
    int8, float32 = (read_sidecar(exported / f"cnn-{kind}.json") for kind in ("int8", "float32"))
    assert int8.bytes < 300_000 < float32.bytes
    for artifact in (int8, float32):
        assert artifact.accuracy["test"]["samples"] == 188
        assert artifact.provenance["parity"]["samples"] == 94
    card = (exported / "MODEL_CARD.md").read_text()
    assert f"{100 * int8.accuracy['test']['accuracy']:.2f} %" in card
    assert f"{int8.bytes:,}" in card


def test_every_tensor_of_the_int8_file_is_an_integer(exported: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(exported / "cnn-int8.tflite"))
    details = interpreter.get_tensor_details()
    assert {np.dtype(tensor["dtype"]).name for tensor in details} <= {"int8", "int32"}
    scales = {
        tuple(tensor["shape"]): len(tensor["quantization_parameters"]["scales"])
        for tensor in details
        if len(tensor["shape"]) == 4
    }
    # Weights of the four convolutions: (out, height, width, in), a scale for each output channel.
    for shape in ((16, 3, 3, 1), (64, 3, 3, 16), (96, 3, 3, 64), (128, 3, 3, 96)):
        assert scales[shape] == shape[0]


def test_int8_and_float32_agree_through_the_runtime(exported: Path, toy_data: Path) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    int8, float32 = (
        Engine(exported / f"cnn-{kind}.tflite").probabilities(samples.images)
        for kind in ("int8", "float32")
    )
    assert (int8.argmax(axis=1) == float32.argmax(axis=1)).mean() > 0.95
    assert (float32.argmax(axis=1) == samples.labels).mean() > 0.3


def test_no_calibration_image_was_held_back(toy_data: Path) -> None:
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    held = np.flatnonzero(np.arange(len(samples)) % 2)
    images = network.calibration_images(samples, held, count=100)
    assert len(images) == 101
    assert set(np.unique(images[0])) == {0, 255}  # fixes the range of the input
    assert np.array_equal(images, network.calibration_images(samples, held, count=100))
    kept = {image.tobytes() for image in np.delete(samples.images, held, axis=0)}
    assert {image.tobytes() for image in images[1:]} <= kept
    assert len(network.calibration_images(samples, held, count=10**6)) == len(kept) + 1


def test_a_failed_gate_writes_nothing(
    toy_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "MOST_DROP", -200.0)
    (tmp_path / "models").mkdir()
    card = tmp_path / "MODEL_CARD.md"
    result = CliRunner().invoke(
        cnn.main,
        [
            "--run",
            str(toy_run),
            "--output",
            str(tmp_path / "models"),
            "--card",
            str(card),
            "--data",
            str(toy_data),
        ],
    )
    assert result.exit_code == 1
    assert "cnn-int8 loses" in result.output
    assert not card.exists()
    assert list((tmp_path / "models").iterdir()) == []


def test_no_run_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(cnn.main, ["--run", str(tmp_path)])
    assert result.exit_code == 1
    assert "python -m train.cnn" in result.output
