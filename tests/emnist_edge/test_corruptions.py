from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.corruptions import SEVERITIES, UNITS, corrupt
from emnist_edge.drawing import draw_character
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWN = ("noise", "rotation", "translation", "occlusion")  # kinds that draw what they do
STRENGTHS = range(1, 6)


@pytest.fixture(scope="module")
def glyphs() -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    return np.stack([make_glyph(draw_character(char, 100, rng).coverage) for char in "RG4k" * 8])


@given(
    st.sampled_from(list(SEVERITIES)),
    st.sampled_from(STRENGTHS),
    st.integers(0, 2**32),
    st.tuples(st.integers(0, 3), st.integers(14, 40), st.integers(14, 40)),
)
@settings(max_examples=60, deadline=None)
def test_any_images_keep_shape_and_type(
    kind: str, strength: int, seed: int, shape: tuple[int, int, int]
) -> None:
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    before = images.copy()
    altered = corrupt(images, kind, strength, seed)
    assert altered.shape == shape
    assert altered.dtype == np.uint8
    assert np.array_equal(images, before)
    assert np.array_equal(altered, corrupt(images, kind, strength, seed))


@pytest.mark.parametrize("kind", SEVERITIES)
def test_every_strength_is_farther_from_the_image(kind: str, glyphs: NDArray[np.uint8]) -> None:
    distances = [
        np.abs(corrupt(glyphs, kind, strength, 1).astype(int) - glyphs).mean()
        for strength in STRENGTHS
    ]
    assert distances[0] > 0
    assert distances == sorted(distances)
    assert len(SEVERITIES[kind]) == len(STRENGTHS)
    assert kind in UNITS


@pytest.mark.parametrize("kind", SEVERITIES)
def test_the_seed_decides_what_is_drawn(kind: str, glyphs: NDArray[np.uint8]) -> None:
    one, other = (corrupt(glyphs, kind, 3, seed) for seed in (1, 2))
    assert np.array_equal(one, other) == (kind not in DRAWN)


def test_noise_has_its_standard_deviation() -> None:
    grey = np.full((20, 28, 28), 128, np.uint8)
    for strength, sigma in enumerate(SEVERITIES["noise"][:3], start=1):
        assert corrupt(grey, "noise", strength, 1).std() == pytest.approx(sigma, rel=0.03)


def test_blur_is_opencvs(glyphs: NDArray[np.uint8]) -> None:
    sigma = SEVERITIES["blur"][3]
    padded = cv2.copyMakeBorder(glyphs[0], 20, 20, 20, 20, cv2.BORDER_CONSTANT)
    expected = cv2.GaussianBlur(padded.astype(np.float32), (0, 0), sigma)[20:-20, 20:-20]
    assert np.abs(corrupt(glyphs, "blur", 4, 1)[0] - expected).max() < 2


def test_rotation_turns_about_the_middle_either_way(glyphs: NDArray[np.uint8]) -> None:
    altered = corrupt(glyphs, "rotation", 4, 1)
    turned = []
    for image, result in zip(glyphs, altered, strict=True):
        found = []
        for degrees in (-32, 32):
            matrix = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1)
            expected = cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR)
            found.append(np.abs(expected.astype(int) - result).mean())
        assert min(found) < 1.5 < max(found)
        turned.append(int(np.argmin(found)))
    assert set(turned) == {0, 1}


def test_translation_moves_by_its_pixels_in_all_directions() -> None:
    dots = np.zeros((60, 28, 28), np.uint8)
    dots[:, 12:16, 12:16] = 240
    axis = np.arange(28) - 13.5
    for strength, pixels in enumerate(SEVERITIES["translation"], start=1):
        moved = corrupt(dots, "translation", strength, 1).astype(float)
        mass = moved.sum(axis=(1, 2))
        x = (moved.sum(axis=1) * axis).sum(axis=1) / mass
        y = (moved.sum(axis=2) * axis).sum(axis=1) / mass
        assert np.hypot(x, y) == pytest.approx(np.full(60, pixels), abs=0.02)
        assert len(set(zip(x > 0, y > 0, strict=True))) == 4


def test_contrast_leaves_its_share_and_the_mean(glyphs: NDArray[np.uint8]) -> None:
    for strength, share in enumerate(SEVERITIES["contrast"], start=1):
        altered = corrupt(glyphs, "contrast", strength, 1)
        assert altered.mean() == pytest.approx(glyphs.mean(), abs=0.5)
        assert altered[0].std() == pytest.approx(share * glyphs[0].std(), rel=0.03)


def test_occlusion_takes_a_square_within_the_image() -> None:
    white = np.full((50, 28, 28), 255, np.uint8)
    for strength, side in enumerate(SEVERITIES["occlusion"], start=1):
        covered = corrupt(white, "occlusion", strength, 1) == 0
        assert (covered.sum(axis=(1, 2)) == side**2).all()
        assert (covered.any(axis=1).sum(axis=1) == side).all()
    assert len(np.unique(covered.argmax(axis=1).max(axis=1))) > 5  # places differ


@pytest.mark.parametrize(("kind", "strength"), [("fog", 1), ("blur", 0), ("blur", 6)])
def test_other_kinds_and_strengths_are_refused(kind: str, strength: int) -> None:
    with pytest.raises(ValueError, match="there is no"):
        corrupt(np.zeros((1, 28, 28), np.uint8), kind, strength, 1)
