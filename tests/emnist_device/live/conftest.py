"""A short video and stand-ins that the tests of live reading share."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.live.frames import Frame
from emnist_device.live.moment import Moment
from emnist_device.live.steady import Settled, SteadyLine
from emnist_device.page import Alternative, Character, Line
from emnist_device.text.spelling import make_words
from emnist_edge.errors import SourceError
from evaluate.cameras.live_video import shots, write_video

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: What the short video shows, one line after the other.
LINES = ["ROOM 47", "BOX 2906"]


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a video of 2.4 seconds in which each of LINES is shown."""
    path = tmp_path_factory.mktemp("video") / "two.avi"
    write_video(path, shots(LINES, seconds=1.2), seed=4)
    return path


@dataclass
class FakeSource:
    """Gives ``script``: pictures, an error to raise, or a number of seconds to wait; then ends.

    An endless one is scripted from the start again each time that it is opened.
    """

    script: list[NDArray[np.uint8] | Exception | float]
    endless: bool = False
    rate: float | None = None
    name: str = "fake"
    file: str | None = None
    refusals: int = 0
    opened: int = 0
    closed: int = 0
    _left: list[NDArray[np.uint8] | Exception | float] = field(default_factory=list)

    def open(self) -> None:
        if self.opened and self.refusals:
            self.refusals -= 1
            raise SourceError("fake: not yet")
        self.opened += 1
        self._left = list(self.script)

    def read(self) -> NDArray[np.uint8] | None:
        if not self._left:
            if self.endless:
                raise SourceError("fake: gone")
            return None
        step = self._left.pop(0)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, float):
            time.sleep(step)
            return self.read()
        return step

    def close(self) -> None:
        self.closed += 1


def picture(value: int = 200, shape: tuple[int, ...] = (48, 64)) -> NDArray[np.uint8]:
    """Return a picture of one grey."""
    return np.full(shape, value, np.uint8)


def write(text: str, x: int = 100, y: int = 50, confidence: float = 0.9, rest: str = "?") -> Line:
    """Return a line whose characters are 20 wide, 30 high and 10 apart, a space being 30."""
    characters = []
    left = x
    for char in text:
        if char != " ":
            other = Alternative(rest, 1 - confidence)
            characters.append(Character(char, confidence, Box(left, y, 20, 30), (other,)))
        left += 30
    return Line(make_words(characters, re.split("[^ ]", text), lambda _: confidence))


def moment(number: int, *texts: str) -> Moment:
    """Return a moment in which ``texts`` have just settled."""
    lines = tuple(SteadyLine(1, write(text), True) for text in texts)
    settled = tuple(Settled(line.line.text, line, 0.0, 0.9) for line in lines)
    frame = Frame(number, picture(120, (48, 64, 3)), number / 30, time.monotonic())
    return Moment(frame, lines, settled, 28.0, 31.0, 2, {"segment": 20.0}, "cnn-int8")


class Words(list[str]):
    """Collects reports of any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._changed:
            self.append(line)
            self._changed.notify_all()

    def count_of(self, part: str) -> int:
        """Return how many reports there are with ``part``."""
        return sum(part in line for line in self)

    def wait_for(self, part: str, times: int = 1, timeout: float = 60) -> None:
        """Wait until something with ``part`` was reported so many ``times``."""
        with self._changed:
            there = self._changed.wait_for(lambda: self.count_of(part) >= times, timeout)
        assert there, f"{part!r} was not reported: {list(self)}"


class Desk:
    """A sheet of paper with writing on it, on a table with a grain: frames of 640 x 480, grey."""

    def __init__(self) -> None:
        rng = np.random.default_rng(3)
        grain = rng.standard_normal((120, 160)).astype(np.float32)
        self._table = 100 + 8 * cv2.resize(grain, (640, 480), interpolation=cv2.INTER_CUBIC)
        self._sheet = np.full((360, 420), 235, np.uint8)
        self._rng = rng
        for line in range(40, 220, 30):
            self.write(line, "".join(rng.choice(list("ABEFHKLMNRSTXZ"), 9)))

    def write(self, y: int, text: str) -> None:
        """Write ``text`` on the sheet, on a line at ``y``."""
        cv2.putText(self._sheet, text, (30, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 40, 2, cv2.LINE_AA)

    def corners(self, *, x: float = 0.0, y: float = 0.0, turn: float = 0.0) -> NDArray[np.float64]:
        """Return where the sheet's corners are, (4, 2), moved by pixels and turned by degrees."""
        ends = np.array([[0.0, 0, 1], [420, 0, 1], [420, 360, 1], [0, 360, 1]])
        return np.asarray(ends @ self._plane(x, y, turn).T)

    def see(self, *, x: float = 0.0, y: float = 0.0, turn: float = 0.0) -> NDArray[np.uint8]:
        """Return a frame of it, (480, 640) uint8, with noise of its own."""
        frame = cv2.warpAffine(
            self._sheet.astype(np.float32),
            self._plane(x, y, turn),
            (640, 480),
            dst=self._table.copy(),
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        frame += 1.5 * self._rng.standard_normal(frame.shape).astype(np.float32)
        return np.asarray(np.clip(frame + 0.5, 0, 255), np.uint8)

    @staticmethod
    def _plane(x: float, y: float, turn: float) -> NDArray[np.float64]:
        plane = cv2.getRotationMatrix2D((210, 180), turn, 1.0)
        plane[:, 2] += (110 + x, 60 + y)
        return np.asarray(plane)
