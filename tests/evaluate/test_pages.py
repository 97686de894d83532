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
    sets = json.loads(scores.read_text())["sets"]
    summary = sets[folder.name]["small-int8"]["summary"]
    assert summary["pages"] == 2
    assert summary["characters"] == 16
    assert summary["error_rate"] == pytest.approx(2 / 16)
    assert summary["mean_error_rate"] == pytest.approx((0 + 2 / 6) / 2)
    assert (summary["substituted"], summary["lost"]) == (1, 1)
    assert sets[f"{folder.name} printed-control"]["small-int8"]["summary"]["pages"] == 1
    rows = cells_of(result.output)
    assert rows[folder.name, "small-int8"][2:6] == ["2", "16", "12.5 %", "16.7 %"]
    assert rows[f"{folder.name} printed-control", "small-int8"][2:4] == ["1", "5"]
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
    own, against = content["sets"][folder.name].values()
    assert [page["file"] for page in against["pages"]] == ["right.png", "wrong.png", "print.png"]
    assert against["doubt"]["characters"] == 15
    counts = [
        sum(p["edits"]["substituted"] + p["edits"]["lost"] for p in side["pages"][:2])
        for side in (own, against)
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
    peer = json.loads(scores.read_text())["sets"][folder.name]["fake 1.0"]
    assert [page["read"] for page in peer["pages"]] == ["HARBOR\n7483"] * 3
    # BRANE4 against HARBOR7483: capped at 1 in the mean
    assert peer["summary"]["mean_error_rate"] == pytest.approx(0.5)
    rows = cells_of(result.output)
    assert rows[folder.name, "fake 1.0"][5] == "50.0 %"
    causes = dict(zip(rows["set", "order"], rows[folder.name, "0"], strict=True))
    assert causes == {
        "set": folder.name, "order": "0", "split": "0", "merged": "0", "lost": "1", "mark": "0",
        "rule": "0", "speck": "0", "large": "0", "added": "0", "alike": "0", "misread": "1",
        "edits": "2", "case": "0", "space lost": "0", "space added": "0",
    }  # fmt: skip
    assert "wrong.png: 1 lost, 1 misread" in result.output


def test_an_unknown_peer_is_said(folder: Path) -> None:
    result = CliRunner().invoke(main, [str(folder), "--peers", "abbyy"])
    assert result.exit_code == 1
    assert "abbyy: no such peer" in result.output


def test_halves_and_folders_are_scored_apart_and_one_half_is_not_looked_into(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "more"
    other.mkdir()
    rows = ["file,transcription,kind,half"]
    for name, transcribed, kind, half in (
        ("seen.png", "BRAKE", "photo", "A"),
        ("secret.png", "BRAKX", "photo", "B"),
        ("secret-form.png", "BRAKX", "form-printed", "B"),
    ):
        cv2.imwrite(
            str(other / name), draw_page("BRAKE", size=(500, 320), height=50, seed=3).picture
        )
        rows.append(f"{name},{transcribed},{kind},{half}")
    (other / "pages.csv").write_text("\n".join(rows) + "\n")
    output, scores = tmp_path / "out", tmp_path / "scores.json"
    arguments = [str(folder), str(other), "--peers", "none", "--output", str(output)]
    result = CliRunner().invoke(main, [*arguments, "--json", str(scores)])
    assert result.exit_code == 0, result.output
    table = cells_of(result.output)
    assert table[folder.name, "small-int8"][2:5] == ["2", "16", "12.5 %"]
    assert table["more A", "small-int8"][2:5] == ["1", "5", "0.0 %"]
    assert table["more B", "small-int8"][2:5] == ["1", "5", "20.0 %"]
    assert table["more A + more B", "small-int8"][2:5] == ["2", "10", "10.0 %"]
    assert table["more B form-printed", "small-int8"][2:5] == ["1", "5", "20.0 %"]
    assert ("more A", "0") in table  # by cause
    assert ("more B", "0") not in table
    drawn = {str(path.relative_to(output)) for path in output.rglob("*.png")}
    own = {f"{folder.name}/{name}.png" for name in ("print", "right", "wrong")}
    assert drawn == {*own, "more A/seen.png"}
    said = result.output + scores.read_text()
    assert "seen.png" in said
    assert "secret" not in said
    assert "BRAKX" not in said
    sets = json.loads(scores.read_text())["sets"]
    assert "pages" not in sets["more B"]["small-int8"]
    assert sets["more B"]["small-int8"]["summary"]["causes"] == {}
    assert sets["more A + more B"]["small-int8"]["summary"]["causes"] == {}


def test_what_cannot_be_scored_is_said(folder: Path, tmp_path: Path) -> None:
    twice = CliRunner().invoke(main, [str(folder), str(folder), "--peers", "none"])
    assert twice.exit_code == 1
    assert "a folder of that name was given already" in twice.output
    rows = (folder / "pages.csv").read_text().replace(",photo", ",form-printed")
    (folder / "pages.csv").write_text(rows)
    controls = CliRunner().invoke(main, [str(folder), "--peers", "none"])
    assert controls.exit_code == 1
    assert "no page to score: all are form-printed or printed-control" in controls.output


def cells_of(output: str) -> dict[tuple[str, str], list[str]]:
    """Return the rows of all tables in Markdown by their first two cells."""
    lines = [line for line in output.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {(row[0], row[1]): row for row in rows}
