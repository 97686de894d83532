"""Sheets that a hand holds: it trembles and sinks, and each is read once, by a fake reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.forms.reading.result import FieldReading, SheetReading
from emnist_device.forms.registration.register import NoSheetError, RefusedSheetError
from emnist_device.live.sheets import SettledSheet, SheetWatch
from emnist_device.live.steady import Patience
from tests.emnist_device.live.conftest import Desk

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 15
SEEN = ((112.0, 58.0), (529.0, 61.0), (533.0, 418.0), (111.0, 421.0))


class Held:
    """A sheet held before a watch, which trembles by so many pixels of 640, and sinks."""

    def __init__(self, tremor: float = 1.3, sinks: float = 4.0) -> None:
        self.watch = SheetWatch(self._read, Patience(settle=0.4))
        self.desk, self.text = Desk(), "4711"
        self.error: Exception | None = None
        self.looked: list[NDArray[np.uint8]] = []
        self._tremor, self._sinks, self._count, self.x = tremor, sinks, 0, 0.0
        self._rng = np.random.default_rng(5)

    def _read(self, picture: NDArray[np.uint8]) -> SheetReading:
        self.looked.append(picture)
        if self.error is not None:
            raise self.error
        corners = tuple((x, y) for x, y in self.desk.corners(**self.lies).tolist())
        field = FieldReading("number", self.text, self.text, 0.99)
        return SheetReading("exam", 1, 0, None, (field,), 0, 1.0, 0.1, 7.9, "m", corners)

    def show(self, frames: int, blurs: tuple[int, ...] = (1,)) -> list[SettledSheet]:
        """Show frames, whose motion blurs them by so many pixels in turn; return what is new."""
        found: list[SettledSheet] = []
        for number in range(frames):
            x, y, turn = (self._tremor * self._rng.standard_normal(3)).tolist()
            time = self._count / RATE
            self.lies = {"x": x + self.x, "y": y + self._sinks * time, "turn": turn / 10}
            picture = self.desk.see(**self.lies)
            blur = blurs[number % len(blurs)]
            self.shown = cv2.blur(picture, (blur, 1)) if blur > 1 else picture
            self.sight, new = self.watch.update(self.shown, time)
            found += new
            self._count += 1
        return found

    def off(self) -> float:
        """Return how far the corners that are told are from where they are, in pixels."""
        return float(np.abs(np.array(self.sight.corners) - self.desk.corners(**self.lies)).max())


@pytest.mark.parametrize("tremor", [0.4, 1.3, 2.5])  # 1 to 6 pixels of 1500
def test_it_is_read_once_and_its_frame_follows(tremor: float) -> None:
    held = Held(tremor)
    assert len(held.show(12)) == 1
    for _ in range(40):
        assert held.show(1) == []
        assert held.sight.done
        assert held.off() < 2
    assert len(held.looked) == 1


def test_what_is_written_on_it_meanwhile_is_read() -> None:
    held = Held()
    held.show(20)
    held.desk.write(250, "0815")
    held.text = "47110815"
    assert held.show(1) == []
    assert not held.sight.done
    assert [each.sheet.fields[0].text for each in held.show(20)] == ["47110815"]
    assert held.sight.done


def test_the_next_one_is_read_though_the_change_was_not_seen() -> None:
    held = Held()
    held.show(20)
    held.desk, held.text = Desk(), "4712"
    held.desk.write(250, "4712")
    assert [each.sheet.fields[0].text for each in held.show(20)] == ["4712"]


def test_one_that_differs_by_a_digit_is_read_where_it_was_put_elsewhere_unseen() -> None:
    held = Held(sinks=0.0)
    held.desk.write(250, "4711")
    held.show(20)
    held.desk, held.text, held.x = Desk(), "4712", 15.0
    held.desk.write(250, "4712")
    assert [each.sheet.fields[0].text for each in held.show(20)] == ["4712"]
    held.x = 30.0  # itself, moved as fast
    assert held.show(20) == []
    assert held.sight.done
    assert len(held.looked) == 3


def test_frames_that_its_motion_blurs_wait() -> None:
    held = Held()
    held.show(20, blurs=(5, 5, 5, 1, 5))
    (read,) = held.looked
    others = [held.desk.see(**held.lies), cv2.blur(held.desk.see(**held.lies), (5, 1))]
    steep, sharp, blurred = (
        float((np.diff(each.astype(float), axis=1) ** 2).mean()) for each in (read, *others)
    )
    assert steep > (sharp + blurred) / 2
    # Where all are as blurred, that is how they are.
    assert len(Held().show(20, blurs=(4,))) == 1


def test_one_frame_that_is_sharper_than_all_others_does_not_keep_it_waiting() -> None:
    held = Held(tremor=0.4)
    held.show(2)
    assert len(held.show(30, blurs=(4,))) == 1
    assert held.sight.done


def test_what_sinks_fast_is_not_read() -> None:
    held = Held(sinks=60.0)
    assert held.show(30) == []
    assert (held.looked, held.sight.note) == ([], "hold it still")


def test_where_no_sheet_was_seen_nobody_is_told_to_hold_it_still() -> None:
    held = Held()
    held.error = NoSheetError("no corner marker can be seen")
    held.show(10)
    assert held.sight.note == "no corner marker can be seen"
    for line in (250, 280, 310, 340):
        held.desk.write(line, "SOMETHING ELSE")
    held.show(1)
    assert held.sight.note == "no sheet is in sight: hold one still before the camera"
    held.error = None
    assert len(held.show(12)) == 1
    held.desk.write(280, "AND ANOTHER")
    held.show(1)
    assert held.sight.note == "hold it still"


def test_the_frame_of_one_that_cannot_be_read_follows_as_well() -> None:
    held = Held(tremor=1.0)
    held.error = RefusedSheetError("is a sheet of the form other", SEEN)
    held.show(7)
    assert (len(held.looked), held.sight.corners) == (1, SEEN)
    start = held.desk.corners(**held.lies)
    for _ in range(10):
        held.show(1)
        assert held.sight.refused
        moved = held.desk.corners(**held.lies) - start
        assert np.abs(np.array(held.sight.corners) - SEEN - moved).max() < 3
    assert len(held.looked) == 1
