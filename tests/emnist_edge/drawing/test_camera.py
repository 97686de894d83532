from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emnist_edge.drawing.camera import Camera
from emnist_edge.drawing.character import project
from emnist_edge.drawing.pages import DrawnCharacter, DrawnPage, Paper, Pen, draw_blank, draw_page

TILTED = Camera(perspective=0.05, turn=0.06)
TABLE = Camera(perspective=0.04, turn=-0.05, margin=0.08, table=(0, 0, 90))
SIZE = (400, 300)


def page(text: str = "AB 12\nxyz", **options: Any) -> DrawnPage:
    return draw_page(text, **{"size": SIZE, "height": 30, "seed": 4, **options})


@pytest.mark.parametrize("camera", [TILTED, TABLE])
def test_ink_shows_where_the_truth_says_and_nowhere_else(camera: Camera) -> None:
    drawn, bare = (page(camera=camera, pen=Pen(ink=ink)) for ink in ((0, 0, 0), (240, 244, 245)))
    inked = (drawn.picture != bare.picture).any(axis=2)
    # On the edge of a stroke, a share of 1/16 may round to the paper's own colour.
    assert not inked[drawn.coverage == 0].any()
    assert inked[drawn.coverage > 16].all()


def test_one_character_fills_its_box_after_perspective() -> None:
    for char in "AgiW8":
        drawn = page(char, camera=TILTED, pen=Pen(ink=(0, 0, 0)), height=90)
        bare = page(char, camera=TILTED, pen=Pen(ink=(240, 244, 245)), height=90)
        rows, columns = np.nonzero((drawn.picture != bare.picture).any(axis=2))
        (character,) = drawn.lines[0].characters
        assert character.box[:2] == (columns.min(), rows.min())
        assert (character.right, character.bottom) == (columns.max() + 1, rows.max() + 1)


def test_characters_keep_their_places_on_the_sheet() -> None:
    aimed: list[Any] = []

    class Spy(Camera):
        def aim(self, size: tuple[int, int], rng: np.random.Generator) -> Any:
            aimed.append(super().aim(size, rng))
            return aimed[-1]

    flat, tilted = page(), page(camera=Spy(perspective=0.05, turn=0.06))
    for one, other in zip(flat.lines, tilted.lines, strict=True):
        places, seen = (np.array([centre(c) for c in line.characters]) for line in (one, other))
        assert np.abs(places - seen).max() > 5
        assert np.abs(project(aimed[0], places) - seen).max() < 0.3


def centre(character: DrawnCharacter) -> tuple[float, float]:
    """Return where the middle of the ink lies."""
    rows, columns = np.indices(character.coverage.shape) + 0.5
    x, y = (np.average(places, weights=character.coverage) for places in (columns, rows))
    return character.box[0] + x, character.box[1] + y


def test_the_sheet_fills_the_picture_or_lies_on_a_table() -> None:
    paper = Paper(colour=(255, 255, 255))
    full, table = (
        draw_blank(size=SIZE, height=30, seed=2, paper=paper, camera=camera).picture
        for camera in (TILTED, TABLE)
    )
    assert full.min() == 255
    edges = np.concatenate([table[0], table[-1], table[:, 0], table[:, -1]])
    assert (edges[:, :2] == 0).all()
    assert (table[100:200, 100:300] == 255).all()


def test_a_turn_is_clockwise() -> None:
    homography = Camera(turn=0.1).aim(SIZE, np.random.default_rng(0))
    ((x0, y0), (x1, y1)) = project(homography, np.array([[0, 150], [400, 150]]))
    assert y1 > y0
    assert (y1 - y0) / (x1 - x0) == pytest.approx(np.tan(0.1), abs=1e-3)


def test_text_that_the_camera_leaves_out_is_refused() -> None:
    with pytest.raises(ValueError, match="the camera leaves out part of 'ABCDEFGHIJK'"):
        page("ABCDEFGHIJK", camera=Camera(turn=0.9), height=40)


def test_jpeg_blur_and_noise_change_the_picture_and_not_the_truth() -> None:
    plain = page()
    for camera in (Camera(jpeg=40), Camera(blur=1.5), Camera(noise=5)):
        drawn = page(camera=camera)
        assert np.array_equal(drawn.coverage, plain.coverage)
        assert not np.array_equal(drawn.picture, plain.picture)
        assert np.abs(drawn.picture.astype(int) - plain.picture).mean() < 8
