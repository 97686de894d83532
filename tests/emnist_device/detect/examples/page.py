"""Examples of pages: the size that is worked on, paper and contrast, strokes, scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.frames import is_frame
from emnist_device.detect.scale import choose_zoom, measure_writing, rescale
from emnist_device.detect.sizes import to_working_size
from emnist_device.detect.strokes import find_strokes
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.thresholds import Thresholds

SHAPE = (400, 600)


def working_side(side: int, t: Thresholds) -> int:
    return max(to_working_size(np.zeros((side // 2, side), np.uint8), sizes=t.sizes)[0].shape)


@decides("Sizes")
def large_pictures_are_made_smaller(t: Thresholds) -> bool:
    return 1200 <= working_side(4000, t) <= 2400


@decides("Sizes")
def small_pictures_are_enlarged(t: Thresholds) -> bool:
    return 300 <= working_side(120, t) <= 600


@decides("Sizes")
def tiny_pictures_are_not_blown_up(t: Thresholds) -> bool:
    return 120 <= working_side(20, t) <= 240


# --- paper and contrast -------------------------------------------------------------------------


def written(pen: int = 6, paper: int = 230, ink: int = 40) -> NDArray[np.uint8]:
    """Return a page with two strokes and a ring."""
    picture = np.full(SHAPE, paper, np.uint8)
    cv2.line(picture, (100, 100), (200, 270), ink, pen)
    cv2.line(picture, (330, 90), (320, 280), ink, pen)
    return cv2.circle(picture, (460, 200), 55, ink, pen)


def contrast_of(picture: NDArray[np.uint8], t: Thresholds) -> NDArray[np.uint8]:
    """Return the contrast of ``picture`` at its own size."""
    contrast, _ = find_contrast(picture, contrasts=t.contrasts)
    return cv2.resize(contrast, picture.shape[::-1], interpolation=cv2.INTER_AREA)


def tells(picture: NDArray[np.uint8], ink: NDArray[np.bool_], t: Thresholds) -> bool:
    """Say whether the contrast of ``picture`` is strong on ink, and weak beside it."""
    contrast = contrast_of(picture, t)
    beside = cv2.dilate(ink.astype(np.uint8), np.ones((7, 7))) == 0
    core = cv2.erode(ink.astype(np.uint8), np.ones((3, 3))) > 0
    return bool(np.quantile(contrast[core], 0.1) > 120 and contrast[beside].max() < 60)


INK = written() < 100


@decides("Paper", "Contrasts")
def dark_ink_on_light_paper(t: Thresholds) -> bool:
    return tells(written(), INK, t)


@decides("Contrasts")
def chalk_on_a_board(t: Thresholds) -> bool:
    return tells(255 - written(), INK, t)


@decides("Contrasts")
def broad_chalk_on_a_board(t: Thresholds) -> bool:
    return tells(255 - written(pen=14), written(pen=14) < 100, t)


@decides("Paper")
def a_stroke_a_tenth_as_wide_as_the_page(t: Thresholds) -> bool:
    return tells(written(pen=36), written(pen=36) < 100, t)


@decides("Paper")
def ink_in_a_shadow(t: Thresholds) -> bool:
    picture = written(ink=30) * np.where(np.arange(SHAPE[1]) > 400, 0.62, 1.0)
    contrast = contrast_of(picture.astype(np.uint8), t)
    right = INK & (np.arange(SHAPE[1]) > 410)
    return bool(np.median(contrast[right]) > 195)


@decides("Paper")
def what_flickers_in_deep_shadow(t: Thresholds) -> bool:
    picture = np.full(SHAPE, 240, np.uint8)
    picture[60:-60, 150:-60] = 24  # no table: that reaches the edge of the picture
    picture[72:-72:12, 162:-72:12] = 12
    return bool(contrast_of(picture, t)[150:-150, 240:-150].max() < 45)


@decides("Paper")
def light_that_falls_off(t: Thresholds) -> bool:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    light = 1 - 0.6 * np.hypot(x / 300 - 1, y / 200 - 1) / 1.42
    return tells((written() * light).astype(np.uint8), INK, t)


@decides("Paper")
def a_stroke_along_the_edge_of_the_page(t: Thresholds) -> bool:
    picture = written()
    picture[0:14] = 40
    picture[30:36, 100:500] = 40
    return bool(np.median(contrast_of(picture, t)[31:35, 110:490]) > 150)


def on_table(
    border: int, table: int = 60, soft: float = 0.0, below: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a sheet with so much of a grained table around it, and where the ink is."""
    sheet, side = written(), (below or border, border, border, border)
    picture = cv2.copyMakeBorder(sheet, *side, cv2.BORDER_CONSTANT, value=table)
    mask = cv2.copyMakeBorder(np.ones(SHAPE, np.uint8), *side, cv2.BORDER_CONSTANT, value=0)
    if soft:
        weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft)
        picture = (picture * (0.35 + 0.65 * weight)).astype(np.uint8)
    picture[mask == 0] -= (np.arange((mask == 0).sum()) % 7 == 0).astype(np.uint8) * 25
    ink = cv2.copyMakeBorder(INK.astype(np.uint8), *side, cv2.BORDER_CONSTANT, value=0)
    return picture, ink > 0


