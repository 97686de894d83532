"""Printed cells are found by their shape, and rows of letters are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.detect.cell_shapes import find_cells, find_closed_cells, find_ink

if TYPE_CHECKING:
    from numpy.typing import NDArray

WRITING = 32.0
COUNT, WIDE, HIGH = 8, 30, 36
LEFT, BASE = 40, 90


def open_comb(
    count: int = COUNT, *, beyond: int = 0, thick: int = 2, turn: float = 0.0
) -> NDArray[np.uint8]:
    """Return a comb without a top, (H, W), whose base goes on ``beyond`` its outer teeth."""
    seen = np.zeros((140, 2 * LEFT + count * WIDE + 60), np.uint8)
    right = LEFT + count * WIDE
    cv2.line(seen, (LEFT - beyond, BASE), (right + beyond, BASE), 200, thick)
    for tooth in range(count + 1):
        x = LEFT + tooth * WIDE
        cv2.line(seen, (x, BASE), (x, BASE - HIGH), 200, thick)
    matrix = cv2.getRotationMatrix2D((right / 2, BASE), turn, 1)
    return np.asarray(cv2.warpAffine(seen, matrix, seen.shape[::-1]), np.uint8)


def corners_in(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the corners (N, 4, 2) of the cells in ``seen``, from left to right."""
    found = [cell.corners for cell in find_cells(find_ink(seen), WRITING)]
    return np.array(sorted(found, key=lambda corners: float(corners[0, 0]))).reshape(-1, 4, 2)


@pytest.mark.parametrize("thick", [1, 2, 4])
@pytest.mark.parametrize("turn", [-4.0, 0.0, 4.0])
def test_cells_of_an_open_comb_are_found(thick: int, turn: float) -> None:
    assert len(corners_in(open_comb(thick=thick, turn=turn))) == COUNT


def test_cells_that_are_open_are_not_closed() -> None:
    seen = open_comb()
    cv2.rectangle(seen, (LEFT, 10), (LEFT + 60, 45), 200, 2)
    (cell,) = find_closed_cells(find_ink(seen), 20.0)
    assert cell.corners[0] == pytest.approx(np.array((LEFT, 10)), abs=3)
    assert len(find_cells(find_ink(seen), 20.0)) == COUNT + 1


def test_corners_are_clockwise_from_the_upper_left() -> None:
    top = BASE - HIGH
    for number, corners in enumerate(corners_in(open_comb())):
        x = LEFT + number * WIDE
        drawn = [(x, top), (x + WIDE, top), (x + WIDE, BASE), (x, BASE)]
        assert corners == pytest.approx(np.array(drawn), abs=3)
    box = np.zeros((120, 200), np.uint8)
    cv2.rectangle(box, (40, 20), (100, 70), 200, 2)
    drawn = [(40, 20), (100, 20), (100, 70), (40, 70)]
    assert corners_in(box)[0] == pytest.approx(np.array(drawn), abs=3)


@pytest.mark.parametrize("places", [(3,), (0,), (COUNT - 1,), (2, 3, 5)])
def test_cells_whose_base_is_written_on_are_found(places: tuple[int, ...]) -> None:
    seen = open_comb()
    for place in places:
        x = LEFT + place * WIDE
        cv2.line(seen, (x + 8, BASE - 30), (x + 22, BASE + 8), 200, 3)
    assert len(corners_in(seen)) == COUNT


def test_a_stroke_in_a_cell_parts_it_not() -> None:
    seen = open_comb()
    cv2.line(seen, (LEFT + 3 * WIDE + 12, BASE), (LEFT + 3 * WIDE + 12, BASE - HIGH), 200, 2)
    assert len(corners_in(seen)) == COUNT


def test_most_of_a_comb_is_seen() -> None:
    """Else its cells are guessed by few."""
    seen = open_comb(10)
    for place in (1, 2, 4, 5, 7):
        cv2.circle(seen, (LEFT + place * WIDE + 15, BASE - 3), 8, 200, -1)
    assert len(corners_in(seen)) == 10
    cv2.circle(seen, (LEFT + 15, BASE - 3), 8, 200, -1)
    assert not len(corners_in(seen))


def test_cells_of_a_bent_comb_are_where_they_are() -> None:
    seen = open_comb(16)
    y, x = np.mgrid[: seen.shape[0], : seen.shape[1]].astype(np.float32)
    bend = (4 * np.cos((x - LEFT) / (16 * WIDE) * 2 * np.pi)).astype(np.float32)
    corners = corners_in(cv2.remap(seen, x, y + bend, cv2.INTER_LINEAR))
    assert len(corners) == 16
    assert corners[0, 3, 1] == pytest.approx(BASE - 4, abs=2.5)
    assert corners[8, 3, 1] == pytest.approx(BASE + 4, abs=2.5)


@pytest.mark.parametrize("beyond", [WIDE // 2, WIDE, LEFT - 5])
def test_a_ruled_line_with_strokes_is_no_comb(beyond: int) -> None:
    """It goes on beyond them."""
    assert not len(corners_in(open_comb(beyond=beyond)))
    assert len(corners_in(open_comb(beyond=4))) == COUNT


def test_few_teeth_are_a_letter() -> None:
    assert not len(corners_in(open_comb(3)))


def test_teeth_that_are_not_evenly_spaced_are_strokes() -> None:
    seen = np.zeros((140, 500), np.uint8)
    places = np.array([0, 27, 60, 101, 130, 171, 198, 240])
    cv2.line(seen, (LEFT, BASE), (LEFT + 240, BASE), 200, 2)
    for x in (LEFT + places).tolist():
        cv2.line(seen, (x, BASE), (x, BASE - HIGH), 200, 2)
    assert not len(corners_in(seen))


def test_strokes_of_different_widths_are_no_teeth() -> None:
    """What they part is equally wide, and not evenly spaced."""
    seen = np.zeros((140, 500), np.uint8)
    x = LEFT
    for wide in (2, 2, 2, 2, 20, 20, 20, 20, 20):
        cv2.rectangle(seen, (x, BASE - HIGH), (x + wide - 1, BASE), 200, -1)
        x += wide + 28
    cv2.line(seen, (LEFT, BASE), (x - 30, BASE), 200, 2)
    assert not len(corners_in(seen))


def test_letters_beside_one_another_share_no_teeth() -> None:
    seen = np.zeros((140, 500), np.uint8)
    for number in range(8):
        x = LEFT + 40 * number
        for side in (x, x + 28):
            cv2.line(seen, (side, BASE), (side, BASE - HIGH), 200, 2)
    cv2.line(seen, (LEFT, BASE), (LEFT + 7 * 40 + 28, BASE), 200, 2)
    assert not len(corners_in(seen))


def test_teeth_that_hang_from_a_rule_are_none() -> None:
    """So do the stems of a row of T that touch."""
    assert not len(corners_in(cv2.flip(open_comb(), 0)))


@pytest.mark.parametrize("text", ["EEEEEE", "mmmmmm", "wwwwww", "uuuuuu", "LLLLLL", "######"])
@pytest.mark.parametrize("ruled", [False, True])
def test_rows_of_letters_are_none(text: str, ruled: bool) -> None:
    seen = np.zeros((140, 600), np.uint8)
    cv2.putText(seen, text, (40, BASE), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 255, 2)
    if ruled:
        cv2.line(seen, (0, BASE), (599, BASE), 200, 2)
    assert not len(corners_in(seen))
