from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import joblib
import keras
import numpy as np
import pytest

from emnist_edge.errors import DataError, OutputError
from export.common import published, read_files, read_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
