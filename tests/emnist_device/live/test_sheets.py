"""Sheets before a camera: still or moved, read once; by a reader that reads nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.forms.reading.result import FieldReading, SheetReading
from emnist_device.forms.registration.register import NoSheetError, RefusedSheetError
from emnist_device.live.sheets import SettledSheet, SheetWatch
from emnist_device.live.steady import Patience
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CORNERS = ((80.0, 60.0), (620.0, 62.0), (620.0, 300.0), (80.0, 298.0))
ONE = SheetReading(
    "exam", 1, 3, None,
    (
        FieldReading("number", "4711", "4711", 0.99),
        FieldReading("name", "ADA", "ADA", 0.5, (("AOA", 0.4),)),
        FieldReading("note", "", "", 0.99999),
    ),
    0, 1.0, 0.1, 7.9, "small-int8", CORNERS,
)  # fmt: skip


def changed(sheet: SheetReading, **texts: str) -> SheetReading:
    """Return another reading, with these texts of fields."""
    fields = (
        replace(field, text=texts.get(field.name, field.text), value=texts.get(field.name, ""))
        for field in sheet.fields
    )
    return replace(sheet, fields=tuple(fields))


TWO = changed(ONE, number="4712")


class Camera:
    """Shows scenes to a watch, ten frames a second, and reads what the scene is said to hold."""

    def __init__(self, **patience: float) -> None:
        self.watch = SheetWatch(self._read, Patience(settle=0.3, **patience))
        self.scene: SheetReading | PictureError = PictureError("no corner marker can be seen")
        self.looked = 0
        self.time = 0.0
        self._rng = np.random.default_rng(1)
        self._shade = 0

    def _read(self, _: NDArray[np.uint8]) -> SheetReading:
        self.looked += 1
        if isinstance(self.scene, PictureError):
            raise self.scene
        return self.scene

    def put(self, scene: SheetReading | PictureError) -> None:
        """Put something else before the camera."""
        self.scene, self._shade = scene, self._shade + 1

    def show(self, frames: int = 8, *, hand: bool = False) -> list[SettledSheet]:
        """Show frames, with noise, and a hand that moves; return the sheets that are new."""
        found: list[SettledSheet] = []
        for number in range(frames):
            picture = np.full((480, 640), 200, np.float64)
            picture[100:140, 100 : 300 + 30 * self._shade] = 90  # a line of writing, and the next
            if hand:
                picture[:, 60 * number : 60 * number + 150] = 40
            noisy = picture + 4 * self._rng.standard_normal(picture.shape)
            self.sight, new = self.watch.update(np.clip(noisy, 0, 255).astype(np.uint8), self.time)
            found += new
            self.time += 0.1
        return found


def test_a_sheet_is_read_once_when_it_holds_still() -> None:
    camera = Camera()
    camera.put(ONE)
    assert camera.show(3) == []
    assert (camera.sight.done, camera.looked, camera.sight.note) == (False, 0, "hold it still")
    (found,) = camera.show(20)
    assert found.sheet == ONE
    assert found.time == pytest.approx(0.3)
    assert (camera.sight.done, camera.sight.corners) == (True, CORNERS)
    assert camera.sight.note == "read: exam, page 1, copy 3"
    assert camera.looked == 1


def test_a_hand_over_a_sheet_does_not_make_it_new() -> None:
    camera = Camera(again=1.0)
    camera.put(ONE)
    assert len(camera.show(30)) == 1  # it lies there for longer than a sheet may be away
    assert camera.show(4, hand=True) == []
    assert not camera.sight.done
    camera.scene = changed(ONE, name="AOA")  # what is doubtful may be read otherwise
    assert camera.show() == []
    assert camera.sight.done
    assert camera.looked == 2


def test_ten_sheets_in_a_row_are_read_once_each() -> None:
    camera = Camera()
    found = []
    for number in range(10):
        camera.put(changed(ONE, number=f"{number:04}"))
        found += camera.show(3, hand=True) + camera.show()
    assert [each.sheet.fields[0].text for each in found] == [f"{n:04}" for n in range(10)]


def test_a_sheet_that_takes_the_place_of_another_unseen_is_new() -> None:
    """While one is read, which takes seconds on a small machine, the next may be put there."""
    camera = Camera()
    camera.put(ONE)
    assert len(camera.show()) == 1
    camera.put(TWO)
    assert [each.sheet for each in camera.show()] == [TWO]


@pytest.mark.parametrize(("row", "new"), [(2, 1), (1, 0), (None, 0)])
def test_a_sheet_of_another_row_of_the_roster_is_new(row: int | None, new: int) -> None:
    camera = Camera()
    camera.put(replace(ONE, row=1))
    assert len(camera.show()) == 1
    camera.put(replace(changed(ONE, name="AOA"), row=row))  # no field differs that is sure
    assert len(camera.show()) == new


def test_a_sheet_comes_again_when_it_was_away_for_long() -> None:
    camera = Camera(again=2.0)
    camera.put(ONE)
    assert len(camera.show()) == 1
    camera.put(TWO)
    assert len(camera.show()) == 1
    camera.put(ONE)
    assert camera.show() == []
    camera.put(TWO)
    assert camera.show(30) == []
    camera.put(ONE)
    assert [each.sheet for each in camera.show()] == [ONE]


def test_what_shows_no_sheet_is_looked_at_again_and_says_why() -> None:
    camera = Camera()
    assert camera.show(30) == []
    assert camera.looked == 3  # after 0.3, 1.3 and 2.3 seconds
    assert camera.sight.note == camera.watch.note == "no corner marker can be seen"
    told = {"note": "no corner marker can be seen", "done": False, "refused": True}
    assert camera.sight.to_dict() == told
    camera.scene = ONE  # in focus by now
    assert len(camera.show(12)) == 1


def test_a_sheet_that_cannot_be_read_is_told_from_an_empty_table() -> None:
    camera = Camera()
    camera.put(NoSheetError("no corner marker can be seen"))
    camera.show()
    assert not camera.sight.refused
    camera.put(PictureError("2 of 4 corner markers can be seen"))
    camera.show()
    assert (camera.sight.refused, camera.sight.corners) == (True, ())
    camera.put(RefusedSheetError("is a sheet of the form other", CORNERS))
    camera.show()
    assert (camera.sight.refused, camera.sight.corners) == (True, CORNERS)
    camera.put(ONE)
    camera.show()
    assert not camera.sight.refused


def test_it_waits_for_three_frames_and_for_a_camera_of_another_size() -> None:
    watch = SheetWatch(lambda _: ONE, Patience(settle=0))
    sizes = [(480, 640)] * 2 + [(240, 320)] * 3
    new = [watch.update(np.zeros(size, np.uint8), n / 10)[1] for n, size in enumerate(sizes)]
    assert [len(each) for each in new] == [0, 0, 0, 0, 1]


def test_a_sheet_is_said_on_a_line_and_as_json() -> None:
    found = SettledSheet(ONE, 1.25)
    assert found.text == "exam, page 1, copy 3: number? 4711, name? ADA"
    sure = replace(ONE, fields=(replace(ONE.fields[0], probability=0.9999), *ONE.fields[1:]))
    assert SettledSheet(sure, 0).text == "exam, page 1, copy 3: number 4711, name? ADA"
    content = SettledSheet(sure, 1.25).to_dict()
    assert (content["settled"], content["time"]) == (SettledSheet(sure, 0).text, 1.25)
    fields = content["sheet"]["fields"]
    assert [fields[name]["accepted"] for name in fields] == [True, False, True]
    blank = replace(ONE, copy=0, fields=ONE.fields[2:])
    assert SettledSheet(blank, 0).text == "exam, page 1: blank"