@decides("Contrasts")
def a_sheet_on_a_dark_table(t: Thresholds) -> bool:
    return tells(*on_table(60, 50), t)


@decides("Contrasts")
def a_sheet_on_a_table_half_as_bright(t: Thresholds) -> bool:
    return tells(*on_table(60, 105), t)


@decides("Contrasts")
def a_sheet_on_half_of_the_picture(t: Thresholds) -> bool:
    return tells(*on_table(120, 60), t)


@decides("Contrasts")
def a_note_on_a_large_table(t: Thresholds) -> bool:
    picture = np.full((626, 736), 50, np.uint8)
    picture[219:407, 258:478] = 215
    ink = np.zeros(picture.shape, bool)
    ink[282:345, 327:334] = True
    picture[ink] = 60
    return tells(picture, ink, t)


@decides("Contrasts")
def writing_in_a_dim_corner(t: Thresholds) -> bool:
    light = np.clip(np.linspace(1.5, 0.25, SHAPE[1]), 0, 1)
    contrast = contrast_of((written() * light).astype(np.uint8), t)
    return bool(np.median(contrast[INK & (np.arange(SHAPE[1]) > 470)]) > 120)


# --- strokes ------------------------------------------------------------------------------------


def strokes_at(contrast: NDArray[np.uint8], t: Thresholds) -> list[int]:
    """Return where strokes are found: x of each."""
    strokes = find_strokes(contrast, levels=t.looks.scales.levels)
    return sorted(int(x) for x in strokes.pieces.stats[strokes.kept][:, 0])


def bars(*strengths: int, pitch: int = 12, noise: float = 0.0) -> NDArray[np.uint8]:
    """Return upright strokes of these contrasts, on grain."""
    contrast = np.zeros((200, 300), np.float32)
    for number, strength in enumerate(strengths):
        x = 60 + pitch * number
        contrast[40:160, x : x + 6] = strength
    if noise:
        contrast += np.abs(np.random.default_rng(1).normal(0, noise, contrast.shape))
    return np.clip(contrast, 0, 255).astype(np.uint8)


@decides("StrokeLevels")
def pale_strokes_beside_bold_ones(t: Thresholds) -> bool:
    return strokes_at(bars(240, 150, 240), t) == [60, 72, 84]


@decides("StrokeLevels")
def ghosts_beside_bold_strokes(t: Thresholds) -> bool:
    return strokes_at(bars(240, 90, 240), t) == [60, 84]


@decides("StrokeLevels")
def pale_strokes_far_from_bold_ones(t: Thresholds) -> bool:
    return strokes_at(bars(240, 0, 0, 60, 0, 0, 0), t) == [60, 96]


