"""Sample images of the page: all are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.corruptions import CORRUPTIONS
from train.study.report import samples
from train.study.report.results import Results
from train.study.report.write import page_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[list[Any]]]:
    """Rows of glyphs in each part of the pictures, which are drawn to ``tmp_path``."""
    parts: list[list[list[Any]]] = []
    show = samples._show

    def note(axes: Any, rows: list[list[Any]]) -> None:
        parts.append(rows)
        show(axes, rows)

    monkeypatch.setattr(samples, "_show", note)
    samples.draw_samples(tmp_path)
    return parts


def test_each_class_each_variation_and_each_alteration_is_shown(
    shown: list[list[list[Any]]], tmp_path: Path
) -> None:
    classes, (varied, *altered) = shown[: len(BYMERGE)], shown[len(BYMERGE) :]
    assert len(classes) == len(BYMERGE) == 47
    assert all(len(row) == samples.HANDS for (row,) in classes)
    assert len(varied) == len(samples.VARIED)
    assert sum(len(rows) for rows in altered) == len(CORRUPTIONS)
    glyphs = [glyph for part in shown for row in part for glyph in row]
    for glyph in glyphs:
        assert glyph.shape == (28, 28)
        assert glyph.dtype == np.uint8
    for part in (*classes, varied, *altered):
        for row in part:  # no two of a row are the same
            assert len({glyph.tobytes() for glyph in row}) == len(row)
    for name in ("samples", "varied", "altered"):
        picture = cv2.imread(str(tmp_path / f"{name}.png"))
        assert picture is not None
        assert min(picture.shape[:2]) > 150
        assert picture.std() > 20


def test_a_class_of_two_shapes_shows_both_and_is_the_same_each_time() -> None:
    capital, small = samples.written("G", 1), samples.written("g", 1)
    assert not np.array_equal(capital, small)
    assert np.array_equal(samples._of_class("K")[1], samples.written("k", 1))
    assert np.array_equal(samples._of_class("A")[1], samples.written("A", 1))  # a is a class
    assert np.array_equal(samples._of_class("4")[3], samples.written("4", 3))


def test_a_page_without_results_shows_none() -> None:
    assert "samples.png" not in page_of(Results(), "study", quick=True)
