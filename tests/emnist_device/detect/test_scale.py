from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.frames import is_frame
from emnist_device.detect.scale import choose_zoom, measure_writing, rescale
from emnist_device.detect.strokes import find_strokes
from emnist_edge.drawing.pages import Camera, Paper, Pen, draw_page


@pytest.mark.parametrize(
    "paper",
    [Paper(), Paper(ruled=True), Paper(squared=True), Paper(boxed=True, gradient=0.3)],
    ids=["plain", "ruled", "squared", "boxed"],
)
@pytest.mark.parametrize("height", [24, 60])
def test_the_height_of_capitals_is_found_on_any_paper(paper: Paper, height: int) -> None:
    drawn = draw_page(
        "ABC DEF\nMNK 423", size=(900, 500), height=height, seed=3, paper=paper, pen=Pen(width=0.1),
        camera=Camera(blur=0.6, noise=2),
    )  # fmt: skip
    contrast, scale, _ = find_contrast(drawn.picture)
    writing = measure_writing(contrast)
    assert writing is not None
    # A capital's ink is a pen's width higher than the pen goes.
    assert writing.height / scale == pytest.approx(1.1 * height, rel=0.25)
    assert writing.pen / scale == pytest.approx(0.1 * height, abs=1.2)


def test_a_character_that_fills_the_frame_is_as_high_as_it() -> None:
    contrast = np.zeros((96, 96), np.uint8)
    cv2.line(contrast, (30, 0), (60, 95), 255, 9)
    writing = measure_writing(contrast)
    assert writing is not None
    assert writing.height == pytest.approx(96, abs=2)
    assert writing.pen == pytest.approx(9, abs=2)


def test_a_table_does_not_hide_what_is_faint_in_its_cells() -> None:
    contrast = np.zeros((600, 600), np.uint8)
    for row in range(3):
        for column in range(4):
            cv2.putText(contrast, "5", (75 + 140 * column, 160 + 190 * row), 0, 2, 60, 4)
    for place in range(20, 600, 140):
        contrast[:, place : place + 6] = 255
    for place in range(20, 600, 186):
        contrast[place : place + 6, 20:586] = 255
    cv2.rectangle(contrast, (30, 30), (130, 90), 255, 12)
    writing = measure_writing(contrast)
    assert writing is not None
    assert writing.height == pytest.approx(46, abs=6)


@pytest.mark.parametrize("angle", [0, 4])
def test_boxes_and_markers_are_no_characters(angle: float) -> None:
    box = np.zeros((120, 120), np.uint8)
    cv2.rectangle(box, (15, 15), (105, 105), 1, 8)
    turned = cv2.warpAffine(box, cv2.getRotationMatrix2D((60, 60), angle, 1), (120, 120))
    letter = np.zeros((120, 120), np.uint8)
    cv2.putText(letter, "A", (15, 105), 0, 4, 1, 8)
    for image, expected in ((turned, True), (letter, False)):
        x, y, width, height = cv2.boundingRect(image)
        assert is_frame(image[y : y + height, x : x + width], 8) is expected


def test_a_bar_alone_is_a_1() -> None:
    contrast = np.zeros((200, 200), np.uint8)
    contrast[60:140, 90:104] = 255
    writing = measure_writing(contrast)
    assert writing is not None
    assert writing.height == pytest.approx(80, abs=3)


def test_a_wavy_underline_is_no_writing() -> None:
    contrast = np.zeros((200, 400), np.uint8)
    x = np.arange(20, 380)
    wave = np.stack([x, 100 + 8 * np.sin(x / 9)], axis=1).round().astype(np.int32)
    cv2.polylines(contrast, [wave], isClosed=False, color=255, thickness=3)
    assert measure_writing(contrast) is None


def test_bars_and_blots_are_no_writing() -> None:
    contrast = np.zeros((300, 400), np.uint8)
    contrast[100:104] = 255
    cv2.circle(contrast, (200, 200), 12, 255, -1)
    assert measure_writing(contrast) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1)])
def test_degenerate_pictures(shape: tuple[int, int]) -> None:
    assert measure_writing(np.zeros(shape, np.uint8)) is None
    measure_writing(np.full(shape, 255, np.uint8))


def test_pale_strokes_beside_bold_ones_are_ink_and_ghosts_of_them_are_not() -> None:
    contrast = np.zeros((200, 300), np.uint8)
    for x, strength in (
        (60, 240),
        (72, 180),
        (84, 70),
        (96, 240),
    ):  # 1, 0.75 and 0.3 of the strongest
        contrast[40:160, x : x + 6] = strength
    strokes = find_strokes(contrast)
    kept = sorted(int(x) for x in strokes.pieces.stats[strokes.kept][:, 0])
    assert kept == [60, 72, 96]


@pytest.mark.parametrize(("height", "zoom"), [(32, 1.0), (38, 2**-0.25), (64, 0.5), (16, 2.0)])
def test_the_zoom_has_four_steps_to_a_factor_of_two(height: float, zoom: float) -> None:
    assert choose_zoom(height, (500, 800)) == pytest.approx(zoom)


def test_what_the_network_sees_is_neither_too_small_nor_too_large() -> None:
    assert choose_zoom(600, (500, 30)) * 30 >= 16
    assert 1600 * 1200 * choose_zoom(4, (1600, 1200)) ** 2 <= 2_000_001


def test_thin_strokes_do_not_fade_where_the_picture_shrinks() -> None:
    contrast = np.zeros((200, 200), np.uint8)
    contrast[100:102] = 255
    assert rescale(contrast, 0.25, pen=2).max() > 200
    assert np.array_equal(rescale(contrast, 1.0, pen=2), contrast)
