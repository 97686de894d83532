from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import joblib
import keras
import numpy as np
import pytest

from emnist_edge.artifact import read_sidecar
from emnist_edge.dataset.emnist import Samples
from emnist_edge.errors import DataError, OutputError
from export import common
from export.common import candidate, finish, published
from export.parity import Parity
from export.run import Run, read_files, read_output
from export.temperature import fit_temperature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def write_json(path: Path) -> None:
    path.write_text(json.dumps({"epochs": 2}))


def write_arrays(path: Path) -> None:
    np.savez(path, indices=np.arange(1000))


def write_model(path: Path) -> None:
    inputs = keras.Input((28,))
    keras.Model(inputs, keras.layers.Dense(10)(inputs)).save(path)


def write_forest(path: Path) -> None:
    joblib.dump({"trees": np.arange(1000)}, path, compress=3)


@pytest.mark.parametrize("share", [None, 0, 0.02, 0.5, 0.97])
@pytest.mark.parametrize(
    ("name", "write", "read"),
    [
        ("metrics.json", write_json, lambda path: json.loads(path.read_text())),
        ("model.keras", write_model, keras.models.load_model),
        ("forest.joblib", write_forest, joblib.load),
    ],
)
def test_a_file_of_a_run_that_is_missing_or_cut_is_named(
    tmp_path: Path,
    name: str,
    write: Callable[[Path], None],
    read: Callable[[Path], Any],
    share: float | None,
) -> None:
    path = tmp_path / name
    write(path)
    assert read_output(path, "train.cnn", read)
    whole = path.read_bytes()
    path.unlink()
    if share is not None:
        path.write_bytes(whole[: int(share * len(whole))])
    what = "not there" if share is None else "damaged"
    with pytest.raises(DataError, match=f"{name}: {what}; run: python -m train.cnn"):
        read_output(path, "train.cnn", read)


def test_metrics_and_arrays_are_read_and_each_is_named(tmp_path: Path) -> None:
    write_json(tmp_path / "metrics.json")
    write_arrays(tmp_path / "validation.npz")
    metrics, arrays = read_files(tmp_path, "validation.npz", "train.cnn")
    assert metrics == {"epochs": 2}
    assert arrays["indices"].tolist() == list(range(1000))
    (tmp_path / "validation.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"validation\.npz: damaged; run: python -m train\.cnn"):
        read_files(tmp_path, "validation.npz", "train.cnn")
    (tmp_path / "metrics.json").unlink()
    with pytest.raises(DataError, match=r"metrics\.json: not there"):
        read_files(tmp_path, "validation.npz", "train.cnn")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    output = tmp_path / "taken"
    output.write_text("by a file")
    with (
        pytest.raises(OutputError, match="taken: cannot be written to"),
        published(output, tmp_path / "card.md"),
    ):
        pass


def asked_beforehand(count: int, temperature: float, seed: int) -> tuple[Any, Any]:
    """Return log-probabilities (count, 5), and labels as probable as they are at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (count, 5))
    said = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    labels = (said / temperature + rng.gumbel(size=said.shape)).argmax(axis=1)
    return said, labels.astype(np.uint8)


def test_the_temperature_is_fitted_on_validation_images_and_each_part_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of images whose pixels are their numbers: the last of the training set were held back."""
    trained, held, test = (
        asked_beforehand(400, temperature, seed) for seed, temperature in enumerate((0.6, 1.5, 3.0))
    )
    said = np.concatenate([trained[0], held[0], test[0]])
    numbered = np.zeros((1200, 28, 28), np.uint8)
    numbered[:, 0, 0], numbered[:, 0, 1] = np.divmod(np.arange(1200), 256)

    class Numbers:
        """An engine that has an answer to each number."""

        def __init__(self, path: Path) -> None:
            self.temperature = read_sidecar(path.with_suffix(".json")).temperature

        def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
            numbers = 256 * images[:, 0, 0].astype(int) + images[:, 0, 1]
            chances = np.exp(said[numbers] / self.temperature)
            return (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)

    monkeypatch.setattr(common, "Engine", Numbers)
    samples = Samples(numbered[:800], np.concatenate([trained[1], held[1]]), "ABCDE")
    metrics = {
        "parameters": 1, "backend": "toy", "split": "toy", "data": {}, "recipe": {},
        "images": {"training": 400, "validation": 400},
    }  # fmt: skip
    run = Run(
        tmp_path, "toy", metrics, samples, np.arange(400, 800),
        Samples(numbered[800:], test[1], "ABCDE"),
    )  # fmt: skip
    artifact = candidate("toy", "toy.tflite", b"file", "int8", run, tmp_path)
    artifact = finish(artifact, tmp_path, run, {"emnist": Parity(400, 0.0, 1.0, 0.0)})
    assert artifact.temperature == pytest.approx(fit_temperature(*held), abs=2e-4)
    assert artifact.temperature == pytest.approx(1.5, rel=0.15)
    assert artifact == read_sidecar(tmp_path / "toy.json")
    for part, (logits, labels) in (("validation", held), ("test", test)):
        right = float((logits.argmax(axis=1) == labels).mean())
        assert artifact.accuracy[part]["accuracy"] == pytest.approx(right, abs=1e-6)
        assert artifact.accuracy[part]["samples"] == 400
    assert artifact.accuracy["validation"]["log_loss"] < artifact.accuracy["test"]["log_loss"]
    shares = np.bincount(trained[1], minlength=5) / 400
    assert artifact.class_shares == pytest.approx(shares, abs=1e-6)


def test_classes_are_as_common_as_in_training_or_as_the_run_says() -> None:
    labels = np.array([0, 0, 0, 1, 2, 2, 2, 2], np.uint8)
    samples = Samples(np.zeros((8, 28, 28), np.uint8), labels, "ABC")
    run = Run(None, "", {}, samples, np.arange(4, 8), None)  # type: ignore[arg-type]
    assert run.prior.tolist() == [0.75, 0.25, 0]
    assert run.labels.tolist() == [2, 2, 2, 2]
    told = replace(run, metrics={"class_shares": [0.2, 0.3, 0.5]})
    assert told.prior.tolist() == [0.2, 0.3, 0.5]
