from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError


@click.command(cls=Program)
@click.argument("what")
def program(what: str) -> None:
    """Fail in one of several ways."""
    if what == "known":
        raise DataError("x.csv: is empty")
    if what == "file":
        Path("nowhere/out.txt").write_text("a", encoding="utf-8")
    if what == "bug":
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("known", "Error: x.csv: is empty\n"),
        ("file", "Error: nowhere/out.txt: cannot be used (No such file or directory)\n"),
    ],
)
def test_known_errors_and_files_are_said_in_a_line(
    what: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(program, [what])
    assert (result.exit_code, result.stderr) == (1, said)


def test_bugs_are_not_hidden() -> None:
    assert isinstance(CliRunner().invoke(program, ["bug"]).exception, ZeroDivisionError)
