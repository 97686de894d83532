"""How often test images were looked at, as the card has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from emnist_edge.artifact import Artifact
from emnist_edge.errors import DataError
from export.card.looks import looks

if TYPE_CHECKING:
    from pathlib import Path


def artifact(name: str, **provenance: Any) -> Artifact:
    """Return a sidecar that says nothing but ``provenance``."""
    return Artifact(
        name=name, file=f"{name}.tflite", sha256="0" * 64, bytes=1, alphabet="01",
        input_type="int8", temperature=1.0, parameters=1, provenance=provenance,
    )  # fmt: skip


ARTIFACTS = [
    artifact("cnn-float32", test_looks=3),
    artifact("cnn-int8", test_looks=3),
    artifact("forest-edge", test_looks=1, full={"test": {}}),
    artifact("page-int8"),
]
MEASURED: dict[str, Any] = {
    "accuracy": {"models": {"cnn-int8": {}, "cnn-float32": {}, "tiny-int8": {}}},
    "noise": {"models": {"forest-edge": {}}},
}
STUDIED: dict[str, Any] = {
    "looks": {
        "own": {"cnn-1": ["a", "b"], "cnn-2": ["c"], "forest, gini, seed 1": ["d"]},
        "shipped": {"cnn-int8": ["e", "f"]},
    },
    "altered": {"cnn-1": {}, "forest-edge": {}},
}


def rows(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_kind_has_its_looks_and_all_are_counted(tmp_path: Path) -> None:
    for of, content in (("results", MEASURED), ("study", STUDIED)):
        (tmp_path / of).mkdir()
        (tmp_path / of / "results.json").write_text(json.dumps(content))
    assert rows(looks(ARTIFACTS, tmp_path)) == [
        ["`cnn`", "3", "1", "2", "6", "-", "-"],
        ["`forest`", "2", "-", "-", "2", "1", "1"],
        ["3 of the study", "-", "-", "4", "4", "-", "1"],
        ["all", "5", "1", "6", "12", "1", "2"],
    ]


def test_what_is_not_published_has_no_looks(tmp_path: Path) -> None:
    assert rows(looks(ARTIFACTS[:1], tmp_path)) == [
        ["`cnn`", "3", "-", "-", "3", "-", "-"],
        ["all", "3", "-", "-", "3", "-", "-"],
    ]
    assert looks(ARTIFACTS[3:], tmp_path) == ""


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "results.json").write_text("{")
    with pytest.raises(DataError, match=r"study/results\.json: damaged; take it from"):
        looks(ARTIFACTS, tmp_path)
