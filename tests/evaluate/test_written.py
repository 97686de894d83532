from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emnist_edge.dataset.unipen.characters import Text, Texts, make_characters
from emnist_edge.drawing.pens import CHALK, FELT, STYLUS
from evaluate.written import HEIGHT, choose_texts, draw_text, room, split_lines
from tests.pen_strokes import character, cross, texts


def placed(label: str, x: int, y: int) -> object:
    """Return an X of the usual height of texts with its corner at ``x``, ``y``."""
    strokes = [(part * 0.3 + (x, y)).astype(np.int32) for part in cross()]
    return character(label, *strokes)


def text(*characters: object) -> Text:
    return Text(tuple(characters), 1, "app", clean=True)  # type: ignore[arg-type]


TWO_LINES = text(
    placed("a", 0, 0), placed("b", 400, 0), placed("c", 1000, 20), placed("d", 100, 500),
    placed(".", 450, 700), placed("e", 800, 480), placed("f", 700, 1000),
)  # fmt: skip


def test_lines_start_where_the_pen_goes_back_or_below() -> None:
    lines = split_lines(TWO_LINES.characters)
    assert ["".join(each.label for each in line) for line in lines] == ["abc", "d.e", "f"]


def test_room_is_that_between_neighbours() -> None:
    found = room(TWO_LINES)
    assert found[:2] == [pytest.approx(1 / 3), pytest.approx(1)]
    assert found[2] == found[5] == np.inf
    assert len(found) == len(TWO_LINES.characters) - 1


@pytest.mark.parametrize("tip", [STYLUS, FELT, CHALK], ids=lambda tip: tip.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_boxes_hold_the_ink_of_their_characters(tip: object, seed: int) -> None:
    drawn = draw_text(TWO_LINES, tip, seed, symbols=True)  # type: ignore[arg-type]
    assert drawn.text == "abc\nd.e\nf"
    grey = drawn.picture.mean(axis=2)
    paper = np.median(grey)
    ink = np.abs(grey - paper) > 0.5 * np.abs(grey[drawn.coverage > 200] - paper).mean()
    boxes = np.zeros(ink.shape, bool)
    for line in drawn.lines:
        for each in line.characters:
            x, y, width, height = each.box
            assert 0.8 * HEIGHT < max(width, height) < 1.5 * HEIGHT
            assert ink[y : y + height, x : x + width].mean() > 0.1
            boxes[y : y + height, x : x + width] = True
    dark = ink & (np.abs(grey - paper) > 60)  # shadows are lighter
    assert (dark & boxes).sum() > 0.97 * dark.sum() > 0


def test_symbols_are_drawn_where_they_are_asked_for() -> None:
    plain = draw_text(TWO_LINES, STYLUS, 1)
    assert plain.text == "abc\nde\nf"
    again = draw_text(TWO_LINES, STYLUS, 1)
    assert np.array_equal(plain.picture, again.picture)
    assert not np.array_equal(plain.picture, draw_text(TWO_LINES, STYLUS, 2).picture)


def test_texts_of_a_line_or_a_few_are_chosen() -> None:
    long, short = "abcdefghijkl", "abcdefghijk"
    found = texts(long, short, short + ".", "a" * 51)
    assert [len(each.characters) for each in choose_texts(found, 9)] == [12]
    assert len(choose_texts(found, 9, symbols=True)) == 2
    assert choose_texts(replace(found, clean=np.zeros(4, bool)), 9) == []
    many = Texts(
        make_characters([placed("a", 400 * n, 0) for n in range(60)]),  # type: ignore[misc]
        np.array([0, 12, 24, 36, 48, 60]),
        np.ones(5, bool),
    )
    assert len(choose_texts(many, 3)) == 3


def test_a_text_that_is_too_wide_is_left_out() -> None:
    wide = [placed("a", 2500 * n, 0) for n in range(12)]
    found = Texts(make_characters(wide), np.array([0, 12]), np.ones(1, bool))  # type: ignore[arg-type]
    assert choose_texts(found, 1) == []
