"""What a frame shows is followed on the next: where it is, and whether it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.live.following import Anchor, Followed, reduce
from tests.emnist_device.live.conftest import Desk

if TYPE_CHECKING:
    from numpy.typing import NDArray

# As much as ten pixels of A4 in a frame 160 wide; see ``live.sheets``.
WRITTEN = 0.0004


@pytest.mark.parametrize(
    ("shape", "small", "scale"),
    [
        ((480, 640), (240, 320), 2),
        ((1944, 2592, 3), (243, 324), 8),
        ((501, 1301), (125, 325), 4),
        ((100, 200, 3), (100, 200), 1),
    ],
)
def test_frames_are_halved_while_they_are_wide(
    shape: tuple[int, ...], small: tuple[int, int], scale: int
) -> None:
    picture = np.full(shape, 77, np.uint8)
    found, times = reduce(picture)
    assert (found.shape, times) == (small, scale)
    assert (found == 77).all()


def follow(desk: Desk, anchor: Anchor, **seen: float) -> Followed:
    return anchor.follow(reduce(desk.see(**seen))[0])


def test_a_sheet_that_moves_a_bit_is_found_where_it_is() -> None:
    desk = Desk()
    outline = desk.corners() / 2
    anchor = Anchor(reduce(desk.see())[0], outline)
    for x, y, turn in ((0.7, -0.4, 0.0), (5.0, 3.0, 1.0), (9.0, -6.0, 2.0)):
        found = follow(desk, anchor, x=x, y=y, turn=turn)
        assert found.changed < WRITTEN
        ends = cv2.perspectiveTransform(outline[None], found.plane)[0]
        assert np.abs(2 * ends - desk.corners(x=x, y=y, turn=turn)).max() < 1.5
    assert found.moved == pytest.approx(np.hypot(9, 6) / 640, abs=0.008)


def test_the_table_beneath_lies_still_and_a_sheet_on_it_may_move() -> None:
    desk = Desk()
    anchor = Anchor(reduce(desk.see())[0])
    assert follow(desk, anchor).changed == 0
    found = follow(desk, anchor, x=4.0, y=3.0)
    assert found.changed < 0.003
    assert found.moved > 0.006


def test_who_moves_beside_a_sheet_with_print_all_over_is_not_looked_at() -> None:
    desk = Desk()
    few = Anchor(reduce(desk.see())[0])  # a sixth of the frame: it may be a thing on the table
    for line in (25, 340):
        desk.write(line, "ABEFHKLMNRSTXZABEF")
    many = Anchor(reduce(desk.see())[0])
    picture = desk.see(x=4.0)
    picture[:, 590:] = 20
    assert few.follow(reduce(picture)[0]).changed > 0.003
    assert many.follow(reduce(picture)[0]).changed < 0.003


def test_what_is_written_is_seen_on_a_sheet_that_moved() -> None:
    desk = Desk()
    anchor = Anchor(reduce(desk.see())[0], desk.corners() / 2)
    desk.write(230, "4711")
    assert follow(desk, anchor, x=5.0, y=2.0).changed > WRITTEN
    assert follow(desk, anchor).changed > WRITTEN


def test_light_that_changes_is_no_writing_and_a_hand_is_much() -> None:
    desk = Desk()
    anchor = Anchor(reduce(desk.see())[0], desk.corners() / 2)
    picture = desk.see(x=3.0)
    y, x = np.mgrid[0 : 1 : 480 * 1j, 0 : 1 : 640 * 1j]
    dim = (picture * (0.97 - 0.05 * x * y)).astype(np.uint8)
    assert anchor.follow(reduce(dim)[0]).changed < WRITTEN
    picture[:, 200:300] = 120
    assert anchor.follow(reduce(picture)[0]).changed > 0.003


def test_what_shows_nothing_to_follow_is_compared_where_it_is() -> None:
    blank = np.full((240, 320), 128, np.uint8)
    anchor = Anchor(blank)
    assert anchor.follow(blank).changed == 0
    assert anchor.sharpness(np.full((480, 640), 128, np.uint8), 2, anchor.follow(blank)) == 0
    ruled = blank.copy()
    ruled[50:60, 20:300] = 30
    assert anchor.follow(ruled).changed > 0.003
    other = Desk().see()
    assert Anchor(reduce(other)[0]).follow(blank).changed == 1


def test_a_blurred_frame_is_less_sharp() -> None:
    desk = Desk()
    anchor = Anchor(reduce(desk.see())[0])

    def sharpness(picture: NDArray[np.uint8]) -> float:
        small, scale = reduce(picture)
        return anchor.sharpness(picture, scale, anchor.follow(small))

    sharp = sharpness(desk.see(x=3.0))
    assert sharpness(desk.see(x=8.0)) == pytest.approx(sharp, rel=0.1)
    colour = cv2.cvtColor(desk.see(x=3.0), cv2.COLOR_GRAY2BGR)
    assert sharpness(colour) == pytest.approx(sharp, rel=0.1)
    blurred = cv2.blur(desk.see(x=3.0), (5, 1))
    assert sharpness(blurred) < 0.75 * sharp
    assert sharpness(cv2.blur(desk.see(x=3.0), (9, 1))) < 0.8 * sharpness(blurred)
