from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.live import capture as capture_module
from emnist_device.live.capture import Capture
from emnist_edge.errors import PictureError
from tests.emnist_device.live.conftest import FakeSource, Words, picture

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "_FIRST_WAIT", 0.01)


def started(source: FakeSource, words: Words, *, every_frame: bool = False) -> Capture:
    source.open()
    capture = Capture(source, words, every_frame=every_frame)
    capture.start()
    return capture


def test_every_frame_of_a_file_can_be_had_in_order_at_its_own_times() -> None:
    source = FakeSource([picture(n) for n in range(50)], rate=10.0)
    capture = started(source, Words(), every_frame=True)
    frames = []
    while not capture.mailbox.ended:
        if (frame := capture.mailbox.take(1)) is not None:
            frames.append(frame)
    assert [frame.number for frame in frames] == list(range(50))
    assert [int(frame.picture[0, 0]) for frame in frames] == list(range(50))
    assert frames[30].time == pytest.approx(3.0)
    assert capture.mailbox.dropped == 0
    assert source.closed == 1


class Clock(threading.Event):
    """A clock that only runs while somebody waits for something else."""

    now = 100.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0
        return super().is_set()


def test_a_file_plays_at_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(capture_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    capture = Capture(FakeSource([picture()] * 11, rate=50.0), Words())
    capture._stopping = clock
    capture._source.open()
    put: list[float] = []
    monkeypatch.setattr(capture.mailbox, "put", lambda frame: put.append(frame.captured))
    capture.run()
    assert put == pytest.approx([100 + number / 50 for number in range(11)])


def test_a_reader_that_is_away_finds_the_newest_frame() -> None:
    capture = started(FakeSource([picture(n) for n in range(30)], rate=240.0), Words())
    capture.join(60)
    frame = capture.mailbox.take(0)
    assert frame is not None
    assert frame.number == 29
    assert capture.mailbox.dropped == 29


def test_a_camera_that_fails_is_opened_again_and_frames_go_on() -> None:
    source = FakeSource([picture()] * 3, endless=True, refusals=2)
    words = Words()
    capture = started(source, words)
    words.wait_for("is back")
    words.wait_for("fake: gone; trying again")
    times: list[tuple[int, float]] = []
    while len(times) < 4:
        if (frame := capture.mailbox.take(1)) is not None:
            times.append((frame.number, frame.time))
    capture.stop()
    assert times == sorted(times)
    assert capture.recoveries >= 1
    assert source.closed >= source.opened
    assert not capture.failed
    assert not capture.is_alive()


class Pauses(threading.Event):
    """Keeps for how long it was waited, and waits for nothing; set once there are ``count``."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._count = count

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waited.append(timeout)
        if len(self.waited) == self._count:
            self.set()
        return self.is_set()


@pytest.mark.parametrize("script", [[], [picture()]])
def test_a_camera_that_comes_and_goes_is_tried_less_and_less_often(
    script: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "_FIRST_WAIT", 0.5)
    words, pauses = Words(), Pauses(300)
    source = FakeSource(script, endless=True)
    source.open()
    capture = Capture(source, words)
    capture._stopping = pauses
    capture.start()
    capture.join(30)
    assert not capture.is_alive()
    assert pauses.waited == [0.5, 1, 2, 4, 8, *[10.0] * 295]
    assert words[0] == "fake: gone; trying again"
    assert len(words) <= 3
    assert not capture.outage.over


def test_a_file_that_plays_slowly_is_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "_PATIENCE", 0.0)
    source = FakeSource([picture()] * 2, rate=0.001)  # one picture in 17 minutes
    source.open()
    capture = Capture(source, Words())
    resting = threading.Event()
    wait = capture._stopping.wait

    def rest(timeout: float | None = None) -> bool:
        resting.set()
        return wait(timeout)

    monkeypatch.setattr(capture._stopping, "wait", rest)
    capture.start()
    assert resting.wait(20)
    assert capture.healthy
    capture.stop()
    assert not capture.healthy


def test_a_damaged_picture_among_others_is_said_and_left_out() -> None:
    words = Words()
    capture = started(FakeSource([picture(1), PictureError("b.png: is empty"), picture(3)]), words)
    values = []
    while not capture.mailbox.ended:
        if (frame := capture.mailbox.take(1)) is not None:
            values.append(int(frame.picture[0, 0]))
    assert values == [1, 3]
    assert words == ["b.png: is empty"]
    assert capture.failed


def test_a_file_without_frames_is_a_failure() -> None:
    words = Words()
    capture = started(FakeSource([]), words)
    capture.join(60)
    assert words == ["fake: holds no frame that can be read"]
    assert capture.failed


def test_a_fault_of_our_own_ends_the_thread_with_a_word() -> None:
    words = Words()
    capture = started(FakeSource([picture(), ValueError("broken")]), words)
    capture.join(60)
    assert words == ["fake: has failed (ValueError: broken)"]
    assert capture.failed
    assert capture.mailbox.take(0) is not None
    assert capture.mailbox.ended


def test_pictures_are_turned_clockwise() -> None:
    shown = np.arange(6, dtype=np.uint8).reshape(2, 3)
    source = FakeSource([shown])
    source.open()
    capture = Capture(source, Words(), turn=90)
    capture.start()
    frame = capture.mailbox.take(60)
    assert frame is not None
    assert np.array_equal(frame.picture, np.rot90(shown, -1))


class Hanging(FakeSource):
    """A source whose driver comes back once it is let go."""

    def __init__(self) -> None:
        super().__init__([picture()])
        self.entered, self.released = threading.Event(), threading.Event()

    def read(self) -> NDArray[np.uint8] | None:
        self.entered.set()
        self.released.wait(60)
        return super().read()


def test_a_thread_that_hangs_in_a_driver_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Hanging()
    capture = started(source, Words())
    assert source.entered.wait(60)
    monkeypatch.setattr(capture_module, "_PATIENCE", 600.0)
    assert capture.healthy
    monkeypatch.setattr(capture_module, "_PATIENCE", 0.0)
    assert capture.is_alive()
    assert not capture.healthy
    source.released.set()
    capture.join(60)
    assert not capture.is_alive()
