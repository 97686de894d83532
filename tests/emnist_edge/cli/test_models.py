from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from emnist_edge import artifact
from emnist_edge.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_models_are_listed_with_size_type_accuracy_and_hash() -> None:
    result = CliRunner().invoke(cli, ["models"])
    assert result.exit_code == 0
    for shipped in artifact.installed():
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(shipped.name)]
        accuracy = f"{100 * shipped.accuracy['test']['accuracy']:.2f} %"
        for part in (
            shipped.sha256,
            shipped.input_type,
            f"{shipped.bytes / 1000:.0f} kB",
            accuracy,
        ):
            assert part in line


def test_models_are_listed_in_json() -> None:
    result = CliRunner().invoke(cli, ["models", "--json"])
    assert result.exit_code == 0
    listed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["model"] for each in listed] == artifact.installed_names()
    for each, shipped in zip(listed, artifact.installed(), strict=True):
        assert each == {
            "model": shipped.name,
            "bytes": shipped.bytes,
            "parameters": shipped.parameters,
            "input_type": shipped.input_type,
            "alphabet": shipped.alphabet,
            "accuracy": shipped.accuracy["test"]["accuracy"],
            "macro_recall": shipped.accuracy["test"]["macro_recall"],
            "sha256": shipped.sha256,
        }


def test_scores_that_were_not_measured_are_null(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.loads((artifact.MODELS / "tiny-int8.json").read_text())
    (tmp_path / "own.json").write_text(json.dumps(content | {"name": "own", "accuracy": {}}))
    monkeypatch.setattr(artifact, "MODELS", tmp_path)
    (line,) = CliRunner().invoke(cli, ["models", "--json"]).stdout.splitlines()
    assert (json.loads(line)["accuracy"], json.loads(line)["macro_recall"]) == (None, None)
