"""A network camera that misbehaves: it stalls, sends half a picture, goes away and comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from emnist_device.live import capture as capture_module
from emnist_device.live import outage as outage_module
from emnist_device.live.capture import Capture
from emnist_device.live.sources import video as video_module
from emnist_device.live.sources.video import Stream
from evaluate.cameras.live_video import frames, shots
from evaluate.cameras.mjpeg import NetworkCamera
from tests.emnist_device.live.conftest import Words

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def camera() -> Iterator[NetworkCamera]:
    (shot,) = shots(["ROOM 47"], seconds=0.2)
    camera = NetworkCamera(list(frames(shot, seed=1)), rate=60.0)
    camera.start()
    yield camera
    camera.stop()


@pytest.fixture
def capture(camera: NetworkCamera, monkeypatch: pytest.MonkeyPatch) -> Iterator[Capture]:
    monkeypatch.setattr(capture_module, "_FIRST_WAIT", 0.05)
    monkeypatch.setattr(outage_module, "_HELD", 0.0)  # each return is one that holds
    # Milliseconds: longer than a busy machine keeps a camera that is well from sending.
    monkeypatch.setattr(video_module, "_READ_TIMEOUT", 30_000)
    source = Stream(camera.url)
    source.open()
    capture = Capture(source, Words())
    capture.start()
    yield capture
    capture.stop()
    assert not capture.failed


def words(capture: Capture) -> Words:
    report = capture._report
    assert isinstance(report, Words)
    return report


def wait_for_frames(capture: Capture, count: int = 5) -> None:
    deadline = time.monotonic() + 60
    while count and time.monotonic() < deadline:
        count -= capture.mailbox.take(1) is not None
    assert count == 0


def test_a_stream_that_goes_away_is_found_again_each_time(
    camera: NetworkCamera, capture: Capture
) -> None:
    said = words(capture)
    for round_ in range(1, 4):
        wait_for_frames(capture)
        camera.stop()
        # What was sent before may still be on its way, and is read first.
        said.wait_for("the stream has ended or stalled", round_)
        camera.start()
        said.wait_for("is back", round_)
        wait_for_frames(capture)
        assert capture.recoveries == round_
    assert said.count_of("the stream has ended or stalled") == said.count_of("is back") == 3


def test_a_stream_that_stalls_is_opened_again(
    camera: NetworkCamera, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_frames(capture)
    # The next connection is one that is given up soon.
    monkeypatch.setattr(video_module, "_READ_TIMEOUT", 300)
    camera.stop()
    camera.start()
    words(capture).wait_for("is back")
    camera.stalled = True
    words(capture).wait_for("ended or stalled", 2)
    monkeypatch.setattr(video_module, "_READ_TIMEOUT", 30_000)
    camera.stalled = False
    wait_for_frames(capture)
    assert capture.recoveries >= 2


def test_half_a_picture_does_not_end_the_stream(
    camera: NetworkCamera, capture: Capture, capfd: pytest.CaptureFixture[str]
) -> None:
    camera.halved = True
    wait_for_frames(capture, 20)
    camera.halved = False
    assert capture.recoveries == 0
    assert capfd.readouterr().err == ""
