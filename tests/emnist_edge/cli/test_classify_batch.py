"""``classify`` over many pictures."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
import weakref
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner, Result

from emnist_device.batch.tasks import Outcome
from emnist_edge import Page
from emnist_edge.cli.main import cli
from emnist_edge.drawing.pages import draw_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.batch.tasks import Task

COMMAND = [sys.executable, "-m", "emnist_edge", "classify"]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
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
    read = {line["image"].removeprefix("in/"): line.get("text") for line in lines}
    assert read == {**TEXTS, "bad.png": None}
    assert "timing_ms" in lines[0]
    assert classify("in/*.jpg").stdout == "in/b.jpg:\nHAT\n"
    nothing = classify("in/*.bmp", "in/a.png")
    assert (nothing.exit_code, nothing.stdout) == (1, "in/a.png:\n47\n")
    assert nothing.stderr == "emnist-edge: in/*.bmp: matches no file\n"


def test_csv(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(classify("in", "--csv").stdout, newline="")))
    assert [(row["image"], row["text"], row["error"]) for row in rows] == [
        ("in/a.png", "47", ""),
        ("in/b.jpg", "HAT", ""),
        ("in/bad.png", "", "is empty"),
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
    assert (done.exit_code, done.stdout) == (1, "")  # bad.png still is
    assert done.stderr == (
        "emnist-edge: out.jsonl: says of 1 image why reading failed; what was not replaced since "
        "is not tried again\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv"], "choose one"),
        (["--csv", "--output", "out.csv"], "choose one"),
        (["--resume"], "--resume goes on with an --output"),
        (["--output", "out.txt"], "ends in .jsonl, .csv, .tsv or .hocr"),
        (["--output", "absent/out.csv"], "make the folder absent first"),
        (["--output", "absent/out.tsv"], "make the folder absent first"),
        (["--output", "there.csv"], "is there already"),
        (["--limit", "pixels=none"], "write pixels=NUMBER"),
        (["--model", "cnn-int9", "--output", "out.csv"], "no model named"),
        (["--model", "cnn-int9", "--csv"], "no model named"),
        (["--annotate", "absent"], "make this folder first"),
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


def test_results_are_gone_on_with_under_the_same_options_alone(folder: Path) -> None:
    assert classify("in/a.png", "--output", "out.csv").exit_code == 0
    (folder / "words.txt").write_text("HAT\n")
    before = (folder / "out.csv").read_bytes()
    for options, reason in (
        (["--charset", "digits"], "charset was not given and is digits"),
        (["--lexicon", "words.txt"], "lexicon was not given"),
        (["--model", "tiny-int8", "--context", "none"], "model was small-int8 and is tiny-int8"),
        (["--limit", "pixels=1e6", "--top-k", "1"], "top_k was 3 and is 1, pixels was 64000000"),
        (["--orientation", "auto"], "turns was False and is True"),
    ):
        result = classify("in", "--output", "out.csv", "--resume", *options)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"out.csv: was read otherwise: {reason}" in result.stderr
        assert (folder / "out.csv").read_bytes() == before
    same = classify("in/a.png", "--output", "out.csv", "--resume", "--threads", "2", "--jobs", "2")
    assert (same.exit_code, (folder / "out.csv").read_bytes()) == (0, before)


def test_results_of_another_shape_are_not_gone_on_with(folder: Path) -> None:
    assert classify("in/a.png", "--output", "out.jsonl").exit_code == 0
    record = folder / "out.jsonl.run.json"
    content = json.loads(record.read_text())
    del content["schema of results"]  # as before there was one
    record.write_text(json.dumps(content))
    result = classify("in/a.png", "--output", "out.jsonl", "--resume")
    assert result.exit_code == 2
    assert "was read otherwise: schema of results was not given" in result.stderr


def test_a_picture_that_was_replaced_is_read_again(folder: Path) -> None:
    classify("in/a.png", "in/b.jpg", "--output", "out.jsonl")
    (folder / "below.png").write_bytes((folder / "in" / "below" / "c.png").read_bytes())
    (folder / "below.png").replace(folder / "in" / "a.png")
    assert classify("in/a.png", "in/b.jpg", "--output", "out.jsonl", "--resume").exit_code == 0
    records = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert {record["image"]: record["text"] for record in records} == {
        "in/a.png": "9", "in/b.jpg": "HAT",
    }  # fmt: skip
    assert len(records) == 2


def test_whether_a_file_can_be_read_is_found_out_by_reading_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != "in/a.png" and real(path, mode))
    result = classify("in/a.png", "in/absent.png", "in/b.jpg")
    assert (result.exit_code, result.stdout) == (1, "in/a.png:\n47\n\nin/b.jpg:\nHAT\n")
    assert result.stderr == "emnist-edge: in/absent.png: no such file\n"


@pytest.mark.parametrize(
    "options", [[], ["--json"], ["--csv"], ["--output", "o.csv"], ["--review", "r.html"]]
)
def test_what_was_read_is_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    read: list[weakref.ref[Outcome]] = []

    def outcomes(tasks: list[Task], *_: object) -> Iterator[tuple[int, Outcome]]:
        for index, task in enumerate(tasks):
            outcome = Outcome(task.name, Page((), "toy", {}), doubtful=({"read": str(index)},))
            read.append(weakref.ref(outcome))
            yield index, outcome
            del outcome
            assert sum(reference() is not None for reference in read) <= 1  # the caller's last

    monkeypatch.setattr("emnist_device.batch.outcomes.outcomes", outcomes)
    result = classify(*["in/a.png"] * 20, *options)
    assert (result.exit_code, len(read)) == (0, 20)
    if "--review" in options:
        page = (folder / "r.html").read_text()
        assert [page.count(f'"read": "{index}"') for index in range(20)] == [1] * 20
        assert [path.name for path in folder.iterdir() if "html" in path.name] == ["r.html"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_says_how_to_go_on(folder: Path, number: int) -> None:
    for copy in range(400):
        os.link("in/a.png", f"in/below/{copy}.png")
    process = subprocess.Popen(
        [*COMMAND, "in/below", "--output", "out.jsonl", "--review", "r.html"],
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        # A shell may have had the tests ignore it, in the background.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509
    )
    while not (folder / "out.jsonl").exists() or not (folder / "out.jsonl").stat().st_size:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, messages = process.communicate()
    assert process.returncode == 128 + number
    done = len((folder / "out.jsonl").read_text().splitlines())
    assert 0 < done < 401
    ended, review = messages.splitlines()
    assert ended == (
        f"emnist-edge: ended by {signal.Signals(number).name}: out.jsonl has {done} of 401 images; "
        "go on with --resume"
    )
    assert review.startswith("emnist-edge: r.html: ")
    page = (folder / "r.html").read_bytes()
    again = classify("in/below", "--output", "out.jsonl", "--resume", "--review", "r.html")
    assert again.exit_code == 2
    assert "r.html: is there already" in again.stderr
    assert (folder / "r.html").read_bytes() == page


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_single_picture_is_ended_as_many_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def outcomes(*_: object) -> Iterator[tuple[int, Outcome]]:
        os.kill(os.getpid(), number)
        yield 0, Outcome("in/a.png", Page((), "m", {}))

    monkeypatch.setattr("emnist_device.batch.outcomes.outcomes", outcomes)
    before = signal.signal(number, signal.default_int_handler)
    try:
        result = classify("in/a.png")
    finally:
        signal.signal(number, before)
    assert (result.exit_code, result.stdout) == (128 + number, "")
    name = signal.Signals(number).name
    assert result.stderr.startswith(f"emnist-edge: ended by {name}: nothing was kept")


def test_progress_is_shown_on_a_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "in", "--output", "out.csv"]
    with subprocess.Popen(command, stderr=theirs, env=ENVIRONMENT) as process:
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
