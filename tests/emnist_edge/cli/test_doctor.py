from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from emnist_device.doctor.doctor import Finding
from emnist_edge.cli.main import cli

if TYPE_CHECKING:
    import pytest

FINDINGS = [Finding("runtime", "ok", "litert 2"), Finding("camera", "note", "none", "plug one in")]


def test_findings_are_printed_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emnist_device.doctor.doctor.examine", lambda: iter(FINDINGS))
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok    runtime      litert 2",
        "note  camera       none",
        "                   > plug one in",
    ]


def test_a_fault_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [*FINDINGS, Finding("models", "fault", "damaged")]
    monkeypatch.setattr("emnist_device.doctor.doctor.examine", lambda: iter(findings))
    result = CliRunner().invoke(cli, ["doctor", "--json"])
    assert result.exit_code == 1
    values = [json.loads(line) for line in result.stdout.splitlines()]
    assert [value["state"] for value in values] == ["ok", "note", "fault"]
    assert values[1]["advice"] == "plug one in"
