from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.glyph import make_glyph
from train.tiers import counters

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TURN = np.linspace(0, 1.8 * np.pi, 12)
#: A small e and a Z, which give counters often, and an upright bar; in cap heights.
E = [
    np.stack([0.3 + 0.3 * np.cos(_TURN), -0.35 - 0.35 * np.sin(_TURN)], axis=1),
    np.array([[0.0, -0.35], [0.6, -0.35]]),
]
Z = [np.array([[0.0, -1.0], [0.7, -1.0], [0.0, 0.0], [0.7, 0.0]])]
BAR = [np.array([[0.0, -1.0], [0.0, 0.0]])]


def test_counters_are_drawn_by_a_seed() -> None:
    glyphs = counters.draw_counters([E, Z], 6, seed=1)
    assert glyphs.shape == (6, 28, 28)
    assert glyphs.dtype == np.uint8
    assert (glyphs.max(axis=(1, 2)) > 200).all()
    again, other = (counters.draw_counters([E, Z], 6, seed) for seed in (1, 2))
    assert np.array_equal(glyphs, again)
    assert not np.array_equal(glyphs, other)


def test_what_the_device_takes_for_ink_is_kept_where_it_is_paper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[NDArray[np.bool_]] = []

    def find(picture: NDArray[np.uint8]) -> list[tuple[NDArray[np.uint8], float]]:
        light = picture[..., 0] > picture.mean()
        seen.append(light)
        return [(np.where(ink, 255, 0).astype(np.uint8), 1.0) for ink in (light, ~light)]

    monkeypatch.setattr(counters, "find_cell_inks", find)
    (glyph,) = counters.draw_counters([E], 1, seed=3)
    assert np.array_equal(glyph, make_glyph(np.where(seen[-1], 255, 0).astype(np.uint8)))


def test_what_leaves_nothing_but_bars_gives_no_counter() -> None:
    with pytest.raises(ValueError, match="give 0 counters, not 2"):
        counters.draw_counters([BAR], 2, seed=1)
    assert counters.draw_counters([BAR], 0, seed=1).shape == (0, 28, 28)


def test_one_or_two_full_boxes_look_like_a_sign() -> None:
    page = np.zeros((40, 40), np.uint8)
    assert counters.looks_like_a_sign(page)
    page[5:10, 5:35] = 255
    assert counters.looks_like_a_sign(page)
    page[25:30, 5:35] = 255
    page[38, 38] = 255  # dust
    assert counters.looks_like_a_sign(page)
    page[15:20, 5:35] = 255
    assert not counters.looks_like_a_sign(page)
    triangle = 255 * np.tril(np.ones((40, 40), np.uint8))
    assert not counters.looks_like_a_sign(triangle)
