from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_edge.dataset import emnist
from emnist_edge.glyph import crop_to_ink, make_glyph, stroke_width

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def bar(height: int, width: int, pen: int) -> NDArray[np.uint8]:
    """Draw a T whose box is ``height`` by ``width``, away from the edge."""
    canvas = np.zeros((height + 40, width + 40), np.uint8)
    canvas[20 : 20 + pen, 20 : 20 + width] = 255
    middle = 20 + width // 2 - pen // 2
    canvas[20 : 20 + height, middle : middle + pen] = 255
    return canvas


@pytest.mark.parametrize("size", [20, 60, 250, 900])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_the_same_shape_gives_nearly_the_same_glyph_at_any_size_and_pen(
    size: int, share: float
) -> None:
    reference = make_glyph(bar(250, 200, 30)).astype(int)
    glyph = make_glyph(bar(size, size * 4 // 5, max(1, round(share * size)))).astype(int)
    correlation = np.corrcoef(reference.ravel(), glyph.ravel())[0, 1]
    assert correlation > 0.75


@pytest.mark.parametrize(("height", "width"), [(200, 40), (40, 200), (120, 120)])
def test_the_ink_is_centred_with_the_border_of_emnist(height: int, width: int) -> None:
    ink = np.zeros((400, 400), np.uint8)
    cv2.rectangle(ink, (90, 30), (90 + width, 30 + height), 255, 12)
    glyph = make_glyph(ink)
    rows, columns = np.nonzero(glyph > 40)
    long_side = max(np.ptp(rows), np.ptp(columns)) + 1
    assert 22 <= long_side <= 26
    assert abs(rows.min() - (27 - rows.max())) <= 1
    assert abs(columns.min() - (27 - columns.max())) <= 1
    assert glyph.max() == 255


@pytest.mark.parametrize("size", [250, 1500])
def test_lines_that_are_lost_at_working_size_are_widened(size: int) -> None:
    ring = np.zeros((size, size), np.uint8)
    cv2.circle(ring, (size // 2, size // 2), size // 2 - 2, 255, 1)
    glyph = make_glyph(ring)
    assert (glyph[14] >= 128).sum() in range(2, 9)
    assert not glyph[10:18, 10:18].any()
    assert (glyph.max(axis=0)[4:24] >= 128).all()


def test_specks_far_apart_give_a_glyph() -> None:
    ink = np.zeros((130, 130), np.uint8)
    ink[0, 0] = ink[129, 129] = 255
    assert make_glyph(ink).max() == 255
    ink[0, 0] = 128
    ink[1, 0] = 130
    assert make_glyph(ink).max() == 255


def test_a_glyph_is_what_the_steps_that_models_were_trained_on_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The blur is OpenCV's with sigma 1, and a margin that nothing reaches the end of."""

    def blur(binary: NDArray[np.uint8], *_: object) -> NDArray[np.uint8]:
        wider = cv2.copyMakeBorder(binary, *(30,) * 4, cv2.BORDER_CONSTANT, value=0)
        return np.asarray(cv2.GaussianBlur(wider, (0, 0), 1.0), np.uint8)

    shapes = [bar(size, size, pen) for size in (20, 90, 300) for pen in (1, 3, 6)]
    shapes += [np.eye(40, dtype=np.uint8) * 255, np.full((9, 3), 255, np.uint8)]
    glyphs = [make_glyph(shape) for shape in shapes]
    monkeypatch.setattr("emnist_edge.glyph.cv2.sepFilter2D", blur)
    for shape, glyph in zip(shapes, glyphs, strict=True):
        assert np.abs(make_glyph(shape).astype(int) - glyph).max() <= 2


def test_no_ink_gives_an_empty_glyph() -> None:
    assert not make_glyph(np.full((50, 30), 100, np.uint8)).any()
    assert crop_to_ink(np.zeros((5, 5), np.uint8)).size == 0
    assert stroke_width(np.zeros((5, 5), np.uint8)) == 0.0


@pytest.mark.parametrize("pen", [3, 8, 15, 31])
def test_stroke_width_measures_a_bar(pen: int) -> None:
    canvas = np.zeros((100, 200), np.uint8)
    canvas[30 : 30 + pen, 20:180] = 255
    assert stroke_width(canvas) == pytest.approx(pen, abs=1.2)


@given(arrays(np.uint8, st.tuples(st.integers(1, 70), st.integers(1, 70))))
def test_any_array_gives_a_glyph(ink: NDArray[np.uint8]) -> None:
    glyph = make_glyph(ink)
    assert glyph.shape == (28, 28)
    assert glyph.dtype == np.uint8
    assert bool(glyph.any()) == bool((ink >= 128).any())


def test_glyphs_of_emnist_images_are_those_images(emnist_data: Path) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", emnist_data).first(500)
    glyphs = np.stack([make_glyph(image) for image in samples.images])
    correlations = [
        np.corrcoef(glyph.ravel(), image.ravel())[0, 1]
        for glyph, image in zip(glyphs.astype(float), samples.images.astype(float), strict=True)
    ]
    assert np.median(correlations) > 0.93
    assert glyphs.mean() == pytest.approx(samples.images.mean(), rel=0.3)


def scribble(seed: int) -> NDArray[np.uint8]:
    """Return ink of two colours along a random walk that comes in again on the other side."""
    random = np.random.default_rng(seed)
    sides = random.integers(8, 30, 2)
    walk = np.cumsum(random.integers(-1, 2, (60, 2)), axis=0) % sides
    ink = np.zeros(sides, np.uint8)
    ink[tuple(walk.T)] = 255
    return ink


@pytest.mark.skipif(not cv2.ipp.useIPP(), reason="this OpenCV has no IPP to do without")
def test_glyphs_are_the_same_without_intels_code() -> None:
    """As on a Raspberry Pi. One in 30 of these would be another if it were used."""
    scribbles = [scribble(seed) for seed in range(360)]
    expected = [make_glyph(ink) for ink in scribbles]
    assert cv2.ipp.useIPP()  # as it was before
    cv2.ipp.setUseIPP(False)
    try:
        assert np.array_equal([make_glyph(ink) for ink in scribbles], expected)
        assert not cv2.ipp.useIPP()
    finally:
        cv2.ipp.setUseIPP(True)


def test_what_is_covered_by_exactly_one_half_is_ink() -> None:
    def bar(columns: int) -> NDArray[np.uint8]:
        """Return a bar above a line, of a size that is halved."""
        ink = np.zeros((200, 200), np.uint8)
        ink[-20:] = 255
        ink[:, :columns] = 255
        return ink

    thin, between, wide = (make_glyph(bar(columns)) for columns in (100, 101, 102))
    assert np.array_equal(between, wide)
    assert not np.array_equal(between, thin)