@decides("StrokeLevels")
def blurred_strokes_keep_their_width(t: Thresholds) -> bool:
    contrast = cv2.GaussianBlur(bars(240, 240, pitch=40), (0, 0), 2.5)
    strokes = find_strokes(contrast, levels=t.looks.scales.levels)
    widths = strokes.pieces.stats[strokes.kept][:, 2].tolist()
    return len(widths) == 2 and all(8 <= width <= 11 for width in widths)


@decides("StrokeLevels")
def grain_is_no_stroke(t: Thresholds) -> bool:
    return strokes_at(bars(noise=12), t) == []


@decides("StrokeLevels")
def strokes_on_grain_are(t: Thresholds) -> bool:
    return {60, 100} <= set(strokes_at(bars(140, 140, pitch=40, noise=5), t))


@decides("StrokeLevels")
def faint_strokes_are(t: Thresholds) -> bool:
    return strokes_at(bars(24, 24, pitch=40), t) == [60, 100]


@decides("StrokeLevels")
def traces_of_a_compressed_picture_are_not(t: Thresholds) -> bool:
    return strokes_at(bars(13, 13, pitch=40), t) == []


# --- scale --------------------------------------------------------------------------------------


def height_of(contrast: NDArray[np.uint8], t: Thresholds) -> float:
    """Return how high the writing is; 0 where there is none."""
    found = measure_writing(contrast, scales=t.looks.scales)
    return found.height if found else 0.0


