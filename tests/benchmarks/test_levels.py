from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.levels import LEVELS, Level, compose_blanks, compose_page

EVERY = pytest.mark.parametrize("level", LEVELS.values(), ids=lambda level: level.number)


@EVERY
@pytest.mark.parametrize("seed", range(6))
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
    touching = [
        sum(len(line.touching) for seed in range(4) for line in compose_page(level, seed).lines)
        for level in levels
    ]
    assert touching[:3] == [0, 0, 0]
    assert touching[3] > 0
    assert touching[4] > 0


def test_blank_pages_hold_no_writing() -> None:
    blanks = dict(compose_blanks(1))
    assert {"blank", "ruled", "squared", "hard shadow"} <= blanks.keys()
    for name, drawn in blanks.items():
        assert drawn.lines == (), name
        assert not drawn.coverage.any(), name
