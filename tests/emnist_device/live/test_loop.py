"""The loop with a reader that reads nothing: pages come from a script."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.image.limits import Limits
from emnist_device.live import eye as eye_module
from emnist_device.live import loop as loop_module
from emnist_device.live.capture import Capture
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.loop import Loop
from emnist_device.live.steady import Patience
from emnist_device.page import Page
from emnist_edge.errors import OutputError, PictureError
from tests.emnist_device.live.conftest import FakeSource, Words, picture, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.live.moment import Moment

TOO_MANY = PictureError("seems to hold 6,000 characters, and 5,000 is the limit")
ROOM = Page((write("ROOM 47"),), "m", {})
EMPTY = Page((), "m", {})


class ScriptedEye(Eye):
    """Reads what a script says, the last of it over and over."""

    def __init__(self, *pages: Page | Exception) -> None:
        self._pages = list(pages)

    @property
    def settings(self) -> Settings:
        return Settings()

    @property
    def model(self) -> str:
        return "m"

    def read(self, _: NDArray[np.uint8]) -> Page:
        page = self._pages.pop(0) if len(self._pages) > 1 else self._pages[0]
        if isinstance(page, Exception):
            raise page
        return page


class Shelf:
    """Keeps all moments; fails at the one of number ``fails``."""

    def __init__(self, fails: int = -1) -> None:
        self.moments: list[Moment] = []
        self.closed = 0
        self._fails = fails

    def show(self, moment: Moment) -> None:
        self.moments.append(moment)
        if moment.frame.number == self._fails:
            raise OutputError("full")

    def close(self) -> None:
        self.closed += 1


def play(source: FakeSource, eye: Eye, output: Shelf, **patience: Any) -> tuple[Loop, Words]:
    """Run a loop over all of ``source``."""
    words = Words()
    source.open()
    capture = Capture(source, words, every_frame=True)
    loop = Loop(capture, eye, Patience(**patience), [output], words, threading.Event())
    loop.run()
    assert output.closed == 1
    return loop, words


def film(count: int, rate: float = 30.0) -> FakeSource:
    return FakeSource([picture(shape=(480, 640))] * count, rate=rate)


def test_a_frame_that_cannot_be_read_is_said_once_and_the_next_is_read() -> None:
    output = Shelf()
    eye = ScriptedEye(ROOM, TOO_MANY, TOO_MANY, *[ROOM] * 20, TOO_MANY, ROOM)
    loop, words = play(film(40), eye, output)
    assert [moment.frame.number for moment in output.moments] == list(range(40))
    errors = [moment.frame.number for moment in output.moments if moment.error is not None]
    assert errors == [1, 2, 23]
    assert output.moments[1].to_dict()["error"] == str(TOO_MANY)
    assert output.moments[1].to_dict()["model"] == "m"
    assert "error" not in output.moments[0].to_dict()
    assert [each.text for moment in output.moments for each in moment.settled] == ["ROOM 47"]
    assert words == [
        f"fake: frame 1 {TOO_MANY}; going on with the next",
        "fake: 3 of 40 frames could not be read",
    ]
    assert not loop.failed


def test_an_eye_reads_within_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(eye_module, "Reader", lambda *_, **options: made.append(options))
    limits = Limits(characters=7)
    Eye(Settings(limits=limits))
    assert [options["limits"] for options in made] == [limits]


def test_where_no_frame_can_be_read_that_is_a_failure() -> None:
    loop, words = play(film(3), ScriptedEye(TOO_MANY), Shelf())
    assert loop.failed
    assert words[1:] == ["fake: 3 of 3 frames could not be read"]


def test_each_picture_that_cannot_be_read_is_named_and_a_failure() -> None:
    source = film(3)
    source.file = "b.png"
    loop, words = play(source, ScriptedEye(TOO_MANY, EMPTY), Shelf())
    assert loop.failed
    assert words == [f"b.png: {TOO_MANY}", "fake: no writing was seen"]


@pytest.mark.parametrize(
    ("file", "advice"),
    [(None, "lower --settle or --confidence"), ("b.png", "emnist-edge classify")],
)
def test_a_file_without_a_text_says_why(file: str | None, advice: str) -> None:
    source = film(3)
    source.file = file
    loop, words = play(source, ScriptedEye(ROOM), Shelf())
    assert not loop.failed
    (said,) = words
    assert said.startswith("fake: no text has settled: none read the same for 0.5 s")
    assert advice in said


def test_a_file_that_settles_says_nothing() -> None:
    assert play(film(30), ScriptedEye(ROOM), Shelf())[1] == []
    # As if taken so slowly that few are enough.
    assert play(film(5, rate=1.0), ScriptedEye(ROOM), Shelf())[1] == []


def test_without_an_output_that_is_left_the_loop_ends() -> None:
    output = Shelf(fails=2)
    loop, words = play(film(1000), ScriptedEye(ROOM), output)
    assert len(output.moments) == 3
    assert loop.failed
    assert words == ["full"]


def test_an_output_is_closed_where_reading_fails() -> None:
    output = Shelf()
    with pytest.raises(RuntimeError, match="interpreter"):
        play(film(3), ScriptedEye(RuntimeError("interpreter")), output)
    assert output.closed == 1


def test_silence_is_said_once_but_not_of_what_is_known_to_be_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop_module, "_SILENCE", 0.0)
    monkeypatch.setattr(loop_module, "_LOOK", 0.001)
    words, stopping = Words(), threading.Event()
    source = FakeSource([], endless=True)  # opens and gives nothing
    source.open()
    capture = Capture(source, words)
    loop = Loop(capture, ScriptedEye(ROOM), Patience(), [Shelf()], words, stopping)
    capture.outage.failed("fake: gone")
    beats = iter(range(100))
    loop._alive = lambda: stopping.set() if next(beats) == 50 else None
    loop.run()
    assert list(words) == ["fake: gone; trying again"]
