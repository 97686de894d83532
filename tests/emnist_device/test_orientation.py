from __future__ import annotations

import numpy as np
import pytest

from emnist_device import Reader
from emnist_device.orientation import legibility, turn
from emnist_edge.drawing import draw_page


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
    covered = np.zeros_like(ink)
    for line in page.lines:
        x, y, width, height = line.box
        covered[y - 3 : y + height + 3, x - 3 : x + width + 3] = 1
    assert not ink[covered == 0].any()


def test_a_blank_picture_is_not_turned(reader: Reader) -> None:
    page = reader.read(np.full((200, 300), 230, np.uint8))
    assert (page.turned, page.text) == (0, "")


def test_sure_characters_in_long_lines_are_legible() -> None:
    sure, doubtful = np.full((2, 12, 1), [[[0.9]], [[0.5]]], np.float32)
    assert legibility(sure, 2) > legibility(sure, 6) > 0 > legibility(doubtful, 2)
    assert legibility(sure, 2) > legibility(sure[:6], 1)
    assert legibility(sure[:0], 0) == 0
