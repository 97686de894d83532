from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner, Result

from emnist_edge.cli.main import cli
from emnist_edge.drawing.pages import draw_page
from evaluate.cameras.live_video import shots, write_video

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "two.avi"
    write_video(path, shots(["ROOM 47", "BOX 2906"], seconds=1.2), seed=4)
    return path


def live(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["live", *map(str, arguments)])


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(
        [sys.executable, "-m", "emnist_edge", "live", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_settled_texts_are_printed_once_each(video: Path) -> None:
    result = live("--every-frame", "--trigger", "--json", video)
    assert (result.exit_code, result.stderr) == (0, "")
    settled = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["settled"] for each in settled] == ["ROOM 47", "BOX 2906"]
    assert 0.5 <= settled[0]["time"] < 1.2 < settled[1]["time"]
    plain = live("--every-frame", video)
    assert plain.stdout == "ROOM 47\nBOX 2906\n"


def test_a_region_beyond_the_frames_is_said_once(video: Path) -> None:
    result = live("--every-frame", "--region", "0,0,5000,50", video)
    assert (result.exit_code, result.stdout) == (1, "")
    first, rest = result.stderr.splitlines()
    assert "frame 0 the region 0,0,5000,50 is not within the picture" in first
    assert "72 of 72 frames could not be read" in rest


def test_json_has_an_object_for_each_frame(video: Path) -> None:
    result = live("--every-frame", "--json", video)
    moments = [json.loads(line) for line in result.stdout.splitlines()]
    assert [moment["frame"] for moment in moments] == list(range(72))
    assert [text for moment in moments for text in moment["settled"]] == ["ROOM 47", "BOX 2906"]
    last = moments[-1]
    assert last["text"] == "BOX 2906"
    assert last["time"] == pytest.approx(71 / 30, abs=0.002)
    assert last["dropped"] == 0
    assert list(last["timing_ms"]) == ["segment", "glyph", "classify", "decode", "track"]
    (line,) = last["lines"]
    assert line["settled"]
    assert [c["char"] for word in line["words"] for c in word["characters"]] == list("BOX2906")


def test_a_charset_rules_other_characters_out(video: Path) -> None:
    result = live("--every-frame", "--trigger", "--charset", "digits", "--confidence", "0", video)
    assert result.stdout.replace(" ", "").replace("\n", "").isdigit()


def test_marks_of_a_pattern_are_printed_and_lines_that_it_does_not_fit_are_said(
    tmp_path: Path,
) -> None:
    drawn = draw_page("AB 1234\nKX", size=(300, 200), height=40, seed=3)
    for number in range(8):
        cv2.imwrite(str(tmp_path / f"{number}.png"), drawn.picture)
    options = ("--every-frame", "--settle", "0.1", "--pattern", "AA-9999")
    result = live(*options, tmp_path)
    assert result.stdout == "AB-1234\nKX\n"
    assert "KX was read, or some of its words, without pattern or lexicon" in result.stderr
    assert "AB-1234 was read" not in result.stderr
    content = live(*options, "--json", "--trigger", tmp_path).stdout.splitlines()
    assert [json.loads(line)["matched"] for line in content] == [True, False]
    unsure = live(*options, "--min-confidence", "1", "--confidence", "0", tmp_path)
    assert unsure.stdout == "??-????\n??\n"


def test_pictures_are_read_in_order_and_damaged_ones_are_said(video: Path, tmp_path: Path) -> None:
    capture = cv2.VideoCapture(str(video))
    for number in range(36):
        cv2.imwrite(str(tmp_path / f"f{number:03}.png"), capture.read()[1])
    (tmp_path / "f010.png").write_bytes(b"")
    result = live("--trigger", "--settle", "0", tmp_path / "f%03d.png")
    assert result.stdout == "ROOM 47\n"
    assert result.stderr == f"emnist-edge: {tmp_path / 'f010.png'}: is empty\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent.mp4"], 1, "absent.mp4: no such file"),
        (["page-*.png"], 1, "pictures are a folder, or page-%03d.png"),
        (["samples/label.png"], 0, "single pictures are read by emnist-edge classify"),
        (["/dev/video97"], 1, "no such camera"),
        (["/dev/v4l/by-id/none"], 1, "no such camera"),
        (["http://127.0.0.1:9/stream"], 1, "no stream"),
        (["--model", "cnn-int9", "v.mp4"], 2, "installed: base-float32"),
        (["--size", "640", "v.mp4"], 2, "is not a size"),
        (["--size", "9x9", "v.mp4"], 2, "from 64 to 8192"),
        (["--turn", "45", "v.mp4"], 2, "--turn"),
        (["--form", "none.yaml", "v.mp4"], 1, "none.yaml"),
        (["--form", "samples/exam.yaml", "--charset", "digits", "v.mp4"], 2, "leave out --region"),
        (["--form", "samples/exam.yaml", "none", "--serve", "0"], 2, "--form needs a source"),
    ],
)
def test_what_cannot_begin_is_said(arguments: list[str], code: int, message: str) -> None:
    process = start(*arguments)
    stdout, stderr = process.communicate(timeout=40)
    assert process.returncode == code
    assert message in stderr
    assert "Traceback" not in stderr
    assert stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--serve", "x"], "is not a port"),
        (["--serve", "8000", "--token", "short"], "at least 8 characters"),
        (["--mqtt", "http://broker/t"], "is no broker's address"),
        (["--limit", "x=1"], "'x' is no limit"),
        (["--charset", "é"], "has 'é' (LATIN SMALL LETTER E WITH ACUTE), which no model reads"),
        (["none"], "nothing to do but --serve"),
        (["--token", "long-enough"], "--token is for the page in a browser; add --serve PORT"),
        (["--proxy", "10.0.0.5"], "--proxy is for the page in a browser; add --serve PORT"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], message: str) -> None:
    result = live(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_port_that_is_taken_ends_it_and_lets_the_rest_go(video: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = live("--serve", port, "--record", tmp_path / "out.mp4", video)
    assert result.exit_code == 1
    assert "another program has this port" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_window_without_a_display_is_said(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    process = start("--window", video)
    stderr = process.communicate(timeout=40)[1]
    assert process.returncode == 1
    assert stderr == "emnist-edge: no display for a window here; use --serve PORT and a browser\n"


def test_whoever_reads_may_leave(video: Path, tmp_path: Path) -> None:
    process = start("--json", "--every-frame", "--record", tmp_path / "out.mp4", video)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""
    process.stderr.close()
    assert cv2.VideoCapture(str(tmp_path / "out.mp4")).read()[0]


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_leaves_a_recording_that_can_be_played(
    video: Path, tmp_path: Path, kind: signal.Signals
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # what is ignored stays so, as by nohup
    process = start("--json", "--record", tmp_path / "out.mp4", video)
    signal.signal(signal.SIGHUP, before)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(kind)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    log = (tmp_path / "out.jsonl").read_text().splitlines()
    assert len(log) == 3 + len(stdout.splitlines())
    capture = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    length = json.loads(log[-1])["video_time"]
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == round(30 * length)
    assert capture.read()[0]


def test_a_recording_that_cannot_be_made_is_said(video: Path, tmp_path: Path) -> None:
    result = live("--record", tmp_path / "absent" / "out.mp4", video)
    assert result.exit_code == 1
    assert "absent/out.mp4: cannot be written" in str(result.exception)


def test_an_empty_source_is_none() -> None:
    result = CliRunner().invoke(cli, ["live", ""])
    assert result.exit_code == 2
    assert "SOURCE is empty" in result.stderr
