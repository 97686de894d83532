from __future__ import annotations

import base64
from functools import reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device import Reader
from emnist_device.orientation import legibility, turn, turn_box
from emnist_device.page import Box
from emnist_device.review import find_doubtful
from emnist_edge.drawing import draw_page

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(turns=True)


@pytest.mark.parametrize("quarters", range(4))
def test_a_turned_page_is_read_and_its_boxes_lie_on_it_as_it_was(
    reader: Reader, quarters: int
) -> None:
    drawn = draw_page("HARBOR\nBRIDGE 2", size=(640, 400), height=50, seed=3)
    held = turn(drawn.picture, quarters)
    page = reader.read(held)
    assert page.text == "HARBOR\nBRIDGE 2"
    assert page.turned == (360 - 90 * quarters) % 360
    ink = turn(drawn.coverage, quarters)
    for line in page.lines:
        x, y, width, height = line.box
        assert ink[y : y + height, x : x + width].mean() > 10
        for character in line.characters:
            x, y, width, height = character.box
            assert ink[y : y + height, x : x + width].mean() > 20
        rest = iter(line.characters)
        for word in line.words:
            own = [next(rest).box for _ in word.text]
            assert word.box == reduce(Box.union, own)
    covered = np.zeros_like(ink)
    for line in page.lines:
        x, y, width, height = line.box
        covered[y - 3 : y + height + 3, x - 3 : x + width + 3] = 1
    assert not ink[covered == 0].any()


@pytest.mark.parametrize("quarters", range(-4, 5))
def test_a_box_is_turned_as_its_picture_is(quarters: int) -> None:
    picture = np.zeros((30, 50), np.uint8)
    box = Box(7, 4, 20, 9)
    picture[box.y : box.bottom, box.x : box.right] = 1
    rows, columns = np.nonzero(turn(picture, quarters))
    x, y = int(columns.min()), int(rows.min())
    around = Box(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)
    assert turn_box(box, quarters, picture.shape) == around


def test_doubtful_characters_of_a_turned_picture_are_shown_upright(reader: Reader) -> None:
    drawn = draw_page("HARBOR", size=(400, 300), height=50, seed=3)
    shown = {}
    for quarters in (0, 1):
        held = turn(drawn.picture, quarters)
        page, glyphs = reader.read_with_glyphs(held)
        doubts = find_doubtful("a.png", held, page, glyphs, 2.0)
        assert [doubt["box"] for doubt in doubts] == [list(c.box) for c in page.lines[0].characters]
        shown[quarters] = [_decoded(doubt["picture"]) for doubt in doubts]
    for upright, turned in zip(shown[0], shown[1], strict=True):
        assert turned.shape == upright.shape
        assert np.abs(turned.astype(int) - upright).mean() < 12


def _decoded(address: str) -> NDArray[np.uint8]:
    """Return the picture whose bytes are in a data URL."""
    content = np.frombuffer(base64.b64decode(address.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def test_a_blank_picture_is_not_turned(reader: Reader) -> None:
    page = reader.read(np.full((200, 300), 230, np.uint8))
    assert (page.turned, page.text) == (0, "")


def test_sure_characters_in_long_lines_are_legible() -> None:
    sure, doubtful = np.full((2, 12, 1), [[[0.9]], [[0.5]]], np.float32)
    assert legibility(sure, 2) > legibility(sure, 6) > 0 > legibility(doubtful, 2)
    assert legibility(sure, 2) > legibility(sure[:6], 1)
    assert legibility(sure[:0], 0) == 0
