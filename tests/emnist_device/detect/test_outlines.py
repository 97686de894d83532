"""Outlines of printed cells are no characters; what is written in cells and beside them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.look import Look
from emnist_device.detect.maps import STRIDE, WRITING_HEIGHT, Maps
from emnist_device.detect.outlines import without_outlines
from emnist_device.detect.pieces import find_pieces
from emnist_device.detect.view import View, Writing
from emnist_device.frames import Frame, FrameCell

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 44


def look_of(seen: NDArray[np.uint8]) -> Look:
    """Return a look that takes each connected piece of ``seen`` for a character."""
    pieces = find_pieces((seen > 128).astype(np.uint8))
    blobs = [Blob(pieces.box(n), n, int(pieces.areas[n])) for n in range(1, len(pieces.areas))]
    cells = tuple(side // STRIDE for side in seen.shape)
    maps = Maps(seen, np.ones(cells, np.float32), np.zeros((*cells, 2), np.float32))
    view = View(seen, 1.0, Writing(WRITING_HEIGHT, 3.0), grain=False)
    return Look(view, 1.0, seen, maps, pieces.labels, blobs)


def boxes_apart(count: int, thickness: int = 2) -> NDArray[np.uint8]:
    """Return a row of boxes that stand apart."""
    seen = np.zeros((110, 40 + 60 * count), np.uint8)
    for number in range(count):
        x = 20 + 60 * number
        cv2.rectangle(seen, (x, 30), (x + SIDE, 30 + SIDE), 255, thickness)
    return seen


def left_in(look: Look, frames: tuple[Frame, ...] = ()) -> list[Box]:
    """Return the boxes of what is left of a look, whose ink is all that is left."""
    left = without_outlines(look, frames)
    assert set(np.unique(left.labels)) == {0} | {blob.label for blob in left.blobs}
    return [blob.box for blob in left.blobs]


@pytest.mark.parametrize("thickness", [1, 2, 4])
def test_a_box_is_no_character(thickness: int) -> None:
    look = look_of(boxes_apart(1, thickness))
    assert len(look.blobs) == 1
    assert left_in(look) == []
    assert not without_outlines(look, ()).maps.coverage.any()


def test_what_hangs_on_a_box_goes_with_it() -> None:
    """Else it would be left over, and might be read."""
    seen = boxes_apart(1)
    cv2.line(seen, (20 + SIDE, 50), (20 + SIDE + 9, 50), 255, 2)
    look = look_of(seen)
    assert left_in(look) == []
    assert not without_outlines(look, ()).maps.coverage.any()


@pytest.mark.parametrize("degrees", [-6, 6])
def test_boxes_that_are_turned_are_no_characters(degrees: float) -> None:
    seen = boxes_apart(4)
    turned = cv2.warpAffine(seen, cv2.getRotationMatrix2D((120, 50), degrees, 1), seen.shape[::-1])
    assert left_in(look_of(turned)) == []


def test_a_box_that_came_apart_is_no_character() -> None:
    """The page network splits an outline, and cuts part what it found."""
    look = look_of(boxes_apart(4))
    labels = look.labels.copy()
    labels[:, 40:] += len(look.blobs) * (labels[:, 40:] > 0)
    numbers = np.unique(labels[labels > 0])
    blobs = [Blob(Box(*cv2.boundingRect((labels == n).astype(np.uint8))), n, 99) for n in numbers]
    assert left_in(Look(look.view, 1.0, look.seen, look.maps, labels, blobs)) == []


@pytest.mark.parametrize("place", [(30, 62), (22, 62), (30, 70)], ids=["free", "left", "below"])
def test_what_is_written_in_a_box_is_left(place: tuple[int, int]) -> None:
    """Also where it touches the box."""
    bare = boxes_apart(4)
    seen = bare.copy()
    cv2.putText(seen, "2", place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 3)
    written = cv2.subtract(seen, bare)
    look = look_of(bare)
    labels = np.where(written > 0, 99, look.labels).astype(np.int32)
    box = Box(*cv2.boundingRect(written))
    blobs = [*look.blobs, Blob(box, 99, cv2.countNonZero(written))]
    maps = Maps(seen, look.maps.middle, look.maps.offset)
    assert left_in(Look(look.view, 1.0, seen, maps, labels, blobs)) == [box]


def test_round_letters_are_no_boxes() -> None:
    seen = np.zeros((100, 400), np.uint8)
    for number in range(6):
        cv2.ellipse(seen, (40 + 60 * number, 50), (18, 26), 0, 0, 360, 255, 3)
    assert len(left_in(look_of(seen))) == 6


def test_a_small_hole_is_no_box() -> None:
    """That of a letter with straight sides is lower than the writing."""
    seen = np.zeros((100, 200), np.uint8)
    cv2.rectangle(seen, (40, 30), (62, 62), 255, 2)
    cv2.rectangle(seen, (90, 30), (118, 64), 255, 2)
    assert len(left_in(look_of(seen))) == 2


def test_thick_outlines_are_letters() -> None:
    seen = np.zeros((100, 400), np.uint8)
    for number in range(6):
        x = 20 + 60 * number
        cv2.rectangle(seen, (x, 30), (x + 24, 66), 255, 7)
    assert len(left_in(look_of(seen))) == 6


def test_sides_of_cells_that_are_open_are_told_by_their_rules() -> None:
    """A comb without a top has no closed outline."""
    seen = np.zeros((100, 300), np.uint8)
    cells = []
    for number in range(5):
        x = 20 + 50 * number
        cv2.line(seen, (x, 30), (x, 66), 255, 2)
        corners = ((x, 30.0), (x + 50, 30.0), (x + 50, 70.0), (x, 70.0))
        cells.append(FrameCell(0, number, corners))
    cv2.line(seen, (140, 40), (140, 60), 255, 2)
    look = look_of(seen)
    assert len(left_in(look)) == 6
    (one,) = left_in(look, (Frame("comb", tuple(cells)),))
    assert one.x in range(138, 141)
