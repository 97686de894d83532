from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

from emnist_device.live.frames import Frame
from emnist_device.live.moment import Moment
from emnist_device.live.outputs import recording as recording_module
from emnist_device.live.outputs.recording import Recording
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import picture

# Records noise, and is killed as a power cut would.
KILLED = """
import os, sys
from pathlib import Path
import numpy as np
from emnist_device.live.outputs.recording import _Film
film, rng = _Film(Path(sys.argv[1]), 25.0), np.random.default_rng(3)
for number in range(300):
    film.add(rng.integers(0, 255, (120, 160, 3), np.uint8), number / 25)
os.kill(os.getpid(), 9)
"""


def moment(number: int, at: float, value: int = 90, shape: tuple[int, ...] = (48, 64)) -> Moment:
    frame = Frame(number, picture(value, shape), at, time.monotonic())
    return Moment(frame, (), (), 25.0, 20.0, 0, {}, "m")


def frames(path: Path) -> list[float]:
    """Return the mean brightness of each frame of a video."""
    capture = cv2.VideoCapture(str(path))
    found: list[float] = []
    while True:
        done, shown = capture.read()
        if not done:
            return found
        found.append(float(np.mean(shown)))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_the_video_keeps_real_time_whatever_the_frames_do(tmp_path: Path, suffix: str) -> None:
    recording = Recording(tmp_path / f"out{suffix}", 25.0, wait=True)
    times = [0.0, 0.04, 0.05, 0.12, 0.16, 0.36, 0.4]  # one too many, three that are late
    for number, at in enumerate(times):
        recording.show(moment(number, at, value=30 * number + 20))
    recording.close()
    levels = frames(recording.path)
    assert len(levels) == 11
    assert levels[0] == pytest.approx(20, abs=4)
    assert levels[-1] == pytest.approx(200, abs=4)
    lines = recording.path.with_suffix(".jsonl").read_text().splitlines()
    log = [json.loads(line) for line in lines]
    assert [entry["frame"] for entry in log] == list(range(7))
    assert log[-1]["video_time"] == pytest.approx(0.44)


def test_a_source_that_was_away_leaves_no_hour_of_still_picture(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out.avi", 10.0, wait=True)
    for number, at in enumerate((0.0, 0.1, 3600.0, 3600.1)):
        recording.show(moment(number, at))
    recording.close()
    assert len(frames(recording.path)) == 13


def test_frames_of_another_size_are_fitted_in(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out.avi", 10.0, wait=True)
    recording.show(moment(0, 0.0))
    recording.show(moment(1, 0.1, shape=(96, 128, 3)))
    recording.close()
    assert len(frames(recording.path)) == 2


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("dear")
    (tmp_path / "out-2.jsonl").write_text("dear")
    recording = Recording(tmp_path / "out.mp4", 25.0, wait=True)
    assert recording.path == tmp_path / "out-3.mp4"
    recording.show(moment(0, 0.0))
    recording.close()
    assert (tmp_path / "out.mp4").read_text() == "dear"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.webp", "ends in .mp4, .mkv, .avi"),
        ("absent/out.mp4", r"No such file or directory\); make the folder .*absent first"),
        ("a" * 300 + ".mp4", "File name too long"),
        ("nu\0ll.mp4", "nu.x00ll.mp4: cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(OutputError, match=message):
        Recording(tmp_path / name, 25.0, wait=True)
    assert list(tmp_path.iterdir()) == []


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_recording_ends_before_the_disk_is_full_and_can_be_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [500, 400, 10]

    def usage(_: Any) -> Usage:
        return Usage(1, 1, left.pop(0) * 2**20)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    recording = Recording(tmp_path / "out.mp4", 10.0, wait=True)
    message = r"recording ended at 2 s \(only 10 MiB are free on the disk\)"
    for number in range(21):
        recording.show(moment(number, number / 10))
    with pytest.raises(OutputError, match=message):
        recording.close()
    assert len(frames(recording.path)) == 20


def test_a_disk_that_is_full_ends_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  # closed with the recording
    monkeypatch.setattr("emnist_device.live.outputs.recording._create", lambda path: (path, full))
    recording = Recording(tmp_path / "out.avi", 10.0, wait=True)
    recording.show(moment(0, 0.0))
    with pytest.raises(OutputError, match="No space left on device"):
        recording.close()
    assert len(frames(recording.path)) == 1


def test_a_disk_that_is_too_slow_costs_frames_but_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = threading.Event()
    write = recording_module._record

    def slow(*arguments: Any) -> None:
        assert fast.wait(30)
        write(*arguments)

    monkeypatch.setattr(recording_module, "_record", slow)
    recording = Recording(tmp_path / "out.avi", 25.0, wait=False)
    for number in range(100):
        recording.show(moment(number, number / 25))
    fast.set()
    # All but the frames that wait and perhaps one that is being written.
    with pytest.raises(OutputError, match=r"too slow for 9[12] frames"):
        recording.close()


def test_a_fault_while_recording_holds_nobody_up_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = recording_module._record

    def fail_later(film: Any, log: Any, shown: Moment) -> None:
        if shown.frame.number == 5:
            raise cv2.error("no such conversion")
        write(film, log, shown)

    monkeypatch.setattr(recording_module, "_record", fail_later)
    recording = Recording(tmp_path / "out.mp4", 10.0, wait=True)

    def feed() -> None:
        for number in range(40):  # more than may wait for the disk
            with suppress(OutputError):
                recording.show(moment(number, number / 10))
        with suppress(OutputError):
            recording.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    feeder.join(30)
    assert not feeder.is_alive()
    with pytest.raises(OutputError, match=r"recording ended at 0 s \(no such conversion\)"):
        recording.show(moment(40, 4.0))
    assert len(frames(recording.path)) == 5


def test_without_a_frame_nothing_is_left(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out.mp4", 25.0, wait=True)
    with pytest.raises(OutputError, match=r"out\.mp4: nothing was recorded \(no frame came\)"):
        recording.close()
    assert list(tmp_path.iterdir()) == []


def test_two_that_begin_at_once_get_a_file_each(tmp_path: Path) -> None:
    recordings = [Recording(tmp_path / "out.mp4", 25.0, wait=True) for _ in range(3)]
    assert [recording.path.name for recording in recordings] == [
        "out.mp4",
        "out-2.mp4",
        "out-3.mp4",
    ]
    for recording in recordings:
        recording.show(moment(0, 0.0))
        recording.close()


def test_a_process_that_is_killed_leaves_mkv_and_avi_that_can_be_played(tmp_path: Path) -> None:
    for suffix in (".mkv", ".avi"):
        path = tmp_path / f"out{suffix}"
        process = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert len(frames(path)) > 100
