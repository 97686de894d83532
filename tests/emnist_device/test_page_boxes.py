"""What is printed on a page is told with what was read in it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_device.annotate import annotate
from emnist_device.decoding import Decoding
from emnist_edge import Reader
from evaluate.drawn_cells import draw_sheet

# Two sheets in all: each is read once.
SEEDS = (3, 5)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(decoding=Decoding(context="none"), boxes=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_comb_tells_what_was_read_in_its_cells(reader: Reader, seed: int) -> None:
    sheet = draw_sheet(np.random.default_rng(seed), forms=("comb",))
    page = reader.read(sheet.page.picture)
    (box,) = page.boxes
    (row,) = sheet.forms[0].rows
    assert (box.kind, box.columns) == ("comb", len(row))
    for cell, drawn in zip(box.cells, row, strict=True):
        assert not drawn.text or cell.characters
    content = page.to_dict()["boxes"][0]
    assert [cell["text"] for cell in content["cells"]] == [
        "".join(page.characters[number].char for number in cell.characters) for cell in box.cells
    ]


def test_what_is_printed_does_not_change_what_is_read(reader: Reader) -> None:
    picture = draw_sheet(np.random.default_rng(SEEDS[0]), forms=("comb",)).page.picture
    plain = Reader(decoding=Decoding(context="none")).read(picture)
    assert plain.boxes == ()
    assert reader.read(picture).lines == plain.lines


def test_a_sheet_without_writing_has_no_characters(reader: Reader) -> None:
    """A comb with closed cells, and one without a top, that the page network takes for letters."""
    picture = draw_sheet(np.random.default_rng([0, 5]), photographed=False, filled=0).page.picture
    assert reader.read(picture).characters == ()


def test_corners_follow_the_picture_when_it_is_turned() -> None:
    picture = np.full((300, 600, 3), 255, np.uint8)
    for number in range(6):
        cv2.rectangle(picture, (60 + 60 * number, 100), (120 + 60 * number, 170), (0, 0, 0), 2)
        cv2.putText(picture, "A", (75 + 60 * number, 155), 0, 1.3, (60, 30, 20), 3)
    plain = Reader(decoding=Decoding(context="none"), boxes=True).read(picture)
    turned = Reader(turns=True, boxes=True).read(cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE))
    assert turned.turned == 270
    (one,), (other,) = plain.boxes, turned.boxes
    for cell, same in zip(one.cells, other.cells, strict=True):
        expected = [(300 - y, x) for x, y in cell.corners]
        assert np.array(same.corners) == pytest.approx(np.array(expected), abs=2)


def test_cells_are_drawn(reader: Reader) -> None:
    picture = np.full((300, 600, 3), 255, np.uint8)
    for number in range(6):
        cv2.rectangle(picture, (60 + 60 * number, 100), (120 + 60 * number, 170), (0, 0, 0), 2)
    page = reader.read(picture)
    assert len(page.boxes) == 1
    drawn = annotate(picture, page)
    assert (drawn != cv2.resize(picture, drawn.shape[1::-1])).any()
