from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.detect.contrast import find_contrast, is_ink_light, off_sheet
from emnist_device.detect.paper import paper_brightness
from emnist_device.detect.sizes import to_working_size
from emnist_device.detect.strokes import find_strokes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (600, 900)


def written(
    ink: tuple[int, int, int] = (40, 40, 40),
    paper: tuple[int, int, int] = (230, 230, 230),
    pen: int = 6,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a picture with two strokes and a ring on it, and where the ink is."""
    where = np.zeros(SHAPE, np.uint8)
    cv2.line(where, (150, 150), (300, 400), 255, pen)
    cv2.line(where, (500, 130), (480, 420), 255, pen)
    cv2.circle(where, (700, 300), 80, 255, pen)
    picture = np.where(where[..., None] > 0, np.array(ink, np.uint8), np.array(paper, np.uint8))
    return picture, where > 0


def overlap(mask: NDArray[np.uint8], truth: NDArray[np.bool_]) -> float:
    """Return intersection over union."""
    found = mask > 0
    return float((found & truth).sum() / (found | truth).sum())


def find_ink(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mask of the strokes that stand out of the paper."""
    strokes = find_strokes(find_contrast(picture)[0])
    return np.where(strokes.kept[strokes.pieces.labels], np.uint8(255), np.uint8(0))


@pytest.mark.parametrize("scale", [0.1, 0.5, 1.0, 4.0])
def test_the_working_size_is_bounded(scale: float) -> None:
    picture = np.zeros((round(600 * scale), round(900 * scale), 3), np.uint8)
    resized, factor = to_working_size(picture)
    assert 400 <= max(resized.shape) <= 1600
    assert resized.shape[1] == pytest.approx(picture.shape[1] * factor, abs=1)


def test_a_tiny_picture_is_not_blown_up_without_bound() -> None:
    resized, factor = to_working_size(np.zeros((9, 20), np.uint8))
    assert factor == 8
    assert resized.shape == (72, 160)


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((40, 40, 40), (230, 230, 230)),
        ((235, 235, 235), (30, 35, 30)),  # chalk on a blackboard
        ((200, 90, 60), (235, 235, 235)),  # blue pen
        ((60, 60, 220), (225, 240, 240)),  # red pen on yellowish paper
        ((90, 230, 235), (245, 245, 245)),  # yellow marker
        ((150, 150, 150), (175, 175, 175)),  # pencil in dim light
    ],
)
def test_ink_of_any_colour_is_found_on_paper_of_any_colour(
    ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    picture, truth = written(ink, paper)
    assert overlap(find_ink(picture), truth) > 0.75


def test_shadow_vignette_and_noise_are_not_ink() -> None:
    picture, truth = written()
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    vignette = 1 - 0.5 * (((x - 450) / 450) ** 2 + ((y - 300) / 300) ** 2) / 2
    shadow = cv2.GaussianBlur(np.where(x + 0.1 * y > 620, 0.55, 1.0), (0, 0), 12)
    noise = np.random.default_rng(1).normal(0, 4, picture.shape)
    lit = np.clip(picture * (vignette * shadow)[..., None] + noise, 0, 255).astype(np.uint8)
    assert overlap(find_ink(lit), truth) > 0.75


@pytest.mark.parametrize("pen", [3, 6, 14])
def test_pale_strokes_keep_their_width_beside_bold_ones(pen: int) -> None:
    picture, truth = written(pen=pen)
    picture[:, :400][truth[:, :400]] = (170, 170, 170)
    assert overlap(find_ink(picture), truth) > 0.65


@pytest.mark.parametrize("value", [0, 90, 255])
def test_a_blank_picture_has_no_ink(value: int) -> None:
    assert not find_ink(np.full((*SHAPE, 3), value, np.uint8)).any()


def test_noise_alone_is_no_ink() -> None:
    noise = np.random.default_rng(2).normal(120, 6, (*SHAPE, 3)).clip(0, 255).astype(np.uint8)
    assert find_ink(noise).mean() < 0.001 * 255


def test_what_lies_beside_the_sheet_is_not_ink() -> None:
    picture, _truth = written()
    table = np.full((900, 1300, 3), 50, np.uint8)
    table += (np.random.default_rng(3).integers(0, 30, (900, 1, 1)) + 0).astype(np.uint8)  # grain
    table[150:750, 200:1100] = picture
    off = off_sheet(
        paper_brightness(cv2.resize(table[..., 1], (128, 89))).astype(float), table.shape[:2]
    )
    assert off[20, 20] == 255
    assert off[300, 500] == 0
    mask = find_ink(table)
    scale = mask.shape[1] / 1300
    assert not mask[: round(130 * scale)].any()
    inner = mask[round(170 * scale) : round(730 * scale), round(220 * scale) : round(1080 * scale)]
    assert inner.any()


def test_what_is_written_in_the_corner_of_a_sheet_on_a_table_is_ink() -> None:
    table = np.full((900, 1300, 3), 50, np.uint8)
    table[150:750, 200:1100] = 215
    table[200:250, 270:278] = 60
    contrast = find_contrast(table).contrast
    scale = contrast.shape[1] / 1300
    stroke = contrast[round(205 * scale) : round(245 * scale), round(274 * scale)]
    assert (stroke > 60).all()
    assert not contrast[: round(140 * scale)].any()


@pytest.mark.parametrize("invert", [False, True])
def test_the_edge_of_a_small_note_or_sign_is_not_ink(invert: bool) -> None:
    picture = np.full((626, 736, 3), 50, np.uint8)
    picture[219:407, 258:478] = 215
    cv2.line(picture, (330, 282), (330, 344), (60, 60, 60), 6)
    contrast, scale, light = find_contrast(cv2.bitwise_not(picture) if invert else picture)
    assert scale == 1
    assert light == invert
    assert contrast[300, 330] > 150
    contrast[282 - 6 : 344 + 6, 330 - 6 : 330 + 6] = 0
    assert contrast.max() < 30


def test_writing_in_a_shadow_with_a_hard_edge_is_ink() -> None:
    picture, truth = written()
    picture[:, :785] = (0.4 * picture[:, :785]).astype(np.uint8)
    assert overlap(find_ink(picture), truth) > 0.5


def test_dark_ink_is_told_from_light() -> None:
    dark, _ = written()
    assert not is_ink_light(dark)
    assert is_ink_light(255 - dark)


def test_what_flickers_in_deep_shadow_is_not_amplified() -> None:
    picture = np.full((400, 600), 240, np.uint8)
    picture[60:-60, 150:-60] = 24  # what reaches the edge of the picture is a table
    picture[72:-72:12, 162:-72:12] = 12
    contrast = find_contrast(picture).contrast
    assert 0 < contrast[150:-150, 240:-150].max() < 45


@pytest.mark.parametrize("paper", [(0, 235, 255), (0, 0, 235), (220, 60, 0)], ids=str)
def test_a_channel_that_coloured_paper_lacks_is_not_amplified(paper: tuple[int, int, int]) -> None:
    picture, truth = written(ink=(20, 10, 20), paper=paper)
    noise = np.random.default_rng(3).normal(0, 4, picture.shape)
    grainy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    contrast = find_contrast(grainy).contrast
    assert contrast[~truth].max() < 80
    assert contrast[truth].min() > 150
