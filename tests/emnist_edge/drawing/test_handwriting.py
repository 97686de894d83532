from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_edge.alphabet import BYCLASS, BYMERGE
from emnist_edge.dataset import emnist
from emnist_edge.dataset.emnist import Samples
from emnist_edge.drawing.character import OVERSAMPLING, Pen
from emnist_edge.drawing.handwriting import EmnistGlyphs
from emnist_edge.drawing.pages import draw_page
from emnist_edge.drawing.strokes import Hand
from emnist_edge.errors import DataError
from emnist_edge.glyph import stroke_width

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EVEN = Hand(wobble=0)


def image(*strokes: list[tuple[int, int]]) -> NDArray[np.uint8]:
    """Draw an image like EMNIST's: strokes about 3 pixels wide with soft edges."""
    canvas = np.zeros((28, 28), np.uint8)
    for stroke in strokes:
        cv2.polylines(canvas, [np.array(stroke, np.int32)], False, 255, 3)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.8), np.uint8)


PLAIN_I = image([(14, 3), (14, 24)])
DOTTED_I = image([(14, 12), (14, 24)], [(14, 4), (14, 5)])
RING = image([(14, 3), (22, 14), (14, 24), (6, 14), (14, 3)])


@pytest.fixture
def glyphs() -> EmnistGlyphs:
    images = np.stack([PLAIN_I, DOTTED_I] * 5 + [RING])
    labels = np.array([BYMERGE.index("I")] * 10 + [BYMERGE.index("O")], np.uint8)
    return EmnistGlyphs(Samples(images, labels, BYMERGE))


def pieces(glyphs: EmnistGlyphs, char: str) -> set[int]:
    rng = np.random.default_rng(0)
    shapes = [glyphs(char, 40, rng, EVEN, Pen()) for _ in range(20)]
    return {cv2.connectedComponents(shape.mask)[0] - 1 for shape in shapes}


def test_small_i_has_a_dot_and_the_capital_has_none(glyphs: EmnistGlyphs) -> None:
    assert pieces(glyphs, "i") == {2}
    assert pieces(glyphs, "I") == {1}


@pytest.mark.parametrize(("char", "top"), [("O", 1.0), ("o", 0.6), ("I", 1.0)])
@pytest.mark.parametrize("width", [0.06, 0.15])
def test_shapes_have_the_size_and_the_pen_of_the_page(
    glyphs: EmnistGlyphs, char: str, top: float, width: float
) -> None:
    shape = glyphs(char, 80, np.random.default_rng(0), EVEN, Pen(width=width))
    assert set(np.unique(shape.mask)) == {0, 255}
    assert not np.remainder(shape.mask.shape, OVERSAMPLING).any()
    _, y, _, height = shape.placed().box
    assert y + height == pytest.approx(80 * width / 2, abs=2)
    assert -y == pytest.approx(80 * (top + width / 2), abs=6)
    assert stroke_width(shape.mask) / OVERSAMPLING == pytest.approx(80 * width, rel=0.25)


def test_pages_are_written_with_them_and_repeat(glyphs: EmnistGlyphs) -> None:
    def draw(seed: int) -> NDArray[np.uint8]:
        drawn = draw_page("IO oi\nOi", size=(300, 200), height=40, seed=seed, glyphs=glyphs)
        assert drawn.text == "IO oi\nOi"
        return drawn.picture

    assert np.array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))


def test_characters_without_images_are_named(glyphs: EmnistGlyphs) -> None:
    with pytest.raises(DataError, match="no images of 'A'"):
        glyphs("A", 40, np.random.default_rng(0), EVEN, Pen())
    with pytest.raises(ValueError, match="no images of '!'"):
        glyphs("!", 40, np.random.default_rng(0), EVEN, Pen())


def test_every_character_is_in_the_real_data(emnist_data: Path) -> None:
    glyphs = EmnistGlyphs(emnist.load(emnist.SPLITS["bymerge"], "test", emnist_data))
    rng = np.random.default_rng(0)
    for char in BYCLASS:
        assert glyphs(char, 40, rng, EVEN, Pen()).placed().coverage.max() == 255
