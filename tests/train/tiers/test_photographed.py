from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_edge.corruptions import CORRUPTIONS
from train.common.augment import Augmentation
from train.tiers.photographed import Photograph, Variation, cross_with_rule

STILL = Augmentation(0, 0, 0, 0, 0, 0)


def plain(**settings: float) -> Variation:
    """Return a variation that does nothing but what ``settings`` say."""
    off = {"awry": 0.0, "marked": 0.0, "share": 0.0, "blurred": 0.0, "dim": 0.0}
    return Variation(STILL, **{**off, **settings})  # type: ignore[arg-type]  # all are floats


def letter() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return an H as EMNIST would have it: strokes of 3 pixels, blurred, in a box of 24."""
    image = np.zeros((28, 28), np.uint8)
    image[2:26, 5:8] = image[2:26, 20:23] = image[12:15, 5:23] = 255
    return cv2.GaussianBlur(image, (0, 0), 0.5)


def test_the_same_seed_takes_the_same_photographs() -> None:
    images = np.stack([letter()] * 20)
    first, again, other = (Variation()(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == images.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(images, np.stack([letter()] * 20))  # what goes in stays as it is


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_is_photographed(share: float) -> None:
    images = np.stack([letter()] * 300)
    varied = plain(share=share)(images, np.random.default_rng(3))
    changed = (varied != images).any(axis=(1, 2)).mean()
    assert changed == pytest.approx(share, abs=0.08)


def test_others_are_blurred_and_stay_in_place() -> None:
    images = np.stack([letter()] * 300)
    varied = plain(blurred=0.4)(images, np.random.default_rng(3))
    changed = (varied != images).any(axis=(1, 2))
    assert changed.mean() == pytest.approx(0.4, abs=0.08)
    sums = varied[changed].sum(axis=(1, 2)) / images[0].sum()
    assert sums == pytest.approx(1, abs=0.05)
    assert (varied[changed].std(axis=(1, 2)) < images[0].std()).all()


def test_others_are_seen_in_little_light() -> None:
    images = np.stack([letter()] * 300)
    variation = plain(dim=0.4, contrast=0.3, noise=0)
    varied = variation(images, np.random.default_rng(3))
    changed = (varied != images).any(axis=(1, 2))
    assert changed.mean() == pytest.approx(0.4, abs=0.08)
    left = varied[changed].std(axis=(1, 2)) / images[0].std()
    assert 0.29 < left.min() < 0.35
    assert 0.95 < left.max() <= 1.0
    assert varied.mean(axis=(1, 2)) == pytest.approx(images[0].mean(), abs=0.5)
    noisy = plain(dim=1.0, contrast=1.0, noise=30)
    grain = (noisy(images, np.random.default_rng(3)).astype(int) - images)[:, 9, 10:18]
    assert grain.max() > 20  # on blank paper, where it cannot go below 0
    assert grain.min() == 0


@pytest.mark.parametrize("part", ["awry", "marked"])
def test_a_share_lies_awry_or_has_marks(part: str) -> None:
    images = np.stack([letter()] * 300)
    varied = plain(**{part: 0.4})(images, np.random.default_rng(3))
    changed = (varied != images).any(axis=(1, 2)).mean()
    assert changed == pytest.approx(0.4, abs=0.08)


def test_what_a_variation_comes_near_to_is_a_corruption_that_there_is() -> None:
    assert set(Variation().seen()) < set(CORRUPTIONS)
    hand = {"rotation", "shear", "scale", "translation", "thickness"}
    assert set(plain().seen()) == hand
    assert set(plain(blurred=0.1).seen()) == hand | {"blur"}
    assert set(plain(share=0.1).seen()) == hand | {"blur", "rule"}
    assert set(plain(marked=0.1).seen()) == hand | {"rule", "spatter", "occlusion"}
    assert set(plain(dim=0.1).seen()) == hand | {"noise", "contrast"}


def test_photographs_are_glyphs_of_the_same_character_in_other_pens() -> None:
    rng = np.random.default_rng(4)
    taken = np.stack([Photograph(ruled=0.0).take(letter(), rng) for _ in range(100)])
    assert (taken.max(axis=(1, 2)) == 255).all()
    rows = (taken >= 128).any(axis=2).sum(axis=1)
    assert 21 <= rows.min() <= rows.max() <= 26  # centred and scaled as the glyph maker does
    share = (taken >= 128).mean(axis=(1, 2))
    assert share.max() > 1.5 * share.min()
    likeness = [np.corrcoef(image.ravel(), letter().ravel())[0, 1] for image in taken]
    assert np.median(likeness) > 0.7


def test_thin_strokes_do_not_vanish() -> None:
    thin = np.zeros((28, 28), np.uint8)
    cv2.line(thin, (6, 3), (20, 25), 150, 1, cv2.LINE_AA)
    rng = np.random.default_rng(5)
    taken = np.stack([Photograph().take(thin, rng) for _ in range(60)])
    assert ((taken >= 128).any(axis=2).sum(axis=1) > 15).mean() > 0.8


def test_blank_paper_stays_blank() -> None:
    blank = np.zeros((28, 28), np.uint8)
    assert not Photograph().take(blank, np.random.default_rng(6)).any()


def test_a_rule_takes_ink_or_leaves_some_and_only_there() -> None:
    rng = np.random.default_rng(7)
    ink = cv2.resize(letter(), (40, 40), interpolation=cv2.INTER_LINEAR)
    taken = left = 0
    for _ in range(60):
        crossed = cross_with_rule(ink, rng).astype(int)
        rows = np.flatnonzero((crossed != ink).any(axis=1))
        assert len(rows) <= 2
        taken += int((crossed < ink).any())
        left += int((crossed > ink).any())
    assert taken > 15
    assert left > 15
