from __future__ import annotations

import numpy as np

from emnist_device.lattice import SHAPES
from emnist_edge.character import stroke_shape
from train.pieces import cut_to_pieces, draw_pieces, draw_varied, name_pieces


def test_pieces_are_named_by_the_characters_they_lie_on() -> None:
    truth = np.array([[0, 0, 10, 20], [20, 0, 10, 20], [40, 0, 10, 20]], float)
    cases = {
        "c": (0, 0, 10, 20),
        "p": (20, 0, 4, 20),
        "s": (0, 0, 30, 20),
        "n": (100, 0, 10, 20),
        "?": (20, 0, 10, 13),
    }
    named = name_pieces(truth, np.array(list(cases.values()), float))
    assert [(SHAPES + "?")[kind] for kind in named] == list(cases)
    assert name_pieces(np.zeros((0, 4)), truth).tolist() == [SHAPES.index("n")] * 3


def test_the_same_seed_draws_the_same_pieces_of_every_kind() -> None:
    first, kinds = draw_pieces(7, range(8), stroke_shape)
    again, same = draw_pieces(7, range(8), stroke_shape)
    assert np.array_equal(first, again)
    assert np.array_equal(kinds, same)
    assert first.shape[1:] == (28, 28)
    assert first.dtype == kinds.dtype == np.uint8
    assert len(first) == len(kinds) > 100
    assert set(kinds.tolist()) == set(range(len(SHAPES)))


def test_boxes_follow_what_is_done_to_the_page() -> None:
    for seed in range(6):
        picture, boxes = draw_varied(np.random.default_rng(seed), stroke_shape)
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 0] + boxes[:, 2] <= picture.shape[1] + 1).all()
        assert (boxes[:, 1] + boxes[:, 3] <= picture.shape[0] + 1).all()


def test_blank_paper_gives_no_piece_or_noise_only() -> None:
    rng = np.random.default_rng(2)
    paper = rng.normal(220, 3, (300, 400, 3)).clip(0, 255).astype(np.uint8)
    _, kinds = cut_to_pieces(paper, np.zeros((0, 4)))
    assert set(kinds.tolist()) <= {SHAPES.index("n")}
