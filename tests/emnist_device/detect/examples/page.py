"""Examples of pages: the size that is worked on, paper and contrast, strokes, scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import find_contrast
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
    contrast = find_contrast(picture, contrasts=t.contrasts).contrast
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
