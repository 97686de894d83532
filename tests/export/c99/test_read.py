"""From a crop to a class and its confidence, in C."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.drawing.character import draw_character
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.export.c99.built import Built

ERROR_SIZE, ERROR_BLANK = -2, -3
TEXT = "3A7R58KE2M"


def crop_of(char: str, seed: int = 3) -> NDArray[np.uint8]:
    """Draw a character on a crop of 48x48, ink 255."""
    ink = draw_character(char, 30.0, np.random.default_rng(seed)).coverage
    square = np.zeros((48, 48), np.uint8)
    height, width = (min(side, 44) for side in ink.shape)
    square[2 : 2 + height, 2 : 2 + width] = ink[:height, :width]
    return square


def text_of(tiny: Built, crops: list[NDArray[np.uint8]], *, grey: bool = False) -> str:
    return "".join(BYMERGE[tiny.read(crop, grey=grey)[1].label] for crop in crops)


def test_characters_are_read(tiny: Built) -> None:
    assert text_of(tiny, [crop_of(char) for char in TEXT]) == TEXT


@pytest.mark.parametrize(("paper", "ink"), [(230, 40), (20, 240), (150, 110), (90, 120)])
def test_grey_pictures_are_read_dark_on_light_and_light_on_dark(
    tiny: Built, paper: int, ink: int
) -> None:
    rng = np.random.default_rng(1)
    crops = []
    for char in TEXT:
        coverage = cv2.copyMakeBorder(crop_of(char), *(8,) * 4, cv2.BORDER_CONSTANT) / 255
        picture = paper + (ink - paper) * coverage + rng.normal(0, 2, coverage.shape)
        crops.append(np.clip(picture, 0, 255).astype(np.uint8))
    assert text_of(tiny, crops, grey=True) == TEXT


def test_confidence_and_runner_up(tiny: Built) -> None:
    code, result = tiny.read(crop_of("A"))
    assert code == 0
    assert BYMERGE[result.label] == "A"
    assert result.runner_up != result.label
    assert result.confidence > 40_000
    assert result.runner_up_confidence <= 65_535 - result.confidence


def only(chars: str) -> NDArray[np.uint8]:
    """Return which classes a reading may choose among."""
    return np.array([char in chars for char in BYMERGE], np.uint8)


def test_a_copy_of_the_network_chooses_among_some_classes(tiny: Built) -> None:
    digits = only("0123456789")
    crops = [crop_of(char, seed) for char in "OSBZGQ" for seed in range(3)]
    free = [tiny.read(crop)[1] for crop in crops]
    held = [tiny.read(crop, among=digits)[1] for crop in crops]
    assert any(not digits[result.label] for result in free)
    assert all(digits[result.label] and digits[result.runner_up] for result in held)
    for code, result in (tiny.read(crops[0], among=only("7A")) for _ in range(2)):
        assert code == 0
        assert abs(result.confidence + result.runner_up_confidence - 65_536) < 3


def test_probabilities_among_some_classes_are_those_of_all_over_their_sum(tiny: Built) -> None:
    logits = np.random.default_rng(4).integers(-30, 30, len(BYMERGE)).astype(np.int8)
    among = only("05ANt")
    every = tiny.probabilities(logits)[1].astype(float)
    code, found = tiny.probabilities(logits, among)
    assert code == 0
    assert not found[among == 0].any()
    expected = np.where(among, every, 0) / every[among == 1].sum() * 65_536
    assert np.abs(found - expected).max() < 80  # every is rounded to 1/65536


def test_one_class_is_sure_and_none_is_an_error(tiny: Built) -> None:
    code, result = tiny.read(crop_of("A"), among=only("7"))
    assert (code, BYMERGE[result.label], result.confidence) == (0, "7", 65_535)
    assert (BYMERGE[result.runner_up], result.runner_up_confidence) == ("7", 0)
    code, result = tiny.read(crop_of("A"), among=only(""))
    assert (code, result.label) == (ERROR_SIZE, 99)
    code, found = tiny.probabilities(np.zeros(47, np.int8), only(""))
    assert code == ERROR_SIZE
    assert (found == 7).all()


@pytest.mark.parametrize("value", [0, 127, 255])
@pytest.mark.parametrize("grey", [False, True])
def test_a_crop_of_one_colour_is_an_error(tiny: Built, value: int, grey: bool) -> None:
    code, result = tiny.read(np.full((20, 20), value, np.uint8), grey=grey)
    assert code == ERROR_BLANK
    assert result.label == 99


def test_a_grey_picture_of_too_little_contrast_is_an_error(tiny: Built) -> None:
    picture = np.full((30, 30), 120, np.uint8)
    picture[10:20, 14:17] = 100
    assert tiny.read(picture, grey=True)[0] == ERROR_BLANK
    picture[10:20, 14:17] = 90
    assert tiny.read(picture, grey=True)[0] == 0


def test_what_is_hardly_ink_and_none_once_it_is_enlarged_is_an_error(tiny: Built) -> None:
    faint = np.full((11, 77), 37, np.uint8)
    faint[[7, 9, 9, 10], [44, 18, 67, 36]] = 128
    assert not make_glyph(faint).any()
    assert tiny.read(faint)[0] == ERROR_BLANK


def test_sizes_that_cannot_be_are_errors(tiny: Built) -> None:
    for shape in [(0, 5), (5, 0), (1, 2049), (2049, 1)]:
        code, result = tiny.read(np.zeros(shape, np.uint8))
        assert code == ERROR_SIZE
        assert result.label == 99
