"""Examples of what parts of a page are looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.look import Look
from emnist_device.detect.maps import WRITING_HEIGHT, Maps
from emnist_device.detect.other_sizes import find_other_sizes
from emnist_device.detect.reversal import find_reversed
from emnist_device.detect.view import View, Writing
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from emnist_device.detect.thresholds import Thresholds


def strokes(t: Thresholds, count: int, *, darker: int = 60, high: int = 8, gap: int = 10) -> int:
    """Return how many parts there are of so many bars, so much lighter than paper with dark ink."""
    small = np.full((100, 128), 120, np.uint8)
    for number in range(count):
        small[40 : 40 + high, 20 + number * (gap + 3) :][:, :3] -= np.uint8(darker)
    small = 255 - small
    small[60::3, 4::5] = 0  # most ink is dark
    large = cv2.resize(small, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    return len([*find_reversed(large, ink_is_light=False, reversals=t.reversals)])


@decides("Reversals")
def strokes_that_stand_off_are_looked_at(t: Thresholds) -> bool:
    return strokes(t, 3) == 1 and strokes(t, 3, darker=44) == 0


@decides("Reversals")
def a_part_has_three_strokes(t: Thresholds) -> bool:
    return strokes(t, 3) == 1 and strokes(t, 2) == 0


@decides("Reversals")
def edges_and_reflections_are_no_strokes(t: Thresholds) -> bool:
    return strokes(t, 4, high=4, gap=2) == 1 and strokes(t, 4, high=2, gap=2) == 0


@decides("Reversals")
def strokes_of_a_part_are_near_one_another(t: Thresholds) -> bool:
    return strokes(t, 3, gap=10) == 1 and strokes(t, 3, gap=16) == 0


def pieces(t: Thresholds, count: int, *, high: int = 12, gap: int = 15, usual: int = 0) -> int:
    """Return how many parts there are of so many pieces, and so many of usual size among them."""
    low = [(20 + number * (8 + gap), 40, 8, high) for number in range(count)]
    middle = [(20 + number * 20, 40, 14, WRITING_HEIGHT) for number in range(usual)]
    blank, labels = np.zeros((200, 300), np.uint8), np.zeros((200, 300), np.int32)
    maps = Maps(blank, np.zeros((100, 150), np.float32), np.zeros((100, 150, 2), np.float32))
    writing = Writing(WRITING_HEIGHT, 3.0, pieces=np.array([*low, *middle], np.int32))
    look = Look(View(blank, 1.0, writing, grain=False), 1.0, blank, maps, labels, [])
    return len([*find_other_sizes(look, sizes=t.other_sizes)])


@decides("OtherSizes")
def what_is_far_lower_is_looked_at(t: Thresholds) -> bool:
    return pieces(t, 4) == 1 and pieces(t, 4, high=14) == 0


@decides("OtherSizes")
def a_part_has_four_pieces(t: Thresholds) -> bool:
    return pieces(t, 4) == 1 and pieces(t, 3) == 0


@decides("OtherSizes")
def pieces_of_a_part_are_near_one_another(t: Thresholds) -> bool:
    return pieces(t, 4, gap=15) == 1 and pieces(t, 4, gap=24) == 0


@decides("OtherSizes")
def dots_among_usual_writing_are_no_part(t: Thresholds) -> bool:
    return pieces(t, 4, usual=1) == 1 and pieces(t, 4, usual=2) == 0
