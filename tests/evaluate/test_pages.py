from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner

from emnist_edge.drawing.pages import draw_page
from evaluate import peers
from evaluate.pages import main

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


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


def test_contexts_are_compared_on_the_same_pages(folder: Path, tmp_path: Path) -> None:
    scores, figure = tmp_path / "scores.json", tmp_path / "curves.png"
    arguments = [str(folder), "--peers", "none", "--context", "neutral", "--against", "none"]
    result = CliRunner().invoke(
        main, [*arguments, "--json", str(scores), "--figure", str(figure), "--worst", "0"]
    )
    assert result.exit_code == 0, result.output
    content = json.loads(scores.read_text())
    assert content["context"] == "neutral"
    assert [page["file"] for page in content["against"]] == ["right.png", "wrong.png", "print.png"]
    assert content["doubt"]["none"]["characters"] == 15
    counts = [
        sum(p["edits"]["substituted"] + p["edits"]["lost"] for p in content[side][:2])
        for side in ("pages", "against")
    ]
    assert f"context neutral against none: {counts[0]} and {counts[1]} of 16" in result.output
    assert "pages of digits alone: 0" in result.output
    assert figure.exists()


class Fake:
    """A peer that reads the same from every picture."""

    name = "fake 1.0"

    def read(self, picture: NDArray[np.uint8]) -> str:
        assert picture.ndim == 3
        return "HARBOR\n7483"


def test_peers_are_scored_on_the_same_pages(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PEERS", {"fake": Fake})
    monkeypatch.setattr(peers, "installed", lambda: ["fake"])
    scores = tmp_path / "scores.json"
    result = CliRunner().invoke(main, [str(folder), "--json", str(scores), "--worst", "1"])
    assert result.exit_code == 0, result.output
    content = json.loads(scores.read_text())
    peer = content["peers"]["fake 1.0"]
    assert [page["read"] for page in peer["pages"]] == ["HARBOR\n7483"] * 3
    # BRANE4 against HARBOR7483: capped at 1 in the mean
    assert peer["summary"]["mean_error_rate"] == pytest.approx(0.5)
    rows = [row.split() for row in result.output.splitlines()[-3:]]
    assert [row[0] for row in rows] == ["reader", "small-int8", "fake"]
    assert "edits by cause: order 0, split 0, merged 0, alike 0, misread 1, lost 1" in result.output
    assert "wrong.png: 1 misread, 1 lost" in result.output


def test_an_unknown_peer_is_said(folder: Path) -> None:
    result = CliRunner().invoke(main, [str(folder), "--peers", "abbyy"])
    assert result.exit_code == 1
    assert "abbyy: no such peer" in result.output
