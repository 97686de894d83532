"""Examples of close-ups: what one or few marks fill, and what is none."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.close_contrast import find_close_contrasts
from emnist_device.detect.frames import is_frame
from emnist_device.detect.rim import may_paper_be_dark
from emnist_device.detect.sheet import shows_sheet
from emnist_edge.drawing.pages import Pen, draw_page
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.detect.thresholds import Thresholds

    Picture = Callable[[], NDArray[np.uint8]]


@cache
def cut(text: str, margin: float = 0.0, pen: float = 0.12, height: int = 110) -> NDArray[np.uint8]:
    """Return what is written, cut out with a margin in its heights, (H, W) dark on light."""
    size = (120 + 150 * max(map(len, text.split("\n"))), 220 + 180 * text.count("\n"))
    page = draw_page(text, size=size, height=height, seed=3, pen=Pen(width=pen))
    x, y, width, high = cv2.boundingRect((page.coverage > 99).astype(np.uint8))
    more = round(margin * high)
    rows = slice(max(y - more, 0), y + high + more)
    columns = slice(max(x - more, 0), x + width + more)
    return cv2.cvtColor(page.picture[rows, columns], cv2.COLOR_BGR2GRAY)


@cache
def bold(char: str, margin: int) -> NDArray[np.uint8]:
    """Return a bold printed character, cut out with a margin in pixels."""
    picture = np.full((200, 200), 235, np.uint8)
    cv2.putText(picture, char, (40, 160), cv2.FONT_HERSHEY_SIMPLEX, 4, (40,), 24, cv2.LINE_AA)
    x, y, width, height = cv2.boundingRect((picture < 128).astype(np.uint8))
    return picture[y - margin : y + height + margin, x - margin : x + width + margin]


def framed(picture: NDArray[np.uint8], line: int, outside: int = 0) -> NDArray[np.uint8]:
    """Return ``picture`` in a box of lines so many pixels wide, with paper outside."""
    boxed = cv2.copyMakeBorder(picture, *(line,) * 4, cv2.BORDER_CONSTANT, value=60)
    return cv2.copyMakeBorder(boxed, *(outside,) * 4, cv2.BORDER_CONSTANT, value=245)


def in_lines(char: str, grey: int) -> NDArray[np.uint8]:
    """Return a character that fills a box whose lines have this brightness."""
    return cv2.copyMakeBorder(cut(char, 0.05), 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=grey)


def fraction_right(contrast: NDArray[np.uint8], dark: NDArray[np.bool_]) -> float:
    """Return how much of ``contrast`` tells ink from paper as ``dark`` does."""
    shown = cv2.resize(contrast, dark.shape[::-1], interpolation=cv2.INTER_AREA)
    return float(((shown > 100) == dark).mean())


def paper(width: int, height: int = 200) -> NDArray[np.uint8]:
    return np.full((height, width), 235, np.uint8)


def contrasts_of(picture: NDArray[np.uint8], t: Thresholds) -> list[NDArray[np.uint8]]:
    found = find_close_contrasts(picture, contrasts=t.cells.close_ups.contrasts)
    return [seen.contrast for seen in found]


# --- the rim, and the contrast of close-ups -----------------------------------------------------


def rim_example(name: str, picture: Picture, count: int, dark: Picture | None = None) -> None:
    """Add an example: ``picture`` has so many contrasts, the first with the ink of ``dark``.

    With a count of 0, there may be one or two.
    """

    def example(t: Thresholds) -> bool:
        seen, ink = contrasts_of(picture(), t), (dark or picture)() < 128
        return (not count or len(seen) == count) and fraction_right(seen[0], ink) > 0.93

    example.__name__ = name
    decides("Rim", "CloseContrasts")(example)


for _char in "8E1":
    rim_example(f"{_char}_with_a_margin_has_one_polarity", partial(cut, _char, 0.15), 1)
for _char in "MH":
    rim_example(f"{_char}_that_fills_its_picture_has_two", partial(cut, _char, pen=0.2), 2)
for _char in "25":
    rim_example(
        f"paper_of_a_box_that_{_char}_fills_is_within",
        partial(in_lines, _char, 60),
        2,
        partial(in_lines, _char, 245),
    )
for _char in "BDH8":
    rim_example(f"outline_of_a_bold_{_char}_is_no_box", partial(cut, _char, 0.04, 0.2), 0)


def light(height: int, width: int, *dark: tuple[slice, slice]) -> NDArray[np.bool_]:
    """Return a picture (H, W), bright but for the parts that are ``dark``."""
    image = np.ones((height, width), bool)
    for part in dark:
        image[part] = False
    return image


@decides("Rim")
def a_narrow_picture_without_paper_is_a_1(t: Thresholds) -> bool:
    rim = t.cells.close_ups.contrasts.rim
    bar = light(100, 30, np.s_[:, 0:2])
    return may_paper_be_dark(bar, rim=rim) == (True,)


@decides("Rim")
def a_thin_stroke_on_narrow_paper_is_ink(t: Thresholds) -> bool:
    rim = t.cells.close_ups.contrasts.rim
    stroke = light(100, 30, np.s_[12:88, 14:16])
    return may_paper_be_dark(stroke, rim=rim) == (False,)


@decides("Rim")
def a_picture_half_as_wide_as_high_is_not_narrow(t: Thresholds) -> bool:
    rim = t.cells.close_ups.contrasts.rim
    dot = light(100, 60, np.s_[48:52, 28:34])
    return may_paper_be_dark(dot, rim=rim) == (False,)


@decides("CloseContrasts")
def a_long_strip_is_made_smaller(t: Thresholds) -> bool:
    (seen, *_) = contrasts_of(cv2.resize(cut("8", 0.2), (5000, 100)), t)
    return 1800 <= seen.shape[1] <= 3000


@decides("CloseContrasts")
def lines_above_and_below_are_no_ink(t: Thresholds) -> bool:
    cell = cv2.copyMakeBorder(cut("5", 0.15), 4, 4, 0, 0, cv2.BORDER_CONSTANT, value=60)
    (seen, *_) = contrasts_of(cell, t)
    return int(seen[:4].max()) < 60 < int(seen.max())


@decides("CloseContrasts")
def a_stroke_along_half_a_side_is_ink(t: Thresholds) -> bool:
    picture = paper(110, 140)
    picture[0:10, 40:100] = picture[30:136, 30:42] = picture[124:136, 30:90] = 40
    return fraction_right(contrasts_of(picture, t)[0], picture < 128) > 0.97


# --- frames -------------------------------------------------------------------------------------


def outline(side: int, pen: int, angle: float = 0.0, gap: float = 0.0) -> NDArray[np.uint8]:
    """Return a box, cut to its ink, 0 or 1: turned by degrees, with a gap in its upper side."""
    image = np.zeros((3 * side, 3 * side), np.uint8)
    cv2.rectangle(image, (side, side), (2 * side, 2 * side), 1, pen)
    middle = (1.5 * side, 1.5 * side)
    image = cv2.warpAffine(image, cv2.getRotationMatrix2D(middle, angle, 1), image.shape)
    x, y, width, height = cv2.boundingRect(image)
    own = image[y : y + height, x : x + width]
    own[: 2 * pen + 2, width // 2 : width // 2 + round(gap * width)] = 0
    return own


@decides("Frames")
def a_box_turned_a_little_is_a_frame(t: Thresholds) -> bool:
    return is_frame(outline(90, 8, 6), 8, frames=t.cells.close_ups.frames)


@decides("Frames")
def a_small_box_is_a_frame(t: Thresholds) -> bool:
    return is_frame(outline(60, 6), 6, frames=t.cells.close_ups.frames)


@decides("Frames")
def a_shape_with_a_gap_is_none(t: Thresholds) -> bool:
    return not is_frame(outline(90, 6, gap=0.3), 6, frames=t.cells.close_ups.frames)


# --- sheets -------------------------------------------------------------------------------------


def ink_of(width: int, height: int, *marks: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return a bright sheet on a dark table, 0 or 255, with holes at ``marks``."""
    image = np.zeros((height + 60, width + 60), np.uint8)
    image[30:-30, 30:-30] = 255
    for x, y, wide, high in marks:
        image[30 + y : 30 + y + high, 30 + x : 30 + x + wide] = 0
    return image


