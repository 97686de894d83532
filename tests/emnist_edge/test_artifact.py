from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from emnist_edge import artifact
from emnist_edge.alphabet import BYMERGE
from emnist_edge.errors import ModelError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"not a real model"


def write(folder: Path, **changes: Any) -> Path:
    """Write a model and its sidecar, fields replaced by ``changes``; None leaves a field out."""
    fields = {
        "schema": 1,
        "name": "toy",
        "file": "toy.tflite",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "bytes": len(CONTENT),
        "alphabet": "ABC",
        "input_type": "int8",
        "temperature": 1.0,
        "parameters": 3,
        **changes,
    }
    (folder / "toy.tflite").write_bytes(CONTENT)
    (folder / "toy.json").write_text(
        json.dumps({name: value for name, value in fields.items() if value is not None})
    )
    return folder / "toy.tflite"


def test_a_sidecar_survives_writing_and_reading(tmp_path: Path) -> None:
    original, content = artifact.open_model(write(tmp_path))
    assert content == CONTENT
    original.write(tmp_path)
    assert artifact.read_sidecar(tmp_path / "toy.json") == original


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 64}, "SHA-256"),
        ({"schema": 2}, "schema"),
        ({"name": None}, "missing"),
        ({"colour": "red"}, "unknown"),
        ({"input_type": "int4"}, "no export writes"),
        ({"file": "../toy.tflite"}, "no export writes"),
        ({"alphabet": "AA"}, "no export writes"),
        ({"temperature": 0}, "no export writes"),
        ({"class_shares": [0.5, 0.5]}, "no export writes"),
        ({"class_shares": [0.5, 0.5, 0]}, "no export writes"),
        ({"class_shares": "ABC"}, "no export writes"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        artifact.open_model(write(tmp_path, **changes))


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"absent\.json"):
        artifact.open_model(tmp_path / "absent.tflite")
    path = write(tmp_path)
    path.unlink()
    with pytest.raises(ModelError, match=r"toy\.tflite"):
        artifact.open_model(path)
    (tmp_path / "toy.json").write_text("{")
    with pytest.raises(ModelError, match=r"toy\.json"):
        artifact.open_model(path)


def test_a_sidecar_of_another_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    other = tmp_path / "other.tflite"
    other.write_bytes(b"another model")
    path.with_suffix(".json").rename(other.with_suffix(".json"))
    with pytest.raises(ModelError, match=r"other\.json: is of toy\.tflite; a model needs its own"):
        artifact.open_model(other)
    with pytest.raises(ModelError, match=r"is of toy\.tflite"):
        artifact.open_model(other.with_suffix(".json"))
    with pytest.raises(ModelError, match=r"is of toy\.tflite"):
        artifact.open_model(write(tmp_path).with_suffix(".onnx"))


def test_an_unknown_name_lists_what_is_installed() -> None:
    with pytest.raises(ModelError, match="cnn-int8"):
        artifact.open_model("cnn-int9")


def test_the_shipped_models_are_what_their_sidecars_say() -> None:
    names = [shipped.name for shipped in artifact.installed()]
    assert artifact.DEFAULT_MODEL in names
    for name in names:
        shipped, content = artifact.open_model(name)
        assert len(content) == shipped.bytes
        most = {"forest-edge": 8_000_000, "base-float32": 2_000_000}.get(name, 1_000_000)
        assert shipped.bytes <= most
        assert shipped.alphabet.startswith(BYMERGE)
        assert 0.5 < shipped.accuracy["test"]["accuracy"] < 1


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("small-int8", "small"),
        ("small-float32", "small"),
        ("my-own-int8", "my-own"),
        ("own", "own"),
    ],
)
def test_the_family_of_a_model_is_in_its_name(name: str, family: str) -> None:
    assert artifact.family_of(name) == family


def test_the_makefile_trains_each_tier() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\nTIERS := {' '.join(artifact.TIERS)}\n" in makefile
