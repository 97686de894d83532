from __future__ import annotations

from itertools import pairwise, product

import cv2
import numpy as np
import pytest

from emnist_edge.drawing.compose import compose_blanks, compose_page, compose_pages
from emnist_edge.drawing.levels import LEVELS, Level

EVERY = pytest.mark.parametrize("level", LEVELS.values(), ids=lambda level: level.number)


@EVERY
@pytest.mark.parametrize("seed", range(4))
def test_pages_of_every_level_fit_and_tell_the_truth(level: Level, seed: int) -> None:
    drawn = compose_page(level, seed)
    width, height = level.size
    assert drawn.picture.shape == (height, width, 3)
    rest = drawn.coverage.copy()
    for line in drawn.lines:
        assert "".join(c.char for c in line.characters) == line.text.replace(" ", "")
        for character in line.characters:
            x, y, wide, tall = character.box
            assert cv2.boundingRect(character.coverage) == (0, 0, wide, tall)
            assert (drawn.coverage[y : y + tall, x : x + wide] >= character.coverage).all()
            rest[y : y + tall, x : x + wide] = 0
        middles = [c.box[0] + c.box[2] / 2 for c in line.characters]
        assert (np.diff(middles) > 0).all()
    for above, below in pairwise(drawn.lines):
        pairs = product(above.characters, below.characters)
        assert not any(one.touches(other) for one, other in pairs)
    assert not rest.any()


@EVERY
def test_a_seed_composes_one_page_for_ever(level: Level) -> None:
    one, again, other = (compose_page(level, seed) for seed in (3, 3, 4))
    assert one.text == again.text
    assert one.picture.tobytes() == again.picture.tobytes()
    assert one.text != other.text


def test_levels_get_harder() -> None:
    levels = [LEVELS[number] for number in range(1, 6)]
    assert [level.f1 for level in levels] == sorted((level.f1 for level in levels), reverse=True)
    assert [level.touching for level in levels[:3]] == [0, 0, 0]
    for level in levels[3:]:
        pages = [drawn for _, drawn in compose_pages(level, 150, seed=1)]
        assert sum(len(line.touching) for drawn in pages for line in drawn.lines) > 5


def test_pages_are_composed_until_there_are_enough_characters() -> None:
    pages = [drawn for _, drawn in compose_pages(LEVELS[1], 60, seed=1)]
    counts = [len("".join(drawn.text.split())) for drawn in pages]
    assert sum(counts) >= 60 > sum(counts[:-1])


def test_blank_pages_hold_no_writing() -> None:
    blanks = dict(compose_blanks(1))
    assert {"blank", "ruled", "squared", "hard shadow"} <= blanks.keys()
    for name, drawn in blanks.items():
        assert drawn.lines == (), name
        assert not drawn.coverage.any(), name
