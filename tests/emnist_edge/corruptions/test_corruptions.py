from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.corruptions import CORRUPTIONS, COUNTED, STRENGTHS, corrupt, version
from emnist_edge.corruptions.draws import Draws
from emnist_edge.drawing.pages import draw_character
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIXED = ("blur", "pixelation", "contrast", "scale", "fade", "defocus")  # kinds that draw nothing


@pytest.fixture(scope="module")
def glyphs() -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    return np.stack([make_glyph(draw_character(char, 100, rng).coverage) for char in "RG4k" * 8])


@given(
    st.sampled_from(list(CORRUPTIONS)),
    st.sampled_from(STRENGTHS),
    st.integers(0, 2**64 - 1),
    st.tuples(st.integers(0, 3), st.integers(14, 40), st.integers(14, 40)),
)
@settings(max_examples=150, deadline=None)
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


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_batches_change_nothing(kind: str, glyphs: NDArray[np.uint8]) -> None:
    whole = corrupt(glyphs, kind, 3, 5)
    parts = [corrupt(glyphs[at : at + 7], kind, 3, 5, first=at) for at in range(0, 32, 7)]
    assert np.array_equal(np.concatenate(parts), whole)
    shifted = corrupt(glyphs, kind, 3, 5, first=1)
    assert np.array_equal(shifted, whole) == (kind in FIXED)


# A change of any bit changes what was published.
GOLDEN = {
    "noise": "46b5a7a1f8e89b4c",
    "impulse": "3cd2076534e9a38e",
    "blur": "f6cb26672c18b291",
    "motion": "17e49aa697aea534",
    "pixelation": "1efba477ff21ea33",
    "contrast": "293e906190af4db0",
    "rotation": "e5a9e594febe75bd",
    "shear": "56d096e72ebb6eac",
    "scale": "3c8efd22036efc45",
    "translation": "f18877d7e95b7814",
    "thickness": "236ac95e8b6dc9c9",
    "rule": "7169364acdd06915",
    "spatter": "d9d01649d379e45c",
    "scribble": "f1647438fde8a274",
    "occlusion": "69d39876bbb379be",
    "fade": "b9ad08eb284201e7",
    "defocus": "6bee57c1609b0d6a",
}


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_the_bytes_are_what_they_were(kind: str) -> None:
    assert version(kind) == GOLDEN[kind]


def test_means_over_kinds_are_of_those_of_which_they_were_first_published() -> None:
    assert list(CORRUPTIONS) == list(GOLDEN)  # random numbers go by the place
    assert list(COUNTED) == list(GOLDEN)[:15]
    assert list(GOLDEN)[15:] == ["fade", "defocus"]


# A small character on the paper that is left lies no farther from the image than a tiny one.
@pytest.mark.parametrize("kind", [kind for kind in CORRUPTIONS if kind != "scale"])
def test_every_strength_is_farther_from_the_image(kind: str, glyphs: NDArray[np.uint8]) -> None:
    distances = [
        np.abs(corrupt(glyphs, kind, strength, 1).astype(int) - glyphs).mean()
        for strength in STRENGTHS
    ]
    assert distances[0] > 0
    assert distances == sorted(distances)
    assert len(CORRUPTIONS[kind].amounts) == len(STRENGTHS)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_the_seed_decides_what_is_drawn(kind: str, glyphs: NDArray[np.uint8]) -> None:
    one, other = (corrupt(glyphs, kind, 3, seed) for seed in (1, 2))
    assert np.array_equal(one, other) == (kind in FIXED)


@pytest.mark.parametrize("kind", ["noise", "impulse", "rule", "spatter", "scribble"])
def test_harsher_ones_go_on_where_milder_ones_are(kind: str, glyphs: NDArray[np.uint8]) -> None:
    milder, harsher = (corrupt(glyphs, kind, strength, 1).astype(int) for strength in (2, 3))
    changed = np.abs(milder - glyphs) > 0
    assert (np.abs(harsher - glyphs)[changed] >= np.abs(milder - glyphs)[changed]).all()


def test_draws_are_uniform_and_normal_and_apart() -> None:
    draws = Draws(1, 2, 0, 400)
    first, second = draws.levels(784), draws.levels(784)
    assert not np.array_equal(first, second)
    assert np.bincount(first.ravel() >> 12, minlength=16) == pytest.approx(19600, rel=0.04)
    normals = draws.normals(784)
    assert normals.mean() == pytest.approx(0, abs=0.01)
    assert normals.std() == pytest.approx(1, abs=0.01)
    assert abs(np.corrcoef(normals[:, :-1].ravel(), normals[:, 1:].ravel())[0, 1]) < 0.01
    assert set(draws.signs().ravel()) == {-1.0, 1.0}


