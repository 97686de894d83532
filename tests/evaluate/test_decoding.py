from __future__ import annotations

import re
from typing import TYPE_CHECKING

from click.testing import CliRunner

from evaluate.decoding import main

if TYPE_CHECKING:
    from pathlib import Path


def test_knowing_more_makes_fewer_errors(emnist_data: Path, tmp_path: Path) -> None:
    figure = tmp_path / "curves.png"
    arguments = ["--data", str(emnist_data), "--limit", "3000", "--codes", "100", "--words", "50"]
    result = CliRunner().invoke(main, [*arguments, "--figure", str(figure)])
    assert result.exit_code == 0, result.output
    assert figure.exists()
    shares = dict(re.findall(r"^\s*([a-z ]+?)\s+([0-9.]+) % \(", result.output, re.MULTILINE))
    rows = re.findall(r"charset (\w+)\s+([0-9.]+) %.*bare\s+([0-9.]+) %", result.output)
    assert {"digits", "lower"} <= {name for name, _, _ in rows}
    for name, known, bare in rows:
        assert float(known) > float(bare), name
    assert float(shares["pattern"]) > float(shares["bare argmax"]) + 10


def test_data_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "Error: " in result.output
