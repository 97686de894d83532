"""Boxes, combs and tables are found, and letters and paper are none."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.structure.structure import find_frames
from emnist_edge.drawing.pages import Camera, Paper, draw_blank
from evaluate.drawn_cells import draw_sheet

HEIGHT = 24.0


def draw_grid(
    rows: int,
    columns: int,
    *,
    cell: tuple[int, int] = (40, 48),
    level: int = 200,
    width: int = 2,
    top: bool = True,
    turn: float = 0.0,
) -> np.ndarray:
    """Return the contrast (H, W) of a grid of cells with its upper left corner at (60, 60)."""
    wide, high = cell
    contrast = np.zeros((rows * high + 160, columns * wide + 160), np.uint8)
    right, bottom = 60 + columns * wide, 60 + rows * high
    for row in range(0 if top else 1, rows + 1):
        y = 60 + row * high
        cv2.line(contrast, (60, y), (right, y), level, width)
    for column in range(columns + 1):
        x = 60 + column * wide
        cv2.line(contrast, (x, 60), (x, bottom), level, width)
    matrix = cv2.getRotationMatrix2D((right / 2, bottom / 2), turn, 1)
    return np.asarray(cv2.warpAffine(contrast, matrix, contrast.shape[::-1]), np.uint8)


@pytest.mark.parametrize("level", [30, 255])
@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize("turn", [0.0, 4.0, -4.0])
def test_a_comb_is_found(level: int, width: int, turn: float) -> None:
    (frame,) = find_frames(draw_grid(1, 8, level=level, width=width, turn=turn), HEIGHT)
    assert (frame.kind, frame.rows, frame.columns, len(frame.cells)) == ("comb", 1, 8, 8)
    assert [cell.column for cell in frame.cells] == list(range(8))


@pytest.mark.parametrize(("turn", "near"), [(0.0, 2.0), (3.0, 3.0)])
def test_the_corners_of_cells_are_where_they_were_drawn(turn: float, near: float) -> None:
    contrast = draw_grid(3, 4, turn=turn)
    (frame,) = find_frames(contrast, HEIGHT)
    assert (frame.kind, frame.rows, frame.columns) == ("table", 3, 4)
    matrix = cv2.getRotationMatrix2D(((60 + 4 * 40) / 2, (60 + 3 * 48) / 2), turn, 1)
    for cell in frame.cells:
        x, y = 60 + 40 * cell.column, 60 + 48 * cell.row
        drawn = np.array([(x, y), (x + 40, y), (x + 40, y + 48), (x, y + 48)]) @ matrix[:, :2].T
        assert np.array(cell.corners) == pytest.approx(drawn + matrix[:, 2] + 0.5, abs=near)


@pytest.mark.parametrize(
    ("cell", "width", "height"), [((40, 48), 2, HEIGHT), ((14, 14), 1, 10.0), ((12, 10), 1, 7.0)]
)
def test_a_comb_needs_no_top(cell: tuple[int, int], width: int, height: float) -> None:
    (frame,) = find_frames(draw_grid(1, 6, cell=cell, width=width, top=False), height)
    assert (frame.kind, frame.columns) == ("comb", 6)


def test_boxes_that_stand_close_are_a_comb_and_others_are_not() -> None:
    contrast = np.zeros((300, 700), np.uint8)
    for number in range(5):
        for y, pitch in ((40, 60), (180, 120)):
            x = 40 + pitch * number
            cv2.rectangle(contrast, (x, y), (x + 44, y + 54), 200, 2)
    frames = find_frames(contrast, HEIGHT)
    assert [frame.kind for frame in frames] == ["comb", *["box"] * 5]
    assert frames[0].columns == 5


def test_a_rule_that_is_hidden_by_ink_is_told_from_the_others() -> None:
    contrast = draw_grid(1, 9)
    contrast[66:102, 60 + 3 * 40 - 3 : 60 + 3 * 40 + 4] = 0
    (frame,) = find_frames(contrast, HEIGHT)
    assert len(frame.cells) == 9


def test_leaning_strokes_do_not_tell_how_rules_lean() -> None:
    """There are six in each row of cells, beside the nine rules that go through both."""
    contrast = draw_grid(2, 8, level=130)
    for column, row, place in product(range(3), range(2), (12, 28)):
        x, y = 60 + 40 * column + place, 60 + 48 * row
        cv2.line(contrast, (x - 8, y + 46), (x + 1, y + 2), 160, 2)
    (frame,) = find_frames(contrast, HEIGHT)
    assert (frame.rows, frame.columns, len(frame.cells)) == (2, 8, 16)


@pytest.mark.parametrize(("seed", "rows", "columns"), [(11, 3, 13), (12, 4, 18)])
def test_what_is_written_on_a_rule_does_not_draw_it_aside(
    seed: int, rows: int, columns: int
) -> None:
    drawn = draw_sheet(np.random.default_rng(seed), forms=("grid",))
    assert [len(row) for row in drawn.forms[0].rows] == [columns] * rows
    (frame,) = find_frames(find_contrast(drawn.page.picture).contrast, 32.0)
    assert (frame.rows, frame.columns, len(frame.cells)) == (rows, columns, rows * columns)


def test_a_stroke_from_rule_to_rule_parts_no_cell() -> None:
    contrast = draw_grid(1, 9)
    for number in (1, 4, 7):
        x = 60 + 40 * number + 14
        cv2.line(contrast, (x, 60), (x, 108), 200, 2)
    (frame,) = find_frames(contrast, HEIGHT)
    assert len(frame.cells) == 9


@pytest.mark.parametrize("pen", [2, 4])
@pytest.mark.parametrize(
    "strokes",
    [
        [((20, 20), (20, 60)), ((45, 20), (45, 60)), ((20, 40), (45, 40))],
        [((20, 20), (45, 20)), ((20, 40), (45, 40)), ((20, 60), (45, 60)), ((20, 20), (20, 60))],
        [((20, 20), (45, 20)), ((20, 60), (45, 60)), ((20, 20), (20, 60)), ((45, 20), (45, 60))],
        [((20, 30), (60, 30)), ((20, 50), (60, 50)), ((30, 20), (30, 60)), ((50, 20), (50, 60))],
    ],
    ids=["H", "E", "square O", "#"],
)
def test_letters_are_no_boxes(
    strokes: list[tuple[tuple[int, int], tuple[int, int]]], pen: int
) -> None:
    contrast = np.zeros((200, 400), np.uint8)
    for shift in (0, 70, 140, 250):
        for start, end in strokes:
            cv2.line(contrast, (start[0] + shift, start[1]), (end[0] + shift, end[1]), 220, pen)
    assert find_frames(contrast, 42.0) == ()


@pytest.mark.parametrize("tilted", [False, True])
@pytest.mark.parametrize("paper", [Paper(), Paper(ruled=True), Paper(squared=True)])
def test_paper_has_no_boxes(paper: Paper, tilted: bool) -> None:
    camera = Camera(perspective=0.04, turn=0.03, blur=0.8, noise=3) if tilted else Camera()
    blank = draw_blank(size=(1000, 750), height=48, seed=3, paper=paper, camera=camera)
    assert find_frames(find_contrast(blank.picture)[0], 32.0) == ()


def test_ruled_paper_with_margins_is_no_table() -> None:
    contrast = np.zeros((700, 500), np.uint8)
    contrast[40::50] = 90
    contrast[:, 60] = contrast[:, 440] = 90
    assert find_frames(contrast, HEIGHT) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 1600), (1600, 1), (3, 1600), (1599, 2)])
def test_a_picture_may_be_a_line(shape: tuple[int, int]) -> None:
    assert find_frames(np.full(shape, 200, np.uint8), HEIGHT) == ()


def test_small_boxes_are_told_by_their_shape() -> None:
    """Their rules are no longer than strokes are."""
    contrast = np.zeros((200, 400), np.uint8)
    cv2.rectangle(contrast, (40, 30), (100, 90), 200, 1)
    for number in range(4):
        cv2.rectangle(contrast, (40 + 60 * number, 120), (53 + 60 * number, 133), 200, 1)
    frames = find_frames(contrast, 9.0)
    assert [(frame.kind, len(frame.cells)) for frame in frames] == [("box", 1)] * 5
    assert np.array(frames[1].cells[0].corners)[0] == pytest.approx((40.5, 120.5), abs=2)
    assert len(find_frames(contrast, 13.0)) == 1
    cv2.line(contrast, (60, 40), (60, 80), 200, 1)
    assert len(find_frames(contrast, 9.0)) == 5
