"""``classify`` over many pictures."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner, Result

from emnist_edge.cli import cli
from emnist_edge.drawing import draw_page

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {"a.png": "47", "b.jpg": "HAT", "below/c.png": "9"}


def classify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["classify", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which holds ``in`` with pictures of TEXTS, and one that is empty."""
    for name, text in TEXTS.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), draw_page(text, size=(240, 120), height=50, seed=3).picture)
    (tmp_path / "in" / "bad.png").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_read_in_order(folder: Path) -> None:
    result = classify("in", "--jobs", "3")
    assert result.exit_code == 1
    assert result.stdout == "in/a.png:\n47\n\nin/b.jpg:\nHAT\n"
    assert result.stderr == "emnist-edge: in/bad.png: is empty\n"


def test_folders_below_and_patterns(folder: Path) -> None:
    below = classify("in", "--recursive", "--json")
    lines = [json.loads(line) for line in below.stdout.splitlines()]
    assert {line["image"].removeprefix("in/"): line["text"] for line in lines} == TEXTS
    assert "timing_ms" in lines[0]
    assert classify("in/*.jpg").stdout == "in/b.jpg:\nHAT\n"
    nothing = classify("in/*.bmp", "in/a.png")
    assert (nothing.exit_code, nothing.stdout) == (1, "in/a.png:\n47\n")
    assert nothing.stderr == "emnist-edge: in/*.bmp: matches no file\n"


def test_csv(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(classify("in", "--csv").stdout, newline="")))
    assert [(row["image"], row["text"]) for row in rows] == [
        ("in/a.png", "47"),
        ("in/b.jpg", "HAT"),
    ]
    assert 0 < float(rows[0]["confidence"]) <= 1


def test_a_file_of_results_is_gone_on_with(folder: Path) -> None:
    first = classify("in/a.png", "--output", "out.jsonl")
    assert (first.exit_code, first.output) == (0, "")
    again = classify("in", "--output", "out.jsonl", "--resume")
    assert again.exit_code == 1
    assert again.stdout == ""
    assert again.stderr == "emnist-edge: in/bad.png: is empty\n"
    records = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [record["image"] for record in records].count("in/a.png") == 1
    assert {record["image"]: record.get("text", record.get("error")) for record in records} == {
        "in/a.png": "47",
        "in/b.jpg": "HAT",
        "in/bad.png": "is empty",
    }
    done = classify("in", "--output", "out.jsonl", "--resume")
    assert (done.exit_code, done.output) == (1, "")  # bad.png still is


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv"], "choose one"),
        (["--csv", "--output", "out.csv"], "choose one"),
        (["--resume"], "--resume goes on with the file of --output"),
        (["--output", "out.txt"], "ends in .jsonl or .csv"),
        (["--output", "there.csv"], "is there already"),
        (["--limit", "pixels=none"], "write pixels=NUMBER"),
        (["--model", "cnn-int9", "--output", "out.csv"], "no model named"),
        (["--model", "cnn-int9", "--csv"], "no model named"),
        (["--annotate", "absent"], "name a folder"),
    ],
)
def test_wrong_usage(folder: Path, arguments: list[str], message: str) -> None:
    (folder / "there.csv").write_text("")
    result = classify("in", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert not (folder / "out.csv").exists()


def test_names_that_are_no_text_and_names_that_command_terminals(folder: Path) -> None:
    content = (folder / "in" / "a.png").read_bytes()
    names = [os.fsdecode(b"odd/\xff.png"), "odd/\x1b[2J.png"]
    (folder / "odd").mkdir()
    for name in names:
        (folder / name).write_bytes(content)
    assert classify("odd").stdout == "odd/\\x1b[2J.png:\n47\n\nodd/\\udcff.png:\n47\n"
    lines = [json.loads(line) for line in classify("odd", "--json").stdout.splitlines()]
    assert sorted(os.fsencode(line["image"]) for line in lines) == sorted(map(os.fsencode, names))


def test_progress_is_shown_on_a_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "emnist_edge", "classify", "in", "--output", "out.csv"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(command, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
    os.close(ours)
    assert process.returncode == 1
    assert b"0/3" in shown
    assert b"3/3" in shown
    assert b"\x1b[Kemnist-edge: in/bad.png: is empty" in shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1000)
    except OSError:  # the other end is closed
        return b""
