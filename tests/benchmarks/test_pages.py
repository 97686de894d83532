from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner

from benchmarks.pages import main
from emnist_edge.drawing import draw_page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = ["file,transcription,kind"]
    for name, written, transcribed, kind in (
        ("right.png", "HARBOR\n7483", "HARBOR\\n7483", "photo"),
        ("wrong.png", "BRAKE", "BRANE4", "photo"),
        ("print.png", "BRAKE", "XXXXX", "printed-control"),
    ):
        drawn = draw_page(written, size=(500, 320), height=50, seed=3)
        cv2.imwrite(str(tmp_path / name), drawn.picture)
        rows.append(f"{name},{transcribed},{kind}")
    (tmp_path / "pages.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_pages_are_scored_and_controls_are_not(folder: Path, tmp_path: Path) -> None:
    output, scores = tmp_path / "out", tmp_path / "scores.json"
    arguments = [str(folder), "--output", str(output), "--json", str(scores), "--peers", "none"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    content = json.loads(scores.read_text())
    assert content["summary"]["pages"] == 2
    assert content["summary"]["characters"] == 16
    assert content["summary"]["error_rate"] == pytest.approx(2 / 16)
    assert content["summary"]["mean_error_rate"] == pytest.approx((0 + 2 / 6) / 2)
    assert (content["summary"]["substituted"], content["summary"]["lost"]) == (1, 1)
    assert "2 pages, 16 characters: character error rate 12.5 %" in result.output
    assert sorted(path.name for path in output.iterdir()) == ["print.png", "right.png", "wrong.png"]


def test_a_folder_without_transcriptions_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path), "--peers", "none"])
    assert result.exit_code == 1
    assert "pages.csv: cannot be read" in result.output
    (tmp_path / "pages.csv").write_text("name,text\na,b\n")
    assert "needs columns" in CliRunner().invoke(main, [str(tmp_path), "--peers", "none"]).output
