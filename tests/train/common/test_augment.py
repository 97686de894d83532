from __future__ import annotations

import numpy as np
import pytest

from train.common.augment import Augmentation, change_thickness


def ring() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    y, x = np.mgrid[:28, :28]
    radius = np.hypot(x - 13.5, y - 13.5)
    return np.where((radius > 6) & (radius < 9), np.uint8(255), np.uint8(0))


IMAGES = np.stack([ring()] * 50)


def test_the_same_seed_gives_the_same_variations() -> None:
    first, second, other = (
        Augmentation()(IMAGES, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert first.shape == IMAGES.shape
    assert first.dtype == np.uint8


def test_nothing_changes_where_nothing_varies() -> None:
    still = Augmentation(rotation=0, shear=0, scale=0, shift=0, elastic=0, thickness=0)
    varied = still(IMAGES, np.random.default_rng(0))
    assert np.abs(varied.astype(int) - IMAGES).max() <= 1


@pytest.mark.parametrize("setting", ["rotation", "shear", "scale", "shift", "elastic", "thickness"])
def test_each_setting_varies_something_and_keeps_the_character(setting: str) -> None:
    off = dict.fromkeys(("rotation", "shear", "scale", "shift", "elastic", "thickness"), 0.0)
    default = getattr(Augmentation(), setting)
    images = IMAGES.copy()
    images[:, 4:10, 13:15] = 255  # a mark, so that rotation shows
    varied = Augmentation(**{**off, setting: default})(images, np.random.default_rng(3))
    difference = np.abs(varied.astype(int) - images).mean(axis=(1, 2))
    assert difference.mean() > 0.5
    ink = varied.mean(axis=(1, 2)) / images.mean(axis=(1, 2))
    assert 0.5 < ink.min() <= ink.max() < 2


def test_rotation_turns_by_what_it_says() -> None:
    bar = np.zeros((400, 28, 28), np.uint8)
    bar[:, 13:15, 3:25] = 255
    turned = Augmentation(20, 0, 0, 0, 0, 0)(bar, np.random.default_rng(1))
    angles = []
    for image in turned:
        y, x = np.nonzero(image > 100)
        angles.append(np.degrees(np.arctan(np.polyfit(x, y, 1)[0])))
    assert max(np.abs(angles)) == pytest.approx(20, abs=1.5)
    assert abs(np.mean(angles)) < 2


def test_shrinking_keeps_the_shape() -> None:
    varied = Augmentation(0, 0, 0, 0, 0, 0, shrink=0.5)(IMAGES, np.random.default_rng(1))
    wide = (varied > 99).any(axis=1).sum(axis=1)
    high = (varied > 99).any(axis=2).sum(axis=1)
    assert np.abs(wide - high).max() <= 1
    full = (ring() > 99).any(axis=0).sum()
    assert wide.max() <= full
    assert wide.min() == pytest.approx(0.5 * full, abs=1.5)


def test_thickness_adds_and_takes_ink() -> None:
    thin, thick = change_thickness(ring(), -1.0), change_thickness(ring(), 1.0)
    assert thin.mean() < 0.9 * ring().mean()
    assert thick.mean() > 1.3 * ring().mean()
    assert thin.max() >= 127