def is_sheet(image: NDArray[np.uint8], t: Thresholds) -> bool:
    return shows_sheet(image, sheets=t.cells.close_ups.sheets)


@decides("Sheets")
def a_sheet_with_writing_is_one(t: Thresholds) -> bool:
    return is_sheet(ink_of(200, 120, (40, 40, 8, 40), (70, 40, 30, 8), (120, 40, 8, 40)), t)


@decides("Sheets")
def a_round_sign_is_one(t: Thresholds) -> bool:
    image = np.zeros((200, 200), np.uint8)
    cv2.circle(image, (100, 100), 80, 255, -1)
    cv2.putText(image, "A7", (60, 120), 0, 1.6, 0, 6)
    return is_sheet(image, t)


@decides("Sheets")
def a_round_sign_with_one_letter_is_one(t: Thresholds) -> bool:
    image = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 80, 255, -1)
    image[60:140, 70:88] = image[122:140, 70:140] = 0
    return is_sheet(image, t)


@decides("Sheets")
def a_round_character_with_a_plain_hole_is_none(t: Thresholds) -> bool:
    image = np.zeros((200, 200), np.uint8)
    cv2.ellipse(image, (100, 100), (60, 80), 0, 0, 360, 255, -1)
    cv2.ellipse(image, (100, 100), (30, 50), 0, 0, 360, 0, -1)
    return not is_sheet(image, t)


@decides("Sheets")
def a_shape_with_bays_is_none(t: Thresholds) -> bool:
    image = ink_of(200, 120, (40, 40, 8, 40))
    image[30:90, 120:200] = 0
    return not is_sheet(image, t)


@decides("Sheets")
def a_box_is_none(t: Thresholds) -> bool:
    return not is_sheet(ink_of(200, 120, (25, 20, 150, 80)), t)


@decides("Sheets")
def a_sheet_full_of_writing_is_one(t: Thresholds) -> bool:
    marks = [(20 + 24 * n, 30, 15, 60) for n in range(7)]
    return is_sheet(ink_of(200, 120, *marks), t)


@decides("Sheets")
def a_grain_of_dust_is_no_writing(t: Thresholds) -> bool:
    return not is_sheet(ink_of(200, 120, (60, 40, 4, 3)), t)


@decides("Sheets")
def a_small_mark_is_writing(t: Thresholds) -> bool:
    return is_sheet(ink_of(200, 120, (60, 40, 5, 6)), t)