def test_noise_has_its_standard_deviation() -> None:
    grey = np.full((20, 28, 28), 128, np.uint8)
    for strength, sigma in enumerate(CORRUPTIONS["noise"].amounts[:3], start=1):
        assert corrupt(grey, "noise", strength, 1).std() == pytest.approx(sigma, rel=0.03)


def test_impulses_are_on_their_share_of_the_pixels_black_and_white_alike() -> None:
    grey = np.full((100, 28, 28), 128, np.uint8)
    for strength, share in enumerate(CORRUPTIONS["impulse"].amounts, start=1):
        altered = corrupt(grey, "impulse", strength, 1)
        assert (altered == 0).mean() == pytest.approx(share / 2, rel=0.1)
        assert (altered == 255).mean() == pytest.approx(share / 2, rel=0.1)


def test_blur_is_opencvs(glyphs: NDArray[np.uint8]) -> None:
    sigma = CORRUPTIONS["blur"].amounts[3]
    padded = cv2.copyMakeBorder(glyphs[0], 20, 20, 20, 20, cv2.BORDER_CONSTANT)
    expected = cv2.GaussianBlur(padded.astype(np.float32), (0, 0), sigma)[20:-20, 20:-20]
    assert np.abs(corrupt(glyphs, "blur", 4, 1)[0] - expected).max() < 2


def test_defocus_spreads_a_dot_evenly_over_a_disk() -> None:
    dot = np.zeros((1, 29, 29), np.uint8)
    dot[:, 14, 14] = 255
    distance = np.hypot(*(np.mgrid[:29, :29] - 14))
    for strength, radius in enumerate(CORRUPTIONS["defocus"].amounts, start=1):
        spread = corrupt(dot, "defocus", strength, 1)[0].astype(float)
        level = 255 / (np.pi * radius**2)
        assert spread[distance < radius - 0.75] == pytest.approx(level, abs=0.6)
        assert not spread[distance > radius + 0.75].any()
        assert spread.sum() == pytest.approx(255, rel=0.05)
        assert np.array_equal(spread, spread.T)
        assert np.array_equal(spread, spread[::-1, ::-1])


def test_defocus_is_a_filter_and_no_blur(glyphs: NDArray[np.uint8]) -> None:
    """Of the same spread as blur, but a stroke as wide as the disk leaves its own shape behind."""
    radius = CORRUPTIONS["defocus"].amounts[4]
    fine = np.hypot(*(np.mgrid[:360, :360] / 40 - 4.4875)) < radius
    disk = fine.reshape(9, 40, 9, 40).mean(axis=(1, 3))
    padded = cv2.copyMakeBorder(glyphs[0], 20, 20, 20, 20, cv2.BORDER_CONSTANT)
    expected = cv2.filter2D(padded.astype(np.float32), -1, disk / disk.sum())[20:-20, 20:-20]
    altered = corrupt(glyphs, "defocus", 5, 1)[0].astype(int)
    assert np.abs(altered - expected).max() < 2
    assert np.abs(altered - corrupt(glyphs, "blur", 5, 1)[0].astype(int)).max() > 10


def test_motion_smears_a_dot_along_a_line_of_its_length() -> None:
    dots = np.zeros((200, 29, 29), np.uint8)
    dots[:, 14, 14] = 255
    altered = corrupt(dots, "motion", 5, 1).astype(float)
    assert altered.sum(axis=(1, 2)) == pytest.approx(255, rel=0.15)
    y, x = np.mgrid[:29, :29] - 14
    reach = np.where(altered > 8, np.hypot(x, y), 0).max(axis=(1, 2))
    assert 3 <= reach.min() <= reach.max() < 5.2


