from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import read_sidecar
from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError
from export import cnn, network
from export.run import Run
from tests.conftest import MISLABELLED

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend


def test_files_sidecars_and_card_are_written_and_nothing_else(toy_models: Path) -> None:
    names = sorted(path.name for path in toy_models.iterdir())
    assert names == [
        "MODEL_CARD.md",
        "cnn-float32.json",
        "cnn-float32.tflite",
        "cnn-int8.json",
        "cnn-int8.tflite",
        "forest-edge.json",
        "forest-edge.onnx",
        "mlp-float32.json",
        "mlp-float32.tflite",
        "mlp-int8.json",
        "mlp-int8.tflite",
    ]
    int8, float32 = (read_sidecar(toy_models / f"cnn-{kind}.json") for kind in ("int8", "float32"))
    assert int8.bytes < 300_000 < float32.bytes
    for artifact in (int8, float32):
        assert artifact.accuracy["test"]["samples"] == 188
        assert artifact.accuracy["test"]["accuracy"] == pytest.approx(1 - MISLABELLED / 188)
        assert artifact.accuracy["validation"]["accuracy"] == 1
        assert artifact.provenance["parity"]["samples"] == 94
        assert artifact.provenance["parity"]["accuracy_drop"] == 0
    card = (toy_models / "MODEL_CARD.md").read_text()
    assert f"{100 * int8.accuracy['test']['accuracy']:.2f} %" in card
    assert f"{int8.bytes:,}" in card


def test_every_tensor_of_the_int8_file_is_an_integer(toy_models: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(toy_models / "cnn-int8.tflite"))
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


def test_int8_and_float32_agree_through_the_runtime(toy_models: Path, toy_data: Path) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    int8, float32 = (
        Engine(toy_models / f"cnn-{kind}.tflite").probabilities(samples.images)
        for kind in ("int8", "float32")
    )
    assert np.array_equal(int8.argmax(axis=1), float32.argmax(axis=1))
    assert (float32.argmax(axis=1) != samples.labels).sum() == MISLABELLED


def test_no_calibration_image_was_held_back(toy_data: Path) -> None:
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    held = np.flatnonzero(np.arange(len(samples)) % 2)
    run = Run(toy_data, "train.cnn", {}, samples, held, None)
    images = network.calibration_images(run, count=100)["emnist"]
    assert len(images) == 100
    assert np.array_equal(images, network.calibration_images(run, count=100)["emnist"])
    kept = {image.tobytes() for image in np.delete(samples.images, held, axis=0)}
    assert {image.tobytes() for image in images} <= kept
    assert len(network.calibration_images(run, count=10**6)["emnist"]) == len(kept)
    assert set(np.unique(network.with_extremes({"emnist": images})[0])) == {0, 255}


def test_the_ranges_of_int8_are_set_by_images_that_were_trained_on(
    toy_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[NDArray[np.uint8] | None] = []

    def convert(_: object, calibration: NDArray[np.uint8] | None) -> bytes:
        asked.append(calibration)
        raise DataError("enough")

    monkeypatch.setattr(network, "convert", convert)
    with pytest.raises(DataError, match="enough"):
        cnn.export(toy_run, tmp_path, tmp_path / "MODEL_CARD.md", toy_data)
    (images,) = asked
    assert images is not None
    assert len(images) == 1 + network.CALIBRATION_IMAGES
    samples = emnist.load(emnist.BYMERGE_PART, "train", toy_data)
    held = np.load(toy_run / "validation.npz")["indices"]
    trained = {image.tobytes() for image in np.delete(samples.images, held, axis=0)}
    assert {image.tobytes() for image in images[1:]} <= trained


def test_a_failed_gate_writes_nothing(
    toy_run: Path,
    toy_models: Path,
    toy_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file that confuses some classes loses points: here, one of another network."""
    other = (toy_models / "mlp-int8.tflite").read_bytes()
    monkeypatch.setattr(network, "convert", lambda *_: other)
    monkeypatch.setattr(network, "MOST_DROP", -0.5)
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
