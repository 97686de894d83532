"""All of ``emnist-edge live`` in this process, but for the reading: every frame says ROOM 47."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

import cv2
import pytest
from click.testing import CliRunner, Result

from emnist_device.live import run as run_module
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.outputs import mqtt as mqtt_module
from emnist_device.page import Page
from emnist_edge.cli.main import cli
from tests.emnist_device.live.conftest import picture, write

if TYPE_CHECKING:
    from pathlib import Path

PAGE = Page((write("ROOM 47"),), "m", {})


@pytest.fixture(autouse=True)
def nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Eye, "__init__", lambda *_: None)
    monkeypatch.setattr(Eye, "settings", Settings())
    monkeypatch.setattr(Eye, "read", lambda *_: PAGE)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Path of a folder with frames enough for a text to settle."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(24):
        cv2.imwrite(str(folder / f"{number:02}.png"), picture(shape=(480, 640)))
    return folder


def live(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["live", *map(str, arguments)], env=environment)


def test_pictures_are_frames_of_a_camera(pictures: Path) -> None:
    result = live("--trigger", "--json", pictures)
    assert (result.exit_code, result.stderr) == (0, "")
    assert '"settled": "ROOM 47", "time": 0.5' in result.stdout
    slow = live("--trigger", "--json", "--fps", "1", pictures)
    assert '"settled": "ROOM 47", "time": 3.0' in slow.stdout


def test_pictures_too_few_to_settle_are_said(pictures: Path) -> None:
    for path in sorted(pictures.iterdir())[3:]:
        path.unlink()
    result = live(pictures)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no text has settled" in result.stderr
    assert "single pictures are read by emnist-edge classify" in result.stderr


def test_the_source_may_stand_in_the_environment(pictures: Path) -> None:
    assert live("--trigger", EMNIST_EDGE_SOURCE=str(pictures)).stdout == "ROOM 47\n"
    shown = live("--trigger", pictures, EMNIST_EDGE_SOURCE="rtsp://me:SECRET@127.0.0.1:9/")
    assert shown.stdout == "ROOM 47\n"


def test_limits_are_those_of_classify(pictures: Path) -> None:
    result = live("--limit", "pixels=1000", pictures)
    assert result.exit_code == 1
    assert "00.png: its header announces 640 x 480 pixels, and 1,000 is the limit" in result.stderr
    wrong = live("--limit", "pixel=1000", pictures)
    assert wrong.exit_code == 2
    assert "'pixel' is no limit; there are: " in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--focus", "near"], "'near' is neither auto nor a number from 0 to 100"),
        (["--focus", "-1"], "from 0 to 100"),
        (["--exposure", "nan"], "from 0.01 to 10000"),
        (["--exposure", "0"], "from 0.01 to 10000"),
        (["--gain", "0.5"], "from 1 to 100"),
        (["--zoom", "0.5"], "--zoom"),
        (["--focus", "once"], "are for the Raspberry Pi's own camera"),
        (["--every-frame", "http://me:SECRET@127.0.0.1:9/"], "--every-frame is for files"),
        (["--mqtt", "mqtt://me:SECRET@h/"], "names no topic"),
        (["--mqtt", "mqtt://me:SE/SECRET@h/t"], "where the password ends"),
        (["rtsp://me:SECRET@127.0.0.1:9/"], r"unexpected extra argument"),
        (["--size", "rtsp://me:SECRET@127.0.0.1:9/"], "is not a size"),
    ],
)
def test_wrong_usage_shows_no_password(arguments: list[str], message: str) -> None:
    result = live(*(["v.mp4"] if "--every-frame" not in arguments else []), *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "SECRET" not in result.stderr


def test_texts_that_mqtt_did_not_deliver_are_a_failure(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_module, "_PARTING", 0.1)
    monkeypatch.setattr(mqtt_module, "_GOODBYE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections and says nothing
        port = deaf.getsockname()[1]
        result = live("--mqtt", f"mqtt://me:SECRET@127.0.0.1:{port}/lab", pictures)
    assert result.exit_code == 1
    assert result.stdout == "ROOM 47\n"
    assert result.stderr == f"emnist-edge: mqtt: 127.0.0.1:{port}: 1 text did not get through\n"


def test_a_recording_without_a_frame_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"")
    result = live("--record", tmp_path / "out.mp4", tmp_path / "bad")
    assert result.exit_code == 1
    assert "out.mp4: nothing was recorded (no frame came)" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad"]


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP])
def test_signals_that_come_twice_stop_it_once(kind: signal.Signals) -> None:
    heard: list[int] = []

    def end(number: int, _: object) -> None:  # what would end the process
        heard.append(number)

    before = signal.signal(kind, end)
    try:
        stopping = threading.Event()
        with run_module._signals(stopping):
            os.kill(os.getpid(), kind)
            assert stopping.is_set()
            os.kill(os.getpid(), kind)
        assert heard == []
        assert signal.getsignal(kind) is end
    finally:
        signal.signal(kind, before)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGQUIT])
def test_a_second_signal_from_the_keyboard_does_not_wait(kind: signal.Signals) -> None:
    before = signal.getsignal(kind)
    signal.signal(kind, signal.default_int_handler)
    try:
        stopping = threading.Event()
        with run_module._signals(stopping):
            os.kill(os.getpid(), kind)
            assert stopping.is_set()
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), kind)
    finally:
        signal.signal(kind, before)


def test_nohup_is_respected() -> None:
    before = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stopping = threading.Event()
        with run_module._signals(stopping):
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stopping.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
