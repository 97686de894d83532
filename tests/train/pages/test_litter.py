from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.drawing.pages import draw_page
from train.pages import litter


@pytest.mark.parametrize("kind", litter._KINDS, ids=lambda kind: kind.__name__.strip("_"))
def test_each_kind_leaves_something_and_only_uint8(kind: litter.Kind) -> None:
    drawn = draw_page("MARBLE\nRHYTHM", size=(500, 300), height=50, seed=1)
    layers = [kind(drawn.coverage, np.random.default_rng(seed)) for seed in range(6)]
    assert any(layer.any() for layer in layers)
    for layer in layers:
        assert layer.dtype == np.uint8
        assert layer.shape == drawn.coverage.shape


def test_punctuation_keeps_off_the_characters() -> None:
    drawn = draw_page("MARBLE\nRHYTHM", size=(500, 300), height=50, seed=1)
    for seed in range(8):
        marks = litter._punctuation(drawn.coverage, np.random.default_rng(seed))
        assert not (marks & drawn.coverage).any()


def test_a_blank_page_can_be_littered() -> None:
    picture = np.full((120, 160, 3), 220, np.uint8)
    blank = np.zeros((120, 160), np.uint8)
    changed = [
        not np.array_equal(picture, litter.litter(picture, blank, np.random.default_rng(seed)))
        for seed in range(20)
    ]
    assert 2 < sum(changed) < 20


def test_markers_keep_off_the_characters() -> None:
    drawn = draw_page("MARBLE", size=(500, 300), height=50, seed=1)
    layers = [litter._markers(drawn.coverage, np.random.default_rng(seed)) for seed in range(8)]
    assert sum(layer.any() for layer in layers) > 4
    assert not any((layer & drawn.coverage).any() for layer in layers)


def test_where_punctuation_counts_as_characters_it_is_no_litter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(litter, "_KINDS", (litter._punctuation,))
    monkeypatch.setattr(litter, "_SHARE", 1.0)
    picture, blank = np.full((120, 160, 3), 220, np.uint8), np.zeros((120, 160), np.uint8)
    rng = np.random.default_rng(1)
    assert np.array_equal(picture, litter.litter(picture, blank, rng, punctuation=False))
    assert not np.array_equal(picture, litter.litter(picture, blank, rng))
