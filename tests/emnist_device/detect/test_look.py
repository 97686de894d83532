from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.look import is_writing, look_at
from emnist_device.detect.maps import Maps
from emnist_device.detect.network import PageNet
from emnist_device.detect.view import View, Writing
from emnist_edge.drawing.pages import draw_page
from evaluate.scoring.matching import match_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

NET = PageNet()


@pytest.mark.parametrize(("middle", "written"), [(0.5, False), (0.8, True)])
def test_of_grain_one_sure_character_tells_writing(middle: float, *, written: bool) -> None:
    blobs = [Blob(Box(0, 0, 9, 9), 1, 40, 0.45), Blob(Box(20, 0, 9, 9), 2, 40, middle)]
    assert is_writing(blobs) is written


@pytest.mark.parametrize("grain", [False, True])
def test_what_may_be_grain_is_left_out_as_a_whole(*, grain: bool) -> None:
    """A middle that is as probable as this makes a character, but not on rough paper."""

    def doubt(contrast: NDArray[np.uint8]) -> Maps:
        high, wide = contrast.shape[0] // 2, contrast.shape[1] // 2
        coverage = np.zeros((2 * high, 2 * wide), np.uint8)
        coverage[20:50, 20:26] = 255
        middle = np.zeros((high, wide), np.float32)
        middle[17, 11] = 0.6
        return Maps(coverage, middle, np.zeros((high, wide, 2), np.float32))

    view = View(np.zeros((80, 80), np.uint8), 1.0, Writing(32, 4), grain)
    look = look_at(view, doubt)
    assert len(look.blobs) == (0 if grain else 1)
    assert look.labels.any() == (not grain)


@pytest.mark.parametrize("guess", [20, 50, 110])
def test_writing_of_another_size_than_guessed_is_looked_at_again(guess: float) -> None:
    page = draw_page("HARBOR\n7483 KEY", size=(800, 500), height=50, seed=3)
    seen: list[tuple[int, ...]] = []

    def network(contrast: NDArray[np.uint8]) -> Maps:
        seen.append(contrast.shape)
        return NET(contrast)

    view = replace(Hypotheses(NET).as_page(page.picture), writing=Writing(guess, 5))
    look = look_at(view, network)
    truth = [character.box for line in page.lines for character in line.characters]
    found = np.array([blob.box for blob in look.blobs]) / (view.scale * look.zoom)
    boxes = [tuple(row) for row in np.rint(found).astype(int).tolist()]
    assert sorted(match_boxes(truth, boxes)) == list(range(len(truth)))
    assert len(boxes) == len(truth)
    assert len(seen) == (1 if guess == 50 else 2)
