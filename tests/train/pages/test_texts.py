from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emnist_edge.errors import DataError
from tests.pen_strokes import texts
from train.pages.crops import draw_text_crops
from train.pages.texts import TextPages, Writing

#: Every page is one whole line on an even sheet.
PLAIN = Writing(tips={"stylus": 1}, lines=1, cut=0.0, heights=(30, 30), spread=1.0)


def test_a_page_holds_the_characters_of_a_text_and_where_their_ink_is() -> None:
    picture, coverage, characters = TextPages(texts("K7-X"), None, PLAIN)(np.random.default_rng(1))
    assert "".join(character.char for character in characters) == "K7-X"
    lefts = [character.box[0] for character in characters]
    assert lefts == sorted(lefts)
    assert coverage.shape == picture.shape[:2]
    covered = np.zeros_like(coverage)
    for character in characters:
        x, y, width, height = character.box
        assert character.coverage.shape == (height, width)
        covered[y : y + height, x : x + width] = 255
        # A capital is 1.15 times as high as the text's letters.
        assert height == pytest.approx(30 / 1.15, abs=6)
    assert (coverage[covered == 0] == 0).all()
    # Ink is where the picture is dark.
    assert picture[coverage >= 200].mean() < picture[coverage == 0].mean() - 60


def test_lines_of_a_page_are_by_one_writer_and_do_not_repeat() -> None:
    pages = TextPages(texts("AB", "CD", "EF"), None, Writing(cut=0.0))
    for seed in range(6):
        _, _, characters = pages(np.random.default_rng(seed))
        assert "".join(character.char for character in characters) in {"AB", "CD", "EF"}


def test_parts_of_long_lines_are_taken() -> None:
    pages = TextPages(texts("ABCDEFGHIJKLMNOPQ"), None, Writing(lines=1, cut=1.0, parts=(3, 5)))
    for seed in range(6):
        _, _, characters = pages(np.random.default_rng(seed))
        assert "".join(character.char for character in characters) in "ABCDEFGHIJKLMNOPQ"
        assert 3 <= len(characters) <= 5


def test_other_writers_texts_are_never_drawn() -> None:
    used = np.array([False, True, False])
    pages = TextPages(texts("AB", "CD", "EF"), used, PLAIN)
    for seed in range(4):
        _, _, characters = pages(np.random.default_rng(seed))
        assert [character.char for character in characters] == ["C", "D"]
    with pytest.raises(DataError, match="no text of UNIPEN is fit"):
        TextPages(texts("AB", clean=False))


def test_a_text_without_a_sound_character_is_left_out() -> None:
    several = texts("AB", "CD")
    again = replace(several.characters, labels=np.array(list("ABEF")))  # two labels for one shape
    points, half = again.points.copy(), again.offsets[2]
    points[half:] = points[:half]
    spoilt = replace(several, characters=replace(again, points=points))
    with pytest.raises(DataError, match="no text of UNIPEN is fit"):
        TextPages(spoilt)


@pytest.mark.parametrize("tip", ["ballpoint", "chalk", "pencil", "marker"])
def test_what_a_pen_leaves_in_part_is_ink_in_full(tip: str) -> None:
    pages = TextPages(texts("MNX"), None, Writing(tips={tip: 1}, heights=(40, 40)))
    for seed in range(3):
        _, coverage, characters = pages(np.random.default_rng(seed))
        assert all(int(character.coverage.max()) == 255 for character in characters)
        assert int(coverage.max()) > 0


def test_crops_of_texts_know_punctuation_and_the_same_seed_gives_the_same() -> None:
    pages = TextPages(texts("X.,-", "K:;X"), None, Writing(lines=1, cut=0.0))
    one, other = (draw_text_crops(3, range(3), pages) for _ in range(2))
    assert len(one) >= 3
    for name in vars(one):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert ((one.boxes[..., 2] > 0).sum(axis=1) == 4).any()
