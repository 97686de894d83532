from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.alphabet import BYCLASS, DIGITS, UPPER
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_character, draw_page
from emnist_edge.drawing.pens import TIPS, Tip
from emnist_edge.drawing.strokes import FORMS, Hand, sample_path

PEN = Pen(width=0.1)
CHALK = Pen(ink=(235, 240, 240))
BOARD = Paper(colour=(60, 70, 50))
LAMP = Paper(ruled=True, vignette=0.3, shadow=0.3)
LENS = Camera(blur=0.8, noise=3.0)


def page(text: str = "Ab 12\nxyz", seed: int = 1, **options: Any) -> DrawnPage:
    return draw_page(text, seed=seed, **{"size": (400, 300), "height": 40, **options})


@pytest.mark.parametrize("photo", [{}, {"paper": LAMP, "camera": LENS}])
def test_the_same_seed_draws_the_same_page(photo: dict[str, Any]) -> None:
    first, again, other = (page(seed=seed, **photo) for seed in (1, 1, 2))
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.coverage, again.coverage)
    assert not np.array_equal(first.coverage, other.coverage)


def test_every_character_of_emnist_has_strokes_and_nothing_else_has() -> None:
    assert "".join(FORMS) == BYCLASS


@pytest.mark.parametrize("char", BYCLASS)
def test_characters_keep_to_their_height(char: str) -> None:
    rng = np.random.default_rng(0)
    # Half the pen's width is added at either end; the tops of 4 and t are a little lower.
    top = (100 if char in DIGITS + UPPER + "bdfhijklt" else 60) + 5
    depth = (34 if char in "gjpqy" else 8 if char == "Q" else 0) + 5
    for form in (0, 1):
        even = Hand(wobble=0, slant=0, form=form)
        _, y, _, height = draw_character(char, 100, rng, hand=even, pen=PEN).box
        assert -y == pytest.approx(top, abs=10)
        assert y + height == pytest.approx(depth, abs=2)
        _, y, _, height = draw_character(char, 100, rng, hand=Hand(form=form), pen=PEN).box
        assert -y == pytest.approx(top, abs=18)
        assert y + height == pytest.approx(depth, abs=10)


def test_forms_differ_and_count_round() -> None:
    def ink(form: int) -> bytes:
        hand = Hand(wobble=0, form=form)
        return draw_character("1", 40, np.random.default_rng(0), hand=hand).coverage.tobytes()

    assert ink(0) != ink(1)
    assert ink(0) == ink(2)


def test_a_bracketed_corner_is_rounded() -> None:
    (circle,) = sample_path("50,100 (0,100) 0,50 (0,0) 50,0 (100,0) 100,50 (100,100) 50,100")
    assert np.hypot(*(circle - 0.5).T) == pytest.approx(0.5)
    line, dot = sample_path("0,0 100,0 / 0,50 10,50")
    assert line[0].tolist() == [0, 0]
    assert line[-1].tolist() == [1, 0]
    assert np.ptp(dot[:, 1]) == 0


@pytest.mark.parametrize("width", [0.02, 0.1, 0.2])
@pytest.mark.parametrize("height", [12, 40, 41.5])
def test_boxes_enclose_exactly_the_characters_ink(width: float, height: float) -> None:
    drawn = page(height=height, pen=Pen(width=width))
    rest = drawn.coverage.copy()
    for line in drawn.lines:
        for character in line.characters:
            x, y, across, tall = character.box
            ink = drawn.coverage[y : y + tall, x : x + across]
            assert np.array_equal(ink, character.coverage)
            assert cv2.boundingRect(ink) == (0, 0, across, tall)
            rest[y : y + tall, x : x + across] = 0
    assert not rest.any()


