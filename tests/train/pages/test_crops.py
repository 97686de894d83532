from __future__ import annotations

import numpy as np
import pytest

from emnist_device.detect.maps import STRIDE, WRITING_HEIGHT
from emnist_edge.drawing.character import stroke_shape
from emnist_edge.drawing.pages import draw_page
from train.pages.crops import MOST_CHARACTERS, SIDE, cut, draw_crops, own_pixels


def test_crops_of_a_page_tell_whose_ink_is_whose() -> None:
    drawn = draw_page("MARBLE 42\nRHYTHM", size=(900, 400), height=60, seed=1)
    characters = [c for line in drawn.lines for c in line.characters]
    crops = cut(drawn.picture, characters, np.random.default_rng(0))
    assert crops.contrast.shape[1:] == crops.coverage.shape[1:] == (SIDE, SIDE)
    assert crops.owner.shape[1:] == (SIDE // STRIDE, SIDE // STRIDE)
    ink = crops.coverage >= 128
    assert np.median(crops.contrast[ink]) > 150
    assert np.median(crops.contrast[crops.coverage == 0]) < 10
    for number in range(len(crops)):
        for who, (x, y, width, height) in enumerate(crops.boxes[number]):
            if not width:
                continue
            # Ink that a character owns lies in its box.
            cells = (crops.owner[number] == who) & ink[number, ::STRIDE, ::STRIDE]
            rows, columns = np.nonzero(cells)
            assert (columns * STRIDE >= x - 3).all()
            assert (columns * STRIDE <= x + width + 3).all()
            assert (rows * STRIDE >= y - 3).all()
            assert (rows * STRIDE <= y + height + 3).all()


def test_writing_is_about_as_high_as_the_network_is_meant_to_see_it() -> None:
    heights = []
    for seed in range(12):
        drawn = draw_page("MARBLE", size=(900, 300), height=80, seed=seed)
        characters = [c for line in drawn.lines for c in line.characters]
        boxes = cut(drawn.picture, characters, np.random.default_rng(seed)).boxes
        heights.append(float(np.median(boxes[boxes[..., 2] > 0][:, 3])))
    assert np.exp(np.mean(np.log(heights))) == pytest.approx(WRITING_HEIGHT, rel=0.3)
    assert max(heights) > 1.2 * min(heights)


def test_touching_characters_share_no_pixel() -> None:
    drawn = draw_page("NN", size=(300, 200), height=60, seed=4)
    characters = drawn.lines[0].characters
    coverage, own = own_pixels(drawn.picture.shape[:2], characters)
    assert np.array_equal(coverage, drawn.coverage)
    for number, character in enumerate(characters):
        x, y, width, height = character.box
        window = own[y : y + height, x : x + width]
        assert (window[character.coverage >= 128] == number).mean() > 0.98


def test_the_same_seed_draws_the_same_crops() -> None:
    one, other = (draw_crops(3, range(4), stroke_shape) for _ in range(2))
    assert len(one) > 0
    for name in vars(one):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert one.boxes.shape[1:] == (MOST_CHARACTERS, 4)
