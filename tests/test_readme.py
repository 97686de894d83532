"""What the README shows is what the commands print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emnist_device.batch.records import Csv
from emnist_edge.cli.main import cli
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ emnist-edge (.*)\n([^`]*)```", README)


@pytest.mark.parametrize(("arguments", "output"), EXAMPLES, ids=[words for words, _ in EXAMPLES])
def test_commands_print_what_the_readme_shows(
    arguments: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(cli, arguments.split())
    assert result.stdout == output


def test_the_python_example_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("MEET AT 9\nROOM 47\nBRING TEA\nM 0.")


def test_every_file_that_is_linked_is_there() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert targets
    missing: list[Path] = [ROOT / target for target in targets if not (ROOT / target).exists()]
    assert missing == []


def test_the_columns_of_csv_are_those_listed() -> None:
    (row,) = re.findall(r"^\| `--csv` \| (.*) \|$", README, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", row)) == Csv.columns + Csv.of_version


def test_shells_get_the_completion_that_is_documented() -> None:
    lines = re.findall(r'^eval "\$\((\w+)=(\w+) emnist-edge\)"', README, re.MULTILINE)
    assert len(lines) == 2
    for variable, instruction in lines:
        result = CliRunner().invoke(
            cli, [], prog_name="emnist-edge", env={variable: instruction}, catch_exceptions=False
        )
        assert result.exit_code == 0
        assert f"{variable}={instruction.replace('source', 'complete')}" in result.stdout