def test_pixelation_is_an_area_mean_enlarged(glyphs: NDArray[np.uint8]) -> None:
    small = cv2.resize(glyphs[0], (7, 7), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(small, (28, 28), interpolation=cv2.INTER_LINEAR)
    assert np.abs(corrupt(glyphs, "pixelation", 5, 1)[0].astype(int) - expected).max() <= 2


def turned(matrices: tuple[NDArray[np.float64], ...], image: NDArray[np.uint8]) -> list[float]:
    return [cv2.warpAffine(image, matrix, (28, 28), flags=cv2.INTER_LINEAR) for matrix in matrices]


@pytest.mark.parametrize("kind", ["rotation", "shear"])
def test_it_turns_or_leans_about_the_middle_either_way(
    kind: str, glyphs: NDArray[np.uint8]
) -> None:
    amount = CORRUPTIONS[kind].amounts[3]
    if kind == "rotation":
        both = tuple(cv2.getRotationMatrix2D((13.5, 13.5), side * amount, 1) for side in (-1, 1))
    else:
        both = tuple(
            np.array([[1, side * amount, -side * amount * 13.5], [0, 1, 0]]) for side in (-1, 1)
        )
    sides = []
    for image, result in zip(glyphs, corrupt(glyphs, kind, 4, 1), strict=True):
        expected = turned(both, image)
        found = [np.abs(np.asarray(one, int) - result).mean() for one in expected]
        assert min(found) < 1.5 < max(found)
        sides.append(int(np.argmin(found)))
    assert set(sides) == {0, 1}


def test_scale_leaves_its_share_of_the_ink(glyphs: NDArray[np.uint8]) -> None:
    ink = glyphs[0].sum(dtype=float)
    for strength, share in enumerate(CORRUPTIONS["scale"].amounts, start=1):
        left = corrupt(glyphs, "scale", strength, 1)[0].sum(dtype=float)
        assert left == pytest.approx(share**2 * ink, rel=0.05)


def test_translation_moves_by_its_pixels_in_all_directions() -> None:
    dots = np.zeros((60, 28, 28), np.uint8)
    dots[:, 12:16, 12:16] = 240
    axis = np.arange(28) - 13.5
    for strength, pixels in enumerate(CORRUPTIONS["translation"].amounts, start=1):
        moved = corrupt(dots, "translation", strength, 1).astype(float)
        mass = moved.sum(axis=(1, 2))
        x = (moved.sum(axis=1) * axis).sum(axis=1) / mass
        y = (moved.sum(axis=2) * axis).sum(axis=1) / mass
        assert np.hypot(x, y) == pytest.approx(np.full(60, pixels), abs=0.02)
        assert len(set(zip(x > 0, y > 0, strict=True))) == 4


def test_contrast_leaves_its_share_and_the_mean(glyphs: NDArray[np.uint8]) -> None:
    for strength, share in enumerate(CORRUPTIONS["contrast"].amounts, start=1):
        altered = corrupt(glyphs, "contrast", strength, 1)
        assert altered.mean() == pytest.approx(glyphs.mean(), abs=0.5)
        assert altered[0].std() == pytest.approx(share * glyphs[0].std(), rel=0.03)


def test_fade_leaves_its_share_of_the_ink_and_the_paper(glyphs: NDArray[np.uint8]) -> None:
    for strength, share in enumerate(CORRUPTIONS["fade"].amounts, start=1):
        altered = corrupt(glyphs, "fade", strength, 1)
        assert np.abs(altered - share * glyphs).max() <= 0.5
        assert not altered[glyphs == 0].any()


def test_a_pen_gets_thicker_or_thinner_by_its_pixels() -> None:
    bars = np.zeros((40, 28, 28), np.uint8)
    bars[:, :, 10:18] = 255
    for strength, pixels in enumerate(CORRUPTIONS["thickness"].amounts, start=1):
        widths = corrupt(bars, "thickness", strength, 1)[:, 14].sum(axis=1) / 255
        expected = {round(8 + 2 * pixels, 1), round(8 - 2 * pixels / 3, 1)}
        assert {round(float(width), 1) for width in widths} == expected


def test_a_rule_goes_across_at_its_width() -> None:
    blank = np.zeros((60, 28, 28), np.uint8)
    for strength, width in enumerate(CORRUPTIONS["rule"].amounts, start=1):
        ink = corrupt(blank, "rule", strength, 1)[:, :, 14].sum(axis=1) / 200
        assert np.median(ink) == pytest.approx(max(width, 0.5), abs=0.55)


def test_more_spots_and_lines_lie_on_the_paper() -> None:
    blank = np.zeros((60, 28, 28), np.uint8)
    for kind in ("spatter", "scribble"):
        covered = [(corrupt(blank, kind, strength, 1) > 128).mean() for strength in STRENGTHS]
        assert covered == sorted(covered)
        assert 0.005 < covered[0] < covered[-1] < 0.4


def test_occlusion_takes_a_square_within_the_image() -> None:
    white = np.full((50, 28, 28), 255, np.uint8)
    for strength, side in enumerate(CORRUPTIONS["occlusion"].amounts, start=1):
        covered = corrupt(white, "occlusion", strength, 1) == 0
        assert (covered.sum(axis=(1, 2)) == side**2).all()
        assert (covered.any(axis=1).sum(axis=1) == side).all()
    assert len(np.unique(covered.argmax(axis=1).max(axis=1))) > 5  # places differ


@pytest.mark.parametrize(("kind", "strength"), [("fog", 1), ("blur", 0), ("blur", 6)])
def test_other_kinds_and_strengths_are_refused(kind: str, strength: int) -> None:
    with pytest.raises(ValueError, match="there is no"):
        corrupt(np.zeros((1, 28, 28), np.uint8), kind, strength, 1)
