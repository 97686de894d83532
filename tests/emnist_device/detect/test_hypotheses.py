from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.atoms import find_atoms
from emnist_device.detect.maps import WRITING_HEIGHT
from emnist_device.detect.network import PageNet
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_blank, draw_page
from emnist_edge.drawing.strokes import Hand
from evaluate.scoring.matching import match_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.layout import Layout

HYPOTHESES = Hypotheses(PageNet())
PHOTO = Camera(perspective=0.03, turn=0.03, blur=0.7, noise=3, jpeg=75)


def drawn(text: str = "HARBOR\n7483 KEY", **options: Any) -> DrawnPage:
    return draw_page(text, size=(800, 500), height=50, seed=3, **options)


def lay_out(picture: NDArray[np.uint8]) -> Layout:
    """Return the characters of ``picture``, taken for a page."""
    return HYPOTHESES.arrange(HYPOTHESES.of_view(HYPOTHESES.as_page(picture)))


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
    layout = lay_out(page.picture)
    truth = [character.box for line in page.lines for character in line.characters]
    assert match_boxes(truth, boxes(layout)) == {n: n for n in range(len(truth))}
    assert [len(line) for line in layout.lines] == [len(line.characters) for line in page.lines]


def test_touching_characters_come_apart() -> None:
    page = drawn("HARBOR\n7483 KEY", hand=Hand(touching=1.0))
    truth = [character.box for line in page.lines for character in line.characters]
    assert sum(len(line.touching) for line in page.lines) >= 4
    assert len(match_boxes(truth, boxes(lay_out(page.picture)))) >= len(truth) - 1


def test_the_dot_belongs_to_its_i() -> None:
    page = drawn("milli jib")
    layout = lay_out(page.picture)
    truth = [character.box for line in page.lines for character in line.characters]
    assert match_boxes(truth, boxes(layout)) == {n: n for n in range(8)}


@pytest.mark.parametrize(
    "paper",
    [Paper(), Paper(ruled=True), Paper(squared=True), Paper(boxed=True), Paper(shadow=0.4)],
    ids=["blank", "ruled", "squared", "boxed", "shadow"],
)
def test_nothing_is_found_where_nothing_is_written(paper: Paper) -> None:
    blank = draw_blank(size=(800, 600), height=48, seed=1, paper=paper, camera=PHOTO)
    assert lay_out(blank.picture).lines == ()


def test_a_crop_holds_the_character_alone() -> None:
    atoms = find_atoms(lay_out(drawn().picture))
    assert atoms.blobs
    for number, blob in enumerate(atoms.blobs):
        crop = atoms.crop((number,), blob.box)
        assert crop.shape == blob.box[:1:-1]
        assert (crop >= 128).sum() == blob.area


@pytest.mark.parametrize("height", [14, 200])
def test_writing_of_any_size_is_brought_to_one_scale(height: int) -> None:
    size = (26 * height // 5, 2 * height)
    page = draw_page("AN7", size=size, height=height, seed=2)
    layout = lay_out(page.picture)
    assert [len(line) for line in layout.lines] == [3]
    assert layout.lines[0][0].box.height == pytest.approx(WRITING_HEIGHT, rel=0.35)


def test_a_line_across_the_page_is_no_character() -> None:
    page = drawn()
    picture = page.picture.copy()
    cv2.line(picture, (10, 460), (790, 470), (60, 50, 40), 4)
    assert len(boxes(lay_out(picture))) == len(boxes(lay_out(page.picture)))


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60))))
def test_any_picture_is_laid_out_within_its_bounds(picture: NDArray[np.uint8]) -> None:
    layout = lay_out(picture)
    for line in layout.lines:
        assert line
        for blob in line:
            assert min(blob.box) >= 0
            assert blob.box.right <= layout.labels.shape[1]
            assert blob.box.bottom <= layout.labels.shape[0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 5000)])
def test_degenerate_pictures(shape: tuple[int, int]) -> None:
    assert lay_out(np.zeros(shape, np.uint8)).lines == ()
    lay_out(np.full(shape, 255, np.uint8))


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("pen", [5, 11])
def test_a_single_character_in_a_thin_pen_is_found_at_any_size(scale: float, pen: int) -> None:
    picture = np.full((500, 800), 253, np.uint8)
    seven = np.array([(-50, -70), (50, -70), (45, -60), (0, 80)]) * scale + (400, 250)
    cv2.polylines(picture, [np.rint(seven).astype(np.int32)], False, 40, pen, cv2.LINE_AA)
    assert [len(line) for line in lay_out(picture).lines] == [1]
