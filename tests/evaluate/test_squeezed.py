from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.dataset.unipen.characters import Character, Text
from emnist_edge.drawing.pens import TIPS
from evaluate.squeezed import squeeze
from evaluate.written import draw_text


def bar(x: int, y: int = 0) -> Character:
    return Character("l", (np.array([[x, y], [x, y + 300]]),), 0, "test")


def places(text: Text) -> list[float]:
    return [float(character.strokes[0][0, 0]) for character in text.characters]


def written(*characters: Character) -> Text:
    return Text(characters, 0, "test", True)


def test_neighbours_are_moved_into_one_another_and_those_after_them_with_them() -> None:
    text = written(bar(0), bar(100), bar(200), bar(900), bar(1000))
    squeezed = squeeze(text, 1.0, 0)
    assert places(squeezed) == [0, 20, 40, 740, 760]
    drawn = draw_text(squeezed, TIPS["felt"], 0)
    assert drawn.lines[0].touching == (0, 1, 3)


def test_only_a_share_of_them_is() -> None:
    text = written(*(bar(100 * number) for number in range(200)))
    gaps = np.diff(places(squeeze(text, 0.3, 1)))
    assert (gaps == 20).mean() == pytest.approx(0.3, abs=0.1)
    assert squeeze(text, 0.0, 1) == text


def test_none_is_moved_over_another_that_it_would_not_meet() -> None:
    above_and_below = written(bar(0), bar(100, 400))
    assert places(squeeze(above_and_below, 1.0, 0)) == [0, 100]
