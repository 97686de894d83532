from __future__ import annotations

import numpy as np
import pytest

from train.tiers.marked import Marks

PAPER = np.zeros((28, 28), np.uint8)
BLOCK = np.full((28, 28), 255, np.uint8)


def put(glyph: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], marks: Marks) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.stack([marks.put(glyph, rng) for _ in range(300)])


def test_each_glyph_gets_marks_of_one_kind() -> None:
    on_paper, on_ink = put(PAPER, Marks()), put(BLOCK, Marks())
    assert on_paper.dtype == np.uint8
    inked = on_paper.any(axis=(1, 2)).mean()
    assert inked == pytest.approx(2 / 3, abs=0.08)  # rules and specks
    gaps = (on_ink == 0).any(axis=(1, 2))
    assert gaps.mean() == pytest.approx(1 / 3, abs=0.08)
    assert not PAPER.any()  # what goes in stays as it is
    sides = (on_ink == 0).any(axis=1).sum(axis=1)[gaps]
    assert (sides.min(), sides.max()) == Marks().gap


def test_rules_cross_the_glyph_nearly_level() -> None:
    rows = []
    for image in put(PAPER, Marks(ink=(200, 200), width=(1, 1), slope=0.2)):
        if 0 < image.max() <= 200:
            columns = image.argmax(axis=0)[image.any(axis=0)]
            assert (image > 99).sum(axis=0).max() <= 2
            assert np.ptp(columns) <= 7
            rows.append(columns.mean())
    assert min(rows) < 6
    assert max(rows) > 21


def test_specks_are_as_many_and_as_large_as_said() -> None:
    images = put(PAPER, Marks(ink=(100, 100), specks=(3, 3), radius=(1.5, 1.5)))
    areas = [image.sum() / 255 for image in images if image.max() == 255]
    assert 3 * np.pi * 1.5**2 < max(areas) < 3 * np.pi * 2**2  # half a pixel of soft edge
    assert min(areas) > 5  # those at the edge are cut


def test_the_same_seed_puts_the_same_marks() -> None:
    assert np.array_equal(put(PAPER, Marks()), put(PAPER, Marks()))
