from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_device.detect.grouping import Blob
from emnist_device.detect.network import WRITING_HEIGHT, Maps, PageNet
from emnist_device.detect.scale import Writing
from emnist_device.detect.segment import Layout, choose_zoom, is_writing, rescale, segment
from emnist_device.page import Box
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_blank, draw_page
from emnist_edge.drawing.strokes import Hand
from evaluate.scoring.matching import match_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

NET = PageNet()
PHOTO = Camera(perspective=0.03, turn=0.03, blur=0.7, noise=3, jpeg=75)


def drawn(text: str = "HARBOR\n7483 KEY", **options: Any) -> DrawnPage:
    return draw_page(text, size=(800, 500), height=50, seed=3, **options)


def boxes(layout: Layout) -> list[tuple[int, int, int, int]]:
    """Return all boxes in pixels of the picture."""
    found = np.array([blob.box for line in layout.lines for blob in line], float).reshape(-1, 4)
    return [tuple(row) for row in np.rint(found / layout.scale).astype(int).tolist()]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"paper": Paper(ruled=True), "camera": PHOTO},
        {"paper": Paper(squared=True), "camera": PHOTO},
        {"paper": Paper(boxed=True), "camera": PHOTO},
        {"paper": Paper(shadow=0.4, shadow_edge=200), "camera": PHOTO},
        {"paper": Paper(colour=(58, 68, 48)), "pen": Pen(ink=(226, 236, 236))},
        {"pen": Pen(ink=(150, 180, 190)), "camera": PHOTO},  # faint
        {"hand": Hand(skew=0.06, sway=0.2)},
    ],
    ids=["plain", "ruled", "squared", "boxed", "shadow", "blackboard", "faint", "curved"],
)
def test_each_character_is_found_in_its_line_on_any_paper(options: dict[str, Any]) -> None:
    page = drawn(**options)
    layout = segment(page.picture, NET)
    truth = [character.box for line in page.lines for character in line.characters]
    assert match_boxes(truth, boxes(layout)) == {n: n for n in range(len(truth))}
    assert [len(line) for line in layout.lines] == [len(line.characters) for line in page.lines]


def test_touching_characters_come_apart() -> None:
    page = drawn("HARBOR\n7483 KEY", hand=Hand(touching=1.0))
    truth = [character.box for line in page.lines for character in line.characters]
    assert sum(len(line.touching) for line in page.lines) >= 4
    assert len(match_boxes(truth, boxes(segment(page.picture, NET)))) >= len(truth) - 1


def test_the_dot_belongs_to_its_i() -> None:
    page = drawn("milli jib")
    layout = segment(page.picture, NET)
    truth = [character.box for line in page.lines for character in line.characters]
    assert match_boxes(truth, boxes(layout)) == {n: n for n in range(8)}


@pytest.mark.parametrize(
    "paper",
    [Paper(), Paper(ruled=True), Paper(squared=True), Paper(boxed=True), Paper(shadow=0.4)],
    ids=["blank", "ruled", "squared", "boxed", "shadow"],
)
def test_nothing_is_found_where_nothing_is_written(paper: Paper) -> None:
    blank = draw_blank(size=(800, 600), height=48, seed=1, paper=paper, camera=PHOTO)
    assert segment(blank.picture, NET).lines == ()


def test_a_crop_holds_the_character_alone() -> None:
    layout = segment(drawn().picture, NET)
    for line in layout.lines:
        for blob in line:
            crop = layout.crop(blob)
            assert crop.shape == blob.box[:1:-1]
            assert (crop >= 128).sum() == blob.area


@pytest.mark.parametrize("height", [14, 200])
def test_writing_of_any_size_is_brought_to_one_scale(height: int) -> None:
    size = (26 * height // 5, 2 * height)
    page = draw_page("AN7", size=size, height=height, seed=2)
    layout = segment(page.picture, NET)
    assert [len(line) for line in layout.lines] == [3]
    assert layout.lines[0][0].box.height == pytest.approx(WRITING_HEIGHT, rel=0.35)


def test_a_line_across_the_page_is_no_character() -> None:
    page = drawn()
    picture = page.picture.copy()
    cv2.line(picture, (10, 460), (790, 470), (60, 50, 40), 4)
    assert len(boxes(segment(picture, NET))) == len(boxes(segment(page.picture, NET)))


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60))))
def test_any_picture_is_laid_out_within_its_bounds(picture: NDArray[np.uint8]) -> None:
    layout = segment(picture, NET)
    for line in layout.lines:
        assert line
        for blob in line:
            assert min(blob.box) >= 0
            assert blob.box.right <= layout.labels.shape[1]
            assert blob.box.bottom <= layout.labels.shape[0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 5000)])
def test_degenerate_pictures(shape: tuple[int, int]) -> None:
    assert segment(np.zeros(shape, np.uint8), NET).lines == ()
    segment(np.full(shape, 255, np.uint8), NET)


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("pen", [5, 11])
def test_a_single_character_in_a_thin_pen_is_found_at_any_size(scale: float, pen: int) -> None:
    picture = np.full((500, 800), 253, np.uint8)
    seven = np.array([(-50, -70), (50, -70), (45, -60), (0, 80)]) * scale + (400, 250)
    cv2.polylines(picture, [np.rint(seven).astype(np.int32)], False, 40, pen, cv2.LINE_AA)
    assert [len(line) for line in segment(picture, NET).lines] == [1]


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


@pytest.mark.parametrize(("middle", "written"), [(0.5, False), (0.8, True)])
def test_of_grain_one_sure_character_tells_writing(middle: float, *, written: bool) -> None:
    blobs = [Blob(Box(0, 0, 9, 9), 1, 40, 0.45), Blob(Box(20, 0, 9, 9), 2, 40, middle)]
    assert is_writing(blobs, np.full((60, 60), 5, np.uint8)) is written
    assert is_writing(blobs, np.zeros((60, 60), np.uint8))


@pytest.mark.parametrize("guess", [20, 50, 110])
def test_writing_of_another_size_than_guessed_is_looked_at_again(
    guess: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = drawn()
    seen: list[tuple[int, ...]] = []

    def look(contrast: NDArray[np.uint8]) -> Maps:
        seen.append(contrast.shape)
        return NET(contrast)

    monkeypatch.setattr("emnist_device.detect.segment.measure_writing", lambda _: Writing(guess, 5))
    layout = segment(page.picture, look)
    truth = [character.box for line in page.lines for character in line.characters]
    assert match_boxes(truth, boxes(layout)) == {n: n for n in range(len(truth))}
    assert len(seen) == (1 if guess == 50 else 2)
