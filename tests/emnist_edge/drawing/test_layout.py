from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from emnist_edge.drawing.pages import Camera, DrawnLine, DrawnPage, Pen, draw_page
from emnist_edge.drawing.strokes import Hand


def page(text: str, **options: Any) -> DrawnPage:
    return draw_page(text, **{"size": (900, 420), "height": 40, "seed": 3, **options})


def middles(line: DrawnLine) -> np.ndarray:
    boxes = np.array([character.box for character in line.characters], float)
    return np.asarray(boxes[:, :2] + boxes[:, 2:] / 2)


def heights(drawn: DrawnPage) -> list[float]:
    return [float(np.median([c.box[3] for c in line.characters])) for line in drawn.lines]


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("camera", [Camera(), Camera(perspective=0.04, turn=0.05)])
@pytest.mark.parametrize("seed", range(4))
def test_the_pairs_named_touch_and_no_others(share: float, camera: Camera, seed: int) -> None:
    hand = Hand(touching=share, sway=0.1, skew=0.03)
    text = "HAMBURG 10583\nquizzed MILK\nij TOAST 77"
    drawn = page(text, hand=hand, camera=camera, seed=seed)
    characters = [(n, c) for line in drawn.lines for n, c in enumerate(line.characters)]
    line_of = [line for line in drawn.lines for _ in line.characters]
    for one, other in combinations(range(len(characters)), 2):
        (number, left), (_, right) = characters[one], characters[other]
        named = other == one + 1 and line_of[one] is line_of[other]
        named = named and number in line_of[one].touching
        assert left.touches(right) == named, (left, right)
    count = sum(len(line.touching) for line in drawn.lines)
    assert (count > 0) == (share > 0)
    if share == 1.0:
        assert count > 10


def test_touching_characters_are_still_in_order_and_overlap_little() -> None:
    drawn = page("HUMBLE DRIFT\n98647 2035", hand=Hand(touching=1.0))
    for line in drawn.lines:
        assert (np.diff(middles(line)[:, 0]) > 0).all()
        for number in line.touching:
            left, right = line.characters[number : number + 2]
            assert left.right - right.box[0] <= 0.2 * 40


def test_baselines_rise_with_the_skew_and_turn_the_characters() -> None:
    level, rising = (
        page("HHHHHHHHHHHHHHHH", hand=Hand(skew=skew, wobble=0, slant=0)) for skew in (0, 0.1)
    )
    x, y = middles(rising.lines[0]).T
    assert np.polyfit(x, y, 1)[0] == pytest.approx(-0.1, abs=0.005)
    assert np.ptp(middles(level.lines[0])[:, 1]) <= 0.5
    (flat, *_), (turned, *_) = level.lines[0].characters, rising.lines[0].characters
    assert turned.box[2] >= flat.box[2] + 2


def test_swaying_baselines_stray_as_far_as_they_should() -> None:
    drawn = page("H" * 24, hand=Hand(sway=0.5, wobble=0, slant=0), size=(1100, 200))
    y = middles(drawn.lines[0])[:, 1]
    assert 0.5 * 40 <= np.ptp(y) <= 1.05 * 2 * 0.5 * 40


def test_lines_differ_in_size_and_pen_where_asked() -> None:
    text = "\n".join(["HEN"] * 4)
    even = heights(page(text, hand=Hand(wobble=0)))
    spread = heights(page(text, hand=Hand(wobble=0, size_spread=0.3)))
    assert np.ptp(even) <= 1
    assert np.ptp(spread) > 4
    assert all(0.65 * 40 <= height <= 1.45 * 40 for height in spread)
    pens = [Pen(0.05, (200, 0, 0)), Pen(0.15, (0, 0, 200))]
    drawn = page(text, pen=pens)
    for number, line in enumerate(drawn.lines):
        x, y, width, height = line.characters[0].box
        window = drawn.picture[y : y + height, x : x + width]
        ink = line.characters[0].coverage == 255
        assert (window[ink] == pens[number % 2].ink).all()
    thin, thick = (drawn.lines[n].characters[0].coverage.mean() for n in (0, 1))
    assert thick > 1.5 * thin