def letters(height: int, pen: int, count: int = 6) -> NDArray[np.uint8]:
    """Return the contrast of a row of L's."""
    contrast = np.zeros((300, 500), np.uint8)
    for x in range(40, 40 + 60 * count, 60):
        points = np.array([(x, 100), (x, 100 + height), (x + height // 2, 100 + height)])
        cv2.polylines(contrast, [points], False, 255, pen)
    return contrast


@decides("Scales")
def writing_is_as_high_as_its_letters(t: Thresholds) -> bool:
    return abs(height_of(letters(40, 4), t) - 44) < 4


@decides("Scales")
def small_writing_is_seen(t: Thresholds) -> bool:
    return abs(height_of(letters(8, 2), t) - 10) < 3


@decides("Scales")
def specks_are_no_writing(t: Thresholds) -> bool:
    return height_of(letters(2, 2), t) == 0


@decides("Scales")
def a_wide_letter_is_writing(t: Thresholds) -> bool:
    contrast = np.zeros((200, 400), np.uint8)
    cv2.polylines(contrast, [np.array([(80, 60), (80, 100), (190, 100)])], False, 255, 4)
    return abs(height_of(contrast, t) - 45) < 5


@decides("Scales")
def a_long_wave_is_none(t: Thresholds) -> bool:
    contrast = np.zeros((200, 400), np.uint8)
    x = np.arange(20, 140)
    wave = np.stack([x, 100 + 8 * np.sin(x / 5)], axis=1).round().astype(np.int32)
    cv2.polylines(contrast, [wave], False, 255, 3)
    return height_of(contrast, t) == 0


@decides("Scales")
def a_blot_is_none(t: Thresholds) -> bool:
    return height_of(cv2.circle(np.zeros((200, 300), np.uint8), (150, 100), 14, 255, -1), t) == 0


@decides("Scales")
def bold_letters_are_writing(t: Thresholds) -> bool:
    return abs(height_of(letters(40, 12), t) - 52) < 6


@decides("Scales")
def a_bar_alone_is_a_1(t: Thresholds) -> bool:
    contrast = np.zeros((600, 900), np.uint8)
    contrast[200:320, 400:436] = 255
    return abs(height_of(contrast, t) - 120) < 4


@decides("Scales")
def a_square_is_none(t: Thresholds) -> bool:
    contrast = np.zeros((600, 900), np.uint8)
    contrast[200:320, 400:470] = 255
    return height_of(contrast, t) == 0


def in_table(line: int, side: int) -> NDArray[np.uint8]:
    """Return faint digits in the cells of a dark table, so many pixels wide."""
    contrast = np.zeros((600, 600), np.uint8)
    for x in range(20, 560, side):
        for y in range(20, 560, side):
            cv2.rectangle(contrast, (x, y), (x + side - 14, y + side - 14), 255, line)
            cv2.putText(contrast, "5", (x + side // 3, y + 2 * side // 3), 0, side / 80, 60, 3)
    return contrast


@decides("Scales", "Frames")
def faint_digits_in_dark_boxes(t: Thresholds) -> bool:
    return 32 < height_of(in_table(6, 140), t) < 44


@decides("Scales")
def faint_digits_in_small_boxes(t: Thresholds) -> bool:
    return 14 < height_of(in_table(2, 64), t) < 22


@decides("Scales")
def a_thin_rule_is_no_writing(t: Thresholds) -> bool:
    contrast = letters(40, 4, count=1)
    contrast = cv2.copyMakeBorder(contrast, 0, 300, 0, 100, cv2.BORDER_CONSTANT, value=0)
    cv2.polylines(contrast, [np.array([(10, 200), (10, 560), (300, 560)])], False, 255, 2)
    return abs(height_of(contrast, t) - 44) < 6


@decides("Scales")
def a_large_letter_in_a_fine_pen_is_writing(t: Thresholds) -> bool:
    return height_of(letters(150, 2, count=1), t) > 140


@decides("Scales")
def small_angular_digits_are_no_boxes(t: Thresholds) -> bool:
    contrast = np.zeros((300, 500), np.uint8)
    for x in range(60, 400, 60):
        cv2.rectangle(contrast, (x, 100), (x + 18, 130), 255, 2)
    return abs(height_of(contrast, t) - 32) < 4


@decides("Scales")
def the_pen_is_that_of_usual_letters(t: Thresholds) -> bool:
    contrast = letters(40, 4)
    cv2.polylines(contrast, [np.array([(420, 20), (420, 130), (480, 130)])], False, 255, 12)
    found = measure_writing(contrast, scales=t.looks.scales)
    return found is not None and abs(found.pen - 4.5) < 1.2


@decides("Scales")
def small_letters_count_for_the_pen(t: Thresholds) -> bool:
    contrast = letters(40, 3)
    for x in range(40, 460, 30):
        cv2.polylines(contrast, [np.array([(x, 220), (x, 246), (x + 13, 246)])], False, 255, 6)
    found = measure_writing(contrast, scales=t.looks.scales)
    return found is not None and found.pen > 4.5


@decides("Scales")
def noise_does_not_break_strokes(t: Thresholds) -> bool:
    noise = np.random.default_rng(2).random((300, 500)) < 0.35
    contrast = np.where(noise, 0, letters(60, 5)).astype(np.uint8)
    return height_of(contrast, t) > 50


@decides("Scales")
def writing_is_brought_to_one_height_in_few_steps(t: Thresholds) -> bool:
    zooms = {choose_zoom(height, (500, 800), scales=t.looks.scales) for height in range(28, 57)}
    return len(zooms) == 5


@decides("Scales")
def what_the_network_sees_is_not_too_large(t: Thresholds) -> bool:
    zoom = choose_zoom(4, (1600, 1200), scales=t.looks.scales)
    return 1_500_000 < 1600 * 1200 * zoom**2 < 3_000_000


@decides("Scales")
def what_the_network_sees_is_not_too_small(t: Thresholds) -> bool:
    return 12 <= 30 * choose_zoom(600, (500, 30), scales=t.looks.scales) <= 24


@decides("Scales")
def thin_strokes_are_as_thick_as_is_seen(t: Thresholds) -> bool:
    contrast = np.zeros((200, 200), np.uint8)
    contrast[100:102] = 255
    seen = rescale(contrast, 0.25, 2, scales=t.looks.scales)
    return 1.5 <= float(seen[:, 20].sum()) / 255 <= 3


@decides("Frames")
def the_outline_of_a_round_letter_is_no_frame(t: Thresholds) -> bool:
    ring = cv2.ellipse(np.zeros((100, 80), np.uint8), (40, 50), (36, 46), 0, 0, 360, 1, 6)
    x, y, width, height = cv2.boundingRect(ring)
    own = ring[y : y + height, x : x + width]
    return not is_frame(own, 6, frames=t.looks.scales.frames)
