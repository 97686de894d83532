"""Examples of close-ups: of one mark, of several, and of what is none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell import find_cell_inks
from emnist_device.detect.closeup import CloseUp, find_close_ups, find_mark
from emnist_edge.drawing.pages import draw_page
from tests.emnist_device.detect.examples.close import cut, framed, paper
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.detect.thresholds import Thresholds

    Picture = Callable[[], NDArray[np.uint8]]


def views_of(picture: NDArray[np.uint8], t: Thresholds) -> list[CloseUp]:
    return find_close_ups(picture, close_ups=t.cells.close_ups)


def close_example(name: str, picture: Picture, alone: bool | None, *steps: str) -> None:
    """Add an example: ``picture`` is a close-up of one mark, of several, or (None) is none.

    It is one of the thresholds of close-ups, and of those of other ``steps``.
    """

    def example(t: Thresholds) -> bool:
        found = views_of(picture(), t)
        return (found[0].alone if found else None) is alone

    example.__name__ = name
    decides("CloseUps", *steps)(example)


def blurred(picture: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def faint(picture: NDArray[np.uint8], low: int, high: int) -> NDArray[np.uint8]:
    """Return ``picture`` with its brightness between ``low`` and ``high``."""
    return cv2.normalize(picture, None, low, high, cv2.NORM_MINMAX)


def fading() -> NDArray[np.uint8]:
    along = np.linspace(60, 200, 120)[None].repeat(90, axis=0)
    return along.astype(np.uint8)


def blot(radius: int) -> NDArray[np.uint8]:
    picture = np.full((200, 300), 235, np.uint8)
    return cv2.circle(picture, (150, 100), radius, 40, -1)


def table(lines: int) -> NDArray[np.uint8]:
    picture = np.full((300, 300), 235, np.uint8)
    for place in np.linspace(30, 266, lines).astype(int):
        picture[place : place + 5, 30:271] = picture[30:271, place : place + 5] = 40
    picture[150, 150] = 40
    return picture


def ladder(rungs: int) -> NDArray[np.uint8]:
    """Return a mark with so many holes less one, whose sides have gaps."""
    picture = np.full((300, 220), 235, np.uint8)
    picture[20:280, 80:90] = picture[40:260, 140:150] = 40
    for y in np.linspace(40, 252, rungs).astype(int):
        picture[y : y + 8, 80:150] = 40
    return picture


def dusty(side: int) -> NDArray[np.uint8]:
    picture = cut("7", 0.5).copy()
    picture[4 : 4 + side, 4 : 4 + side] = 40
    return picture


def small_beside(height: int) -> NDArray[np.uint8]:
    """Return a large mark, and a lot of ink in ones so many pixels high."""
    picture = np.full((200, 400), 235, np.uint8)
    picture[30:170, 40:56] = 40
    for x in range(100, 380, 24):
        picture[100 : 100 + height, x : x + 12] = 40
    return picture


def strip(width: int) -> NDArray[np.uint8]:
    """Return paper with a strip of a table at its left side."""
    picture = np.full((200, 300), 235, np.uint8)
    picture[:, :width] = 40
    return picture


def fine_writing() -> NDArray[np.uint8]:
    """Return lines of small writing that run together to one bar when they are seen coarsely."""
    picture = np.full((1600, 1600), 235, np.uint8)
    for y in range(600, 1000, 8):
        picture[y : y + 4, 200:1400] = 40
    return picture


def sheet_on_table() -> NDArray[np.uint8]:
    picture = draw_page("47", size=(220, 140), height=34, seed=4).picture
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cv2.copyMakeBorder(grey, *(16,) * 4, cv2.BORDER_CONSTANT, value=60)


def zigzag(width: int, height: int) -> NDArray[np.uint8]:
    """Return one mark of so many pixels, like a W."""
    points = [(40 + width * n // 4, 50 + height * (n % 2)) for n in range(5)]
    return cv2.polylines(paper(width + 80), [np.array(points)], False, 40, 12, cv2.LINE_AA)


def two_marks(lean: int) -> NDArray[np.uint8]:
    """Return two strokes, of which one leans over the other by so many pixels."""
    picture = cv2.line(paper(220), (60, 160), (120, 40), 40, 12)
    return cv2.line(picture, (138 - lean, 172), (178 - lean, 60), 40, 12)


def cap(height: float) -> NDArray[np.uint8]:
    """Return a mark, and another above it that is so many times as high."""
    high = round(110 * height)
    picture = cv2.line(paper(200, 240), (100, 100), (100, 210), 40, 12)
    return cv2.line(picture, (85, 84), (115, 84 - high), 40, 12)


def speck(side: int) -> NDArray[np.uint8]:
    """Return a mark of 5000 pixels, and a square beside it."""
    picture = paper(260)
    picture[20:180, 60:80] = picture[160:180, 60:150] = 40
    picture[30 : 30 + side, 200 : 200 + side] = 40
    return picture


def very_bold(pen: int) -> NDArray[np.uint8]:
    """Return a T of 100 pixels."""
    picture = paper(200)
    picture[50 : 50 + pen, 40:160] = picture[50:150, 100 - pen // 2 : 100 + pen // 2] = 40
    return picture


def bar(width: int) -> NDArray[np.uint8]:
    picture = paper(200)
    picture[20:180, 100 - width // 2 : 100 + width // 2] = 40
    return picture


def grey_and_black() -> NDArray[np.uint8]:
    picture = paper(200)
    picture[30:170, 60:84] = picture[30:54, 60:150] = 40
    picture[110:170, 60:150] = 160
    return picture


def pierced(side: int) -> NDArray[np.uint8]:
    """Return an L of 76 pixels with six holes of so many pixels a side."""
    picture = paper(96, 96)
    picture[10:86, 14:34] = picture[66:86, 14:84] = 40
    for y in range(14, 62, 8):
        picture[y : y + side, 20 : 20 + side] = 235
    return picture


def woven(side: int, low: int, high: int) -> NDArray[np.uint8]:
    """Return an L whose ink is a chequer of such squares and brightness."""
    picture = paper(500, 480)
    rows, columns = np.mgrid[:480, :500] // side
    chequer = np.where((rows + columns) % 2, high, low).astype(np.uint8)
    for window in (np.s_[60:420, 150:230], np.s_[340:420, 150:380]):
        picture[window] = chequer[window]
    return picture


for _char in "1L8TM":
    close_example(f"{_char}_without_a_margin", partial(cut, _char), True)
    close_example(f"{_char}_with_one", partial(cut, _char, 0.2), True)
close_example("bold", lambda: cut("8", 0.1, 0.22), True)
close_example("out_of_focus", lambda: blurred(cut("8", 0.1), 5), True)
close_example("out_of_focus_1", lambda: blurred(cut("1", 0.1), 5), True)
close_example("faint", lambda: faint(cut("5", 0.2), 200, 245), True)
close_example("fainter_than_writing", lambda: faint(cut("5", 0.2), 230, 245), None)
close_example("an_i_and_its_dot", lambda: cut("i", 0.1), True)
close_example("two_characters", lambda: cut("47"), False)
close_example("two_narrow_characters", lambda: cut("11"), False)
close_example("a_word", lambda: cut("HARBOR"), False)
close_example("two_lines", lambda: cut("7\n3"), False)
close_example("light_that_fades", fading, None)
close_example("a_blot", lambda: blot(80), None)
close_example("a_dash_like_blot", lambda: blot(60), None)
close_example("a_table", lambda: table(4), None)
close_example("a_ladder", lambda: ladder(8), None)
close_example("a_shape_with_three_holes", lambda: ladder(4), True)
close_example("a_box", lambda: framed(np.full((140, 140), 235, np.uint8), 4, 30), None)
close_example(
    "a_character_in_a_box", lambda: framed(cut("5", 0.15), 3), True, "Rim", "CloseContrasts"
)
close_example(
    "a_character_in_a_box_with_paper_around",
    lambda: framed(cut("5", 0.2), 4, 12),
    True,
    "Rim",
    "CloseContrasts",
)
close_example("dust", lambda: dusty(5), True)
close_example("a_dot_beside", lambda: dusty(16), False)
close_example("small_marks_beside_a_large_one", lambda: small_beside(30), None)
close_example("marks_half_as_high", lambda: small_beside(70), False)
close_example("a_strip_of_the_table", lambda: strip(20), None, "Rim", "CloseContrasts")
close_example("fine_writing", fine_writing, None)
close_example("a_sheet_on_a_table", sheet_on_table, None, "Sheets")
close_example("a_wide_mark", lambda: zigzag(150, 100), True)
close_example("a_row_of_what_touches", lambda: zigzag(260, 100), False)
close_example("marks_that_lean_over_each_other", lambda: two_marks(30), False)
close_example("a_cap_over_a_mark", lambda: cap(0.45), True)
close_example("a_fleck", lambda: speck(9), True)
close_example("a_point_beside", lambda: speck(13), False)
close_example("very_bold", lambda: very_bold(36), True)
close_example("a_bar_whose_sides_fade", lambda: blurred(bar(36), 12), None)
close_example("grey_beside_black", grey_and_black, None)
close_example("a_mark_with_flaws", lambda: pierced(2), True)
close_example("a_mark_with_many_holes", lambda: pierced(3), None)
close_example("halftone", lambda: woven(2, 0, 235), None)
close_example("chalk", lambda: woven(8, 20, 140), True)


@decides("CloseUps")
def ink_is_cut_out_large(t: Thresholds) -> bool:
    (view, *_) = views_of(cut("5", 0.2), t)
    ink, scale = find_mark(view, close_ups=t.cells.close_ups)
    return 300 < ink.shape[0] < 500 and abs(ink.shape[0] / scale - cut("5", 0.2).shape[0]) < 2


# --- cells --------------------------------------------------------------------------------------


def dotted(side: int, t: Thresholds) -> float:
    """Return how much of a cell's ink is a dot beside its character."""
    cell = cut("1", 0.5).copy()
    middle = cell.shape[0] // 2
    cell[middle : middle + side, 20 : 20 + side] = 40
    ink, scale = next(find_cell_inks(cell, cells=t.cells))
    return float((ink[:, : round(45 * scale)] > 0).mean())


@decides("Cells")
def dust_in_a_cell_is_left_out(t: Thresholds) -> bool:
    return dotted(10, t) == 0


@decides("Cells")
def a_part_of_its_character_is_not(t: Thresholds) -> bool:
    return dotted(15, t) > 0
