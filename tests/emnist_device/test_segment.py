from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_device.ink import Ink
from emnist_device.segment import Layout, remove_rules, segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.page import Box

SHAPE = (600, 900)


def blank() -> NDArray[np.uint8]:
    return np.zeros(SHAPE, np.uint8)


def ring(mask: NDArray[np.uint8], x: int, y: int, radius: int = 30) -> None:
    cv2.circle(mask, (x, y), radius, 255, 6)


def lay_out(mask: NDArray[np.uint8]) -> Layout:
    return segment(Ink(mask, mask, 1.0))


def boxes(layout: Layout) -> list[list[Box]]:
    return [[blob.box for blob in line] for line in layout.lines]


def test_lines_from_top_to_bottom_and_characters_from_left_to_right() -> None:
    mask = blank()
    for y in (400, 100, 250):
        for x in (500, 100, 300):
            ring(mask, x, y)
    found = boxes(lay_out(mask))
    assert [len(line) for line in found] == [3, 3, 3]
    assert [line[0].y for line in found] == [67, 217, 367]
    assert [box.x for box in found[0]] == [67, 267, 467]


def test_a_slanting_line_stays_one_line() -> None:
    mask = blank()
    for n in range(8):
        ring(mask, 80 + 100 * n, 150 + 22 * n)
        ring(mask, 80 + 100 * n, 290 + 22 * n)
    assert [len(line) for line in boxes(lay_out(mask))] == [8, 8]


def test_dots_bars_and_broken_strokes_belong_to_their_character() -> None:
    mask = blank()
    ring(mask, 100, 300)
    cv2.line(mask, (200, 290), (200, 330), 255, 6)  # i
    cv2.circle(mask, (201, 268), 5, 255, -1)
    cv2.line(mask, (300, 275), (300, 330), 255, 6)  # 5 with its bar apart
    cv2.line(mask, (307, 272), (335, 270), 255, 6)
    ring(mask, 430, 300)
    layout = lay_out(mask)
    (line,) = layout.lines
    assert [len(blob.labels) for blob in line] == [1, 2, 2, 1]


def test_two_rows_close_above_each_other_stay_apart() -> None:
    mask = blank()
    for x in (100, 200, 300):
        ring(mask, x, 200)
        ring(mask, x, 275)
    assert [len(line) for line in boxes(lay_out(mask))] == [3, 3]


def test_specks_commas_and_dashes_are_dropped() -> None:
    mask = blank()
    for x in (100, 200, 300):
        ring(mask, x, 200)
    cv2.circle(mask, (400, 230), 4, 255, -1)
    cv2.line(mask, (450, 200), (470, 200), 255, 5)
    mask[500, 800] = 255
    assert [len(line) for line in boxes(lay_out(mask))] == [3]


def test_a_dark_edge_goes_and_a_character_that_touches_the_edge_stays() -> None:
    mask = blank()
    for x in (200, 300, 400):
        ring(mask, x, 300)
    ring(mask, 866, 300)  # runs to the right edge
    cv2.rectangle(mask, (0, 0), (12, 599), 255, -1)
    cv2.rectangle(mask, (300, 590), (700, 599), 255, -1)
    (line,) = boxes(lay_out(mask))
    assert len(line) == 4


def test_a_blot_is_no_character() -> None:
    mask = blank()
    for x in (200, 300, 400):
        ring(mask, x, 300)
    cv2.circle(mask, (600, 300), 32, 255, -1)
    assert [len(line) for line in boxes(lay_out(mask))] == [3]


def test_ruled_and_squared_paper_goes_and_what_is_written_on_it_stays() -> None:
    mask = blank()
    for x in (150, 350, 550, 750):
        for y in (120, 320):
            ring(mask, x, y)
    clean = mask.copy()
    for y in (50, 150, 250, 350, 450):
        cv2.line(mask, (0, y), (899, y + 3), 255, 2)
    for x in (50, 250, 450, 650, 850):
        cv2.line(mask, (x, 0), (x, 599), 255, 2)
    rest = remove_rules(mask)
    assert (rest & ~clean).sum() < 0.02 * mask.sum()
    assert ((rest & clean) > 0).sum() > 0.9 * (clean > 0).sum()
    assert [len(line) for line in boxes(lay_out(mask))] == [4, 4]


def test_a_single_long_stroke_is_a_character_and_no_rule() -> None:
    mask = blank()
    cv2.line(mask, (450, 60), (450, 540), 255, 8)
    assert [len(line) for line in boxes(lay_out(mask))] == [1]


def test_a_crop_holds_the_character_alone() -> None:
    mask = blank()
    ring(mask, 200, 300, 60)
    ring(mask, 200, 300, 14)  # inside: belongs to it
    cv2.line(mask, (262, 230), (290, 360), 255, 6)  # neighbour whose box overlaps
    layout = lay_out(mask)
    crop = layout.crop(layout.lines[0][0])
    assert crop.shape == layout.lines[0][0].box[:1:-1]
    assert (crop > 0).sum() == layout.lines[0][0].area


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 60), st.integers(1, 60))))
def test_any_mask_is_laid_out_without_losing_its_bounds(mask: NDArray[np.bool_]) -> None:
    ink = np.where(mask, np.uint8(255), np.uint8(0))
    for line in lay_out(ink).lines:
        assert line
        for blob in line:
            assert blob.box.x >= 0
            assert blob.box.y >= 0
            assert blob.box.right <= ink.shape[1]
            assert blob.box.bottom <= ink.shape[0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1)])
def test_degenerate_masks(shape: tuple[int, int]) -> None:
    assert lay_out(np.zeros(shape, np.uint8)).lines == ()
    lay_out(np.full(shape, 255, np.uint8))


def test_empty_printed_boxes_hold_nothing() -> None:
    mask = blank()
    for column in range(8):
        cv2.rectangle(mask, (60 + 90 * column, 100), (150 + 90 * column, 200), 255, 3)
    assert boxes(lay_out(mask)) == []


def test_characters_in_tilted_printed_boxes_are_found_and_the_boxes_are_not() -> None:
    mask = blank()
    for column in range(8):
        cv2.rectangle(mask, (60 + 90 * column, 250), (150 + 90 * column, 350), 255, 3)
    turn = cv2.getRotationMatrix2D((450, 300), 4, 1)
    mask = cv2.warpAffine(mask, turn, SHAPE[::-1], flags=cv2.INTER_NEAREST)
    for column in range(1, 7):
        x, y = turn @ (105 + 90 * column, 300, 1)
        ring(mask, round(x), round(y))
    (line,) = boxes(lay_out(mask))
    assert len(line) == 6
    assert all(60 <= box.height <= 70 for box in line)


def test_one_bar_between_two_rules_is_a_character() -> None:
    mask = blank()
    mask[100:103, 20:880] = mask[200:203, 20:880] = 255
    mask[103:200, 300:308] = 255
    ring(mask, 400, 150)
    (line,) = boxes(lay_out(mask))
    assert [box.x for box in line] == [300, 367]
