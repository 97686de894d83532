from __future__ import annotations

import numpy as np
import pytest

from emnist_edge import Page, Reader
from emnist_edge.drawing.pages import draw_page
from evaluate.scoring.sheet import side_by_side

RED = (0, 0, 220)


@pytest.mark.parametrize(("truth", "wrong"), [("HARBOR\n7483", False), ("HARBOX\n7483", True)])
def test_wrong_characters_are_red_beside_the_picture(truth: str, wrong: bool) -> None:
    picture = draw_page("HARBOR\n7483", size=(640, 400), height=55, seed=3).picture
    page = Reader().read(picture)
    sheet = side_by_side(picture, page, truth)
    assert sheet.shape[0] >= 400
    panel = sheet[:, 650:]
    assert (panel < 50).any()
    assert bool((panel == RED).all(axis=2).any()) == wrong


def test_nothing_read_and_odd_characters() -> None:
    sheet = side_by_side(np.full((20, 30, 3), 255, np.uint8), Page((), "fake", {}), "Ä\n")
    assert sheet.dtype == np.uint8
    assert (sheet == RED).all(axis=2).any()