@pytest.mark.parametrize("seed", range(5))
def test_lines_and_words_follow_in_reading_order_and_apart(seed: int) -> None:
    text = "Jumpy dogs\nQUIZ 89 bjfg\n\ngypsy lilt"
    drawn = page(text, seed, size=(600, 500))
    assert drawn.text == text.replace("\n\n", "\n")
    for line in drawn.lines:
        assert "".join(c.char for c in line.characters) == line.text.replace(" ", "")
        gaps = [after.box[0] - before.right for before, after in pairwise(line.characters)]
        last = np.cumsum([len(word) for word in line.text.split()])[:-1] - 1
        between, within = np.take(gaps, last), np.delete(gaps, last)
        assert within.min() >= 2
        assert between.min() > 1.5 * within.max()
    for above, below in pairwise(drawn.lines):
        assert max(c.bottom for c in above.characters) <= min(c.box[1] for c in below.characters)


@pytest.mark.parametrize(
    ("pen", "paper", "darker"), [(Pen(), Paper(), True), (CHALK, BOARD, False)]
)
@pytest.mark.parametrize("photographed", [False, True])
def test_ink_stands_off_its_paper(pen: Pen, paper: Paper, darker: bool, photographed: bool) -> None:
    camera = Camera()
    if photographed:
        paper = Paper(paper.colour, vignette=0.2, shadow=0.3)
        camera = Camera(blur=0.5, noise=2.0)
    drawn = page(pen=pen, paper=paper, camera=camera)
    grey = drawn.picture.mean(axis=2)
    ink, blank = grey[drawn.coverage == 255].mean(), grey[drawn.coverage == 0].mean()
    assert (ink < blank) == darker
    assert abs(ink - blank) > 80
    if not photographed:
        assert (drawn.picture[drawn.coverage == 255] == pen.ink).all()
        assert (drawn.picture[drawn.coverage == 0] == paper.colour).all()


def test_light_and_rules_change_the_paper_and_not_the_ink() -> None:
    plain, ruled, dim = (
        page(paper=paper) for paper in (Paper(), Paper(ruled=True), Paper(shadow=0.5))
    )
    assert np.array_equal(plain.coverage, ruled.coverage)
    assert np.array_equal(plain.coverage, dim.coverage)
    rows = (ruled.picture[:, 0] != plain.picture[:, 0]).any(axis=1)
    assert 2 <= rows.sum() <= 8
    light = dim.picture[:, :, 1] / plain.picture[:, :, 1].astype(float)
    assert light.min() < 0.6
    assert light.max() > 0.9


def test_what_cannot_be_drawn_is_named() -> None:
    with pytest.raises(ValueError, match="no strokes for '!'"):
        page("HELP!")
    with pytest.raises(ValueError, match="nothing to draw"):
        page(" \n ")
    with pytest.raises(ValueError, match="write smaller"):
        page("A LINE THAT IS MUCH TOO LONG")


@settings(max_examples=25, deadline=None)
@given(st.text(BYCLASS + " \n", max_size=20).filter(str.strip), st.integers(0, 2**32))
def test_every_character_that_is_no_space_gets_a_box(text: str, seed: int) -> None:
    drawn = draw_page(text, size=(400, 520), height=12, seed=seed)
    characters = [character for line in drawn.lines for character in line.characters]
    assert "".join(character.char for character in characters) == "".join(text.split())
    assert all(character.coverage.max() > 128 for character in characters)


@pytest.mark.parametrize("tip", TIPS.values(), ids=list(TIPS))
def test_pages_are_written_with_any_kind_of_pen(tip: Tip) -> None:
    paper = BOARD if tip.name == "chalk" else Paper()
    drawn = page(pen=Pen(0.12, tip.inks[0], tip=tip), paper=paper)
    again = page(pen=Pen(0.12, tip.inks[0], tip=tip), paper=paper)
    assert np.array_equal(drawn.picture, again.picture)
    assert drawn.text == "Ab 12\nxyz"
    hidden = np.abs(drawn.picture.astype(int) - paper.colour).max(axis=2)
    assert not hidden[drawn.coverage == 0].any()
    share = hidden[drawn.coverage == 255] / np.abs(np.subtract(tip.inks[0], paper.colour)).max()
    rough = tip.name in {"pencil", "chalk"}
    assert share.mean() > (0.4 if rough else 0.9)
    assert (share.std() > 0.15) == rough
