from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from emnist_device.live.frames import Frame
from emnist_device.live.moment import Moment
from emnist_device.live.outputs.window import Window, draw
from emnist_device.live.sheets import SheetSight
from emnist_device.live.steady import SteadyLine
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import write


def moment(channels: tuple[int, ...] = ()) -> Moment:
    frame = Frame(0, np.full((120, 320, *channels), 200, np.uint8), 0.0, 0.0)
    return Moment(frame, (SteadyLine(1, write("AB"), True),), (), 1.0, 1.0, 0, {}, "m")


@pytest.mark.parametrize("channels", [(), (3,)])
def test_boxes_and_text_are_drawn_on_a_copy(channels: tuple[int, ...]) -> None:
    given = moment(channels)
    canvas = draw(given)
    assert canvas.shape == (120, 320, 3)
    assert (given.frame.picture == 200).all()
    assert (canvas[80, 100:120] != 200).any()  # the lower side of the first box
    assert (canvas[20:50, 90:170] != 200).any()  # the text above


def test_a_sheet_that_is_read_has_a_green_frame_and_one_that_is_refused_an_amber_one() -> None:
    corners = ((40.0, 20.0), (280.0, 20.0), (280.0, 100.0), (40.0, 100.0))
    for sight in (
        SheetSight("hold it still"),
        SheetSight("read: exam", True, corners=corners),
        SheetSight("another form", refused=True, corners=corners),
    ):
        canvas = draw(replace(moment(), lines=(), sheet=sight))
        blue, green, red = (int(level) for level in canvas[60, 40])
        assert (green > max(blue, red) + 60) == sight.done
        assert (red > green + 60 > blue + 120) == sight.refused
        assert (canvas[90:] != 200).any()  # the note below


def test_without_a_display_or_windows_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(OutputError, match="no display"):
        Window(lambda: None)

    def without(*_: Any) -> None:
        raise cv2.error("The function is not implemented")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "namedWindow", without)
    with pytest.raises(OutputError, match="pip install opencv-python"):
        Window(lambda: None)


@pytest.mark.parametrize(("key", "visible"), [(ord("q"), 1.0), (27, 1.0), (-1, 0.0), (-1, 1.0)])
def test_keys_and_the_close_button_end_it(
    monkeypatch: pytest.MonkeyPatch, key: int, visible: float
) -> None:
    shown: list[Any] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "namedWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "imshow", lambda _, canvas: shown.append(canvas))
    monkeypatch.setattr(cv2, "waitKey", lambda _: key)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda *_: visible)
    monkeypatch.setattr(cv2, "destroyAllWindows", lambda: shown.append("closed"))
    ended: list[bool] = []
    window = Window(lambda: ended.append(True))
    window.show(moment())
    window.close()
    assert ended == ([] if key == -1 and visible else [True])
    assert len(shown) == 2
