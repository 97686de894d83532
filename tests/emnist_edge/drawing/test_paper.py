from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.drawing.pages import Camera, Paper, draw_blank, draw_page
from emnist_edge.drawing.paper import Grid, light, paint_sheet

GRID = Grid(left=50, baseline=60, height=20, pitch=40, rows=2, columns=3, deep=False)
SIZE = (300, 200)


def printed(paper: Paper, bleed: int = 0) -> np.ndarray:
    blank = paint_sheet(Paper(), SIZE, GRID, bleed)
    return (paint_sheet(paper, SIZE, GRID, bleed) != blank).any(axis=2)


def test_rules_lie_below_the_baselines_and_squares_halve_their_pitch() -> None:
    rules = np.flatnonzero(printed(Paper(ruled=True))[:, 0])
    assert rules.tolist() == [23, 63, 103, 143, 183]
    squares = printed(Paper(squared=True))
    assert np.flatnonzero(squares.all(axis=1)).tolist() == list(range(3, 200, 20))
    assert np.flatnonzero(squares.all(axis=0)).tolist() == list(range(10, 300, 20))


def test_what_is_printed_goes_on_over_the_bleed() -> None:
    for paper in (Paper(ruled=True), Paper(squared=True), Paper(boxed=True)):
        wide = printed(paper, bleed=70)
        assert wide.shape == (340, 440)
        assert np.array_equal(wide[70:-70, 70:-70], printed(paper))
    assert printed(Paper(ruled=True), bleed=70)[:70].any()


@pytest.mark.parametrize("text", ["AB 1\nWWWW", "gjq\nWm yp"])
def test_each_character_stands_in_a_box_of_its_own(text: str) -> None:
    paper = Paper(boxed=True, print_colour=(0, 0, 255), print_strength=1.0)
    drawn = draw_page(text, size=(400, 260), height=40, seed=1, paper=paper)
    red = (drawn.picture == (0, 0, 255)).all(axis=2)
    for line in drawn.lines:
        for character, column in zip(
            line.characters, np.flatnonzero([c != " " for c in line.text]), strict=True
        ):
            x, y, width, height = character.box
            middle = y + height // 2
            # As many box sides to the left as the column says, and none through the character.
            assert _sides(red[middle, :x]) == column + 1
            assert _sides(red[middle, x + width :]) >= 1
            assert not red[y : y + height, x : x + width].any()


def _sides(row: np.ndarray) -> int:
    return int((np.diff(row.astype(int), prepend=0) == 1).sum())


def test_light_is_missing_where_it_should_be() -> None:
    def falls(**options: float) -> np.ndarray:
        return light((100, 150), Paper(**options), np.random.default_rng(3))  # type: ignore[arg-type]

    assert (falls() == 1).all()
    corners = falls(vignette=0.4)
    assert corners[0, 0] == pytest.approx(0.6)
    assert corners[50, 75] == pytest.approx(1, abs=0.01)
    gradient = falls(gradient=0.5)
    assert gradient.min() == pytest.approx(0.5, abs=0.01)
    assert gradient.max() == pytest.approx(1, abs=0.01)
    hard, soft = (falls(shadow=0.5, shadow_edge=edge) for edge in (300, 8))
    between = [((share > 0.55) & (share < 0.95)).mean() for share in (hard, soft)]
    assert between[0] < 0.05 < between[1]
    texture = falls(texture=0.02)
    assert texture.std() == pytest.approx(0.02, rel=0.3)
    assert texture.mean() == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize("paper", [Paper(), Paper(ruled=True), Paper(squared=True)])
def test_blank_pages_hold_nothing_and_repeat(paper: Paper) -> None:
    camera = Camera(noise=3, perspective=0.03)
    one, again = (
        draw_blank(size=SIZE, height=20, seed=9, paper=paper, camera=camera) for _ in range(2)
    )
    assert np.array_equal(one.picture, again.picture)
    assert one.lines == ()
    assert one.text == ""
    assert not one.coverage.any()
