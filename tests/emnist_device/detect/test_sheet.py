from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.detect.closeup import find_close_ups
from emnist_device.detect.sheet import shows_sheet
from emnist_edge.drawing.pages import Camera, Pen, draw_page

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TABLE = (50, 60, 70)


def sheet(text: str, height: int = 34) -> NDArray[np.uint8]:
    """Return a sheet of 220x140 with ``text`` in the middle."""
    return draw_page(text, size=(220, 140), height=height, seed=4).picture


def on_table(
    picture: NDArray[np.uint8], above: int, below: int, left: int, right: int
) -> NDArray[np.uint8]:
    """Return ``picture`` with so much of a table above, below, left and right of it."""
    return cv2.copyMakeBorder(picture, above, below, left, right, cv2.BORDER_CONSTANT, value=_TABLE)


def round_sign(text: str) -> NDArray[np.uint8]:
    """Return a round sign with ``text``, cut out with a narrow margin."""
    picture = draw_page(text, size=(240, 240), height=50, seed=4).picture
    disc = cv2.circle(np.zeros((240, 240, 1), np.uint8), (120, 120), 112, 1, cv2.FILLED)
    return np.where(disc > 0, picture, np.array(_TABLE, np.uint8))


@pytest.mark.parametrize("inverted", [False, True], ids=["light sheet", "dark sheet"])
@pytest.mark.parametrize("text", ["NOTE", "47", "G91", "8"])
def test_a_sheet_that_shows_as_a_whole_is_no_mark(text: str, *, inverted: bool) -> None:
    picture = on_table(sheet(text), 16, 16, 16, 16)
    assert find_close_ups(255 - picture if inverted else picture) == []


@pytest.mark.parametrize("sides", [(30, 0, 0, 0), (0, 0, 60, 0), (40, 0, 40, 0), (40, 40, 0, 40)])
def test_a_table_at_some_sides_is_no_mark(sides: tuple[int, int, int, int]) -> None:
    assert find_close_ups(on_table(sheet("C25"), *sides)) == []


@pytest.mark.parametrize("turn", [-0.15, 0.1])
def test_a_turned_sheet_is_no_mark(turn: float) -> None:
    camera = Camera(margin=0.05, turn=turn, perspective=0.03, table=_TABLE)
    page = draw_page("tea 3", size=(400, 200), height=40, seed=1, camera=camera)
    assert find_close_ups(page.picture) == []


@pytest.mark.parametrize("text", ["25", "A7", "3"])
def test_a_round_sign_is_no_mark(text: str) -> None:
    assert find_close_ups(round_sign(text)) == []


def test_writing_that_is_small_on_its_sheet_is_seen() -> None:
    page = draw_page("hello", size=(250, 500), height=28, seed=4)
    picture = on_table(page.picture, 120, 120, 60, 60)
    ink = cv2.threshold(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 150, 255, cv2.THRESH_BINARY)[1]
    assert shows_sheet(ink)
    assert find_close_ups(picture) == []


@pytest.mark.parametrize("char", list("0689ABDOPQR"))
@pytest.mark.parametrize("margin", [2, 20])
@pytest.mark.parametrize("pen", [0.1, 0.24])
def test_characters_with_holes_are_no_sheets(char: str, margin: int, pen: float) -> None:
    page = draw_page(char, size=(400, 400), height=150, seed=5, pen=Pen(width=pen))
    x, y, width, height = cv2.boundingRect((page.coverage > 99).astype(np.uint8))
    ink = page.coverage[y - margin : y + height + margin, x - margin : x + width + margin]
    assert not shows_sheet(np.where(ink > 99, np.uint8(255), np.uint8(0)))


def test_a_box_that_was_cut_out_is_no_sheet() -> None:
    page = draw_page("5", size=(200, 200), height=110, seed=5)
    ink = np.where(page.coverage > 99, np.uint8(255), np.uint8(0))
    assert not shows_sheet(cv2.rectangle(ink, (0, 0), (199, 199), 255, 8))


@pytest.mark.parametrize("level", [0, 255])
def test_without_ink_there_is_no_sheet(level: int) -> None:
    assert not shows_sheet(np.full((40, 60), level, np.uint8))
