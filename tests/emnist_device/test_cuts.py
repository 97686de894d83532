from __future__ import annotations

import cv2
import numpy as np

from emnist_device.cuts import find_seams


def mask(*rectangles: tuple[int, int, int, int], shape: tuple[int, int] = (60, 120)) -> np.ndarray:
    drawn = np.zeros(shape, np.uint8)
    for x, y, width, height in rectangles:
        drawn[y : y + height, x : x + width] = 255
    return drawn


def test_a_seam_runs_through_the_bridge_between_two_blocks() -> None:
    two = mask((0, 0, 45, 60), (75, 0, 45, 60), (45, 28, 30, 4))
    seams = find_seams(two, height=60)
    assert seams
    assert all(seam.shape == (60,) for seam in seams)
    # One seam at least cuts the bridge and nothing of the blocks.
    assert any(((seam >= 45) & (seam <= 75)).all() for seam in seams)


def test_what_is_as_narrow_as_one_stroke_is_not_cut() -> None:
    assert find_seams(mask((0, 0, 12, 60), shape=(60, 12)), height=60) == []


def test_between_slanted_strokes_a_seam_crosses_nothing_but_their_bar() -> None:
    slanted = np.zeros((60, 120), np.uint8)
    cv2.line(slanted, (20, 58), (33, 2), 255, 6)
    cv2.line(slanted, (42, 58), (55, 2), 255, 6)
    cv2.line(slanted, (27, 36), (46, 36), 255, 5)
    joined = slanted[:, 17:59]
    crossed = [int((joined[np.arange(60), seam] > 0).sum()) for seam in find_seams(joined, 60)]
    assert 5 <= min(crossed) <= 8


def test_seams_are_in_order_and_apart() -> None:
    four = mask(*((30 * k, 0, 20, 60) for k in range(4)), (0, 28, 110, 4))
    seams = find_seams(four, height=60)
    middles = [float(seam.mean()) for seam in seams]
    assert len(middles) >= 3
    assert middles == sorted(middles)
    assert min(np.diff(middles)) >= 0.2 * 60 - 2
