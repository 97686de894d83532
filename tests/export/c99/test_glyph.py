"""The glyph maker in C beside Python's."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_edge.drawing.character import draw_character
from emnist_edge.glyph import crop_to_ink, make_glyph
from export.c99.host import compile_c
from tests.export.c99.building import export_sources, run_fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.export.c99.built import Built

ERROR_SIZE, ERROR_BLANK = -2, -3
# From where on a pixel is ink, and by how much at most OpenCV's rounding errors move it.
_HALF, _ROUNDING = 127.5 * (1 - 2**-16), 5e-4


def drawn(seed: int, count: int, most: int) -> Iterator[NDArray[np.uint8]]:
    """Draw crops of up to ``most`` pixels a side, grey as a camera's."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        char = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"[number % 47]
        ink = crop_to_ink(draw_character(char, 60.0, rng).coverage)
        height, width = (int(side) for side in rng.integers(3, most + 1, 2))
        if number % 3:
            width = int(np.clip(round(height * ink.shape[1] / ink.shape[0]), 1, most))
        scaled = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA).astype(float)
        scaled += rng.normal(0, rng.choice([0, 4, 20]), scaled.shape)
        yield np.clip(scaled, 0, 255).astype(np.uint8)


def is_undecided(ink: NDArray[np.uint8]) -> bool:
    """Return whether scaling ``ink`` leaves a pixel so near the half that rounding decides."""
    ink = crop_to_ink(ink)
    if not ink.size:
        return False
    scale = 100 / max(ink.shape)
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    how = cv2.INTER_CUBIC if scale >= 1 else cv2.INTER_AREA
    scaled = cv2.resize(ink.astype(np.float32), size, interpolation=how)
    return bool((np.abs(scaled - _HALF) < _ROUNDING).any())


def compare(tiny: Built, crops: Iterable[NDArray[np.uint8]]) -> None:
    """Fail where glyphs are not those of Python."""
    crops = list(crops)
    decided = [ink for ink in crops if not is_undecided(ink)]
    assert len(decided) >= 0.95 * len(crops)
    apart = [np.abs(tiny.glyph(ink)[1].astype(int) - make_glyph(ink)) for ink in decided]
    assert np.max(apart) <= 1
    assert np.count_nonzero(apart) <= 0.001 * np.size(apart)


@pytest.mark.parametrize(
    ("seed", "count", "most"), [(1, 200, 64), (2, 200, 100), (3, 200, 8), (4, 150, 400)]
)
def test_glyphs_are_those_of_python(tiny: Built, seed: int, count: int, most: int) -> None:
    compare(tiny, drawn(seed, count, most))


def test_of_two_colours_exact_halves_are_ink(tiny: Built) -> None:
    compare(tiny, (np.where(grey >= 128, 255, 0).astype(np.uint8) for grey in drawn(5, 200, 64)))


@given(arrays(np.uint8, st.tuples(st.integers(1, 70), st.integers(1, 70))))
def test_any_array_gives_the_glyph_of_python(tiny: Built, ink: NDArray[np.uint8]) -> None:
    code, glyph = tiny.glyph(ink)
    expected = make_glyph(ink)
    assert code == (0 if expected.any() else ERROR_BLANK)
    if code == 0 and not is_undecided(ink):
        assert np.abs(glyph.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("pen", [1, 2, 5, 12, 30])
@pytest.mark.parametrize("size", [20, 53, 100, 101, 250, 1500])
def test_pens_of_any_width(tiny: Built, size: int, pen: int) -> None:
    ink = np.zeros((size + 30, size + 30), np.uint8)
    box = (size // 2 + 15,) * 2, (size // 2, size // 3)
    cv2.ellipse(ink, *box, 20.0, 0.0, 300.0, 255, pen, cv2.LINE_AA)
    assert np.abs(tiny.glyph(ink)[1].astype(int) - make_glyph(ink)).max() <= 1


def test_lines_that_are_lost_at_working_size_are_widened(tiny: Built) -> None:
    for size in (150, 700, 2048):
        ink = np.zeros((size, size), np.uint8)
        cv2.line(ink, (0, 0), (size - 1, size - 1), 255)
        ink[0, 5] = 200
        assert np.array_equal(tiny.glyph(ink)[1], make_glyph(ink))


def test_sides_are_rounded_as_doubles_are(tiny: Built) -> None:
    """15 x 100 / 24 is 62.5, and a little more in floating point."""
    for height, width in [(24, 15), (11, 88), (55, 88), (60, 96), (8, 1), (136, 85), (176, 22)]:
        ink = np.full((height, width), 255, np.uint8)
        assert np.array_equal(tiny.glyph(ink)[1], make_glyph(ink)), (height, width)


def test_specks_that_the_blur_leaves_less_than_half_of(tiny: Built) -> None:
    for value in (128, 200, 255):
        ink = np.zeros((64, 64), np.uint8)
        ink[0, 0] = ink[63, 63] = value
        ink[30, 20] = 129
        assert np.abs(tiny.glyph(ink)[1].astype(int) - make_glyph(ink)).max() <= 1


def test_rows_may_be_apart_and_levels_given(tiny: Built) -> None:
    picture = np.zeros((50, 90), np.uint8)
    picture[5:45, 10:40] = next(drawn(9, 1, 64))[:1, :1]
    picture[10:40, 20:25] = 255
    crop = picture[3:47, 8:50]
    assert np.array_equal(tiny.glyph(crop)[1], make_glyph(crop))
    levels = np.arange(255, -1, -1, dtype=np.uint8)
    inverted = np.ascontiguousarray(255 - crop)
    assert np.array_equal(tiny.glyph(inverted, levels)[1], make_glyph(crop))


def test_no_ink_gives_an_empty_glyph_and_a_code(tiny: Built) -> None:
    code, glyph = tiny.glyph(np.full((50, 30), 127, np.uint8))
    assert code == ERROR_BLANK
    assert not glyph.any()


def test_what_is_larger_than_allowed_is_refused(tiny: Built) -> None:
    code, glyph = tiny.glyph(np.full((2, 2049), 255, np.uint8))
    assert code == ERROR_SIZE
    assert (glyph == 77).all()


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_compilers_have_no_complaint(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not at hand")
    options = ("-Wconversion", "-Os", "-shared", "-fPIC")
    compile_c(name, export_sources(tmp_path), tmp_path / "tiny.so", *options)


def test_random_crops_touch_no_memory_but_their_own(compiler: str, tmp_path: Path) -> None:
    assert "300 crops" in run_fuzz(compiler, tmp_path, 300, seed=7)
