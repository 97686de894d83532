"""Examples of how large writing is, and of what the network sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.frames import is_frame
from emnist_device.detect.scale import choose_zoom, measure_writing, rescale
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.thresholds import Thresholds


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


# The strokes of a 5 in a cell of side 1: fonts differ from one OpenCV to the next.
_FIVE = np.array(
    [(0.18, 0), (0, 0), (0, 0.12), (0.12, 0.11), (0.18, 0.19), (0.12, 0.27), (0, 0.25)]
)


def in_table(line: int, side: int) -> NDArray[np.uint8]:
    """Return faint digits in the cells of a dark table, so many pixels wide."""
    contrast = np.zeros((600, 600), np.uint8)
    for x in range(20, 560, side):
        for y in range(20, 560, side):
            cv2.rectangle(contrast, (x, y), (x + side - 14, y + side - 14), 255, line)
            place = np.array([x + side // 3, y + side // 3])
            strokes = np.rint(place + _FIVE * side).astype(np.int32)
            cv2.polylines(contrast, [strokes], False, 60, 3)
    return contrast


@decides("Scales", "Frames")
def faint_digits_in_dark_boxes(t: Thresholds) -> bool:
    return 32 < height_of(in_table(6, 140), t) < 44


@decides("Scales")
def faint_digits_in_small_boxes(t: Thresholds) -> bool:
    return 22 < height_of(in_table(2, 80), t) < 32


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
