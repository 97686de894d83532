from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.drawing.character import OVERSAMPLING, Pen, stroke_shape
from emnist_edge.drawing.strokes import Hand
from train.pages.tails import Tailed

HAND, PEN = Hand(), Pen()


@pytest.mark.parametrize("char", "aAn2")
def test_a_tail_runs_on_to_the_right_and_all_else_stays(char: str) -> None:
    for seed in range(10):
        plain = stroke_shape(char, 40, np.random.default_rng(seed), HAND, PEN)
        tailed = Tailed(stroke_shape, 1.0, 1.0)(char, 40, np.random.default_rng(seed), HAND, PEN)
        assert not np.remainder(tailed.mask.shape, OVERSAMPLING).any()
        one, other = plain.placed(), tailed.placed()
        assert one.right < other.right <= one.right + 0.7 * 40
        assert other.box[1] >= one.box[1] - 1
        # Where the character was, its ink is.
        dx, dy = one.box[0] - other.box[0], one.box[1] - other.box[1]
        window = other.coverage[dy : dy + one.box[3], dx : dx + one.box[2]]
        assert (window >= one.coverage).all()


def test_characters_that_end_elsewhere_have_none() -> None:
    rng = np.random.default_rng(0)
    plain = stroke_shape("O", 40, np.random.default_rng(0), HAND, PEN)
    assert np.array_equal(Tailed(stroke_shape, 1.0, 1.0)("O", 40, rng, HAND, PEN).mask, plain.mask)


def test_a_share_gets_tails() -> None:
    rng, source = np.random.default_rng(1), Tailed(stroke_shape, 0.3, 1.0)
    widths = [source("n", 40, rng, HAND, PEN).placed().box[2] for _ in range(60)]
    usual = np.percentile(widths, 20)
    assert 0.1 < np.mean(np.array(widths) > 1.15 * usual) < 0.5


def test_shapes_are_stretched() -> None:
    plain = stroke_shape("M", 40, np.random.default_rng(2), HAND, PEN).placed()
    wide = Tailed(stroke_shape, 0, 1.4)("M", 40, np.random.default_rng(2), HAND, PEN).placed()
    assert wide.box[2] == pytest.approx(1.4 * plain.box[2], abs=3)
    assert wide.box[3] == pytest.approx(plain.box[3], abs=1)
