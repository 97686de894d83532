from __future__ import annotations

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.restore import find_wholes

# A 2 whose foot was left out: the upper part is found, the foot is only seen.
SHAPE = (60, 120)
FOUND = Box(20, 10, 20, 25)


def wholes(foot: int, *others: Box) -> dict[int, Box]:
    """Return the boxes with what was left out of a character with a foot of this length."""
    seen, coverage = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    labels = np.zeros(SHAPE, np.int32)
    blobs = []
    for label, box in enumerate((FOUND, *others), start=1):
        window = (slice(box.y, box.bottom), slice(box.x, box.right))
        seen[window], coverage[window], labels[window] = 200, 255, label
        blobs.append(Blob(box, label, box.width * box.height))
    seen[FOUND.bottom : FOUND.bottom + 3, FOUND.x : FOUND.x + foot] = 180
    found = find_wholes(seen, labels, coverage, blobs)
    for whole in found.values():
        assert whole.ink.shape == (whole.blob.box.height, whole.blob.box.width)
        assert whole.blob.area == np.count_nonzero(whole.ink)
    return {label: whole.blob.box for label, whole in found.items()}


def test_a_stroke_that_hangs_on_one_character_may_be_its() -> None:
    assert wholes(40) == {1: Box(20, 10, 40, 28)}


def test_nothing_hangs_on_a_character_that_was_found_whole() -> None:
    assert wholes(0) == {}


def test_a_long_line_under_a_character_is_a_rule() -> None:
    assert wholes(95) == {}


def test_what_joins_two_characters_belongs_to_neither() -> None:
    assert wholes(40, Box(50, 14, 18, 24)) == {}


def test_without_characters_there_is_nothing_to_hang_on() -> None:
    empty = np.zeros(SHAPE, np.uint8)
    assert find_wholes(empty, empty.astype(np.int32), empty, []) == {}
