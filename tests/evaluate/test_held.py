from __future__ import annotations

from itertools import islice

import numpy as np

from emnist_device.forms.reading.result import FieldReading, SheetReading
from evaluate.cameras.held_sheets import SIZE, Hold, frames
from evaluate.held import which


def test_a_sheet_is_carried_in_and_held_where_its_corners_are_told() -> None:
    sheet = np.full((594, 420, 3), 250, np.uint8)
    seen = list(islice(frames([sheet], Hold(tremor=2, seconds=0.4), seed=1), 14))
    # 0.6 seconds of 15 frames each; a hand comes after half of the time.
    assert [each.sheet for each in seen] == [None] * 9 + [0, 0, 0, None, None]
    held = seen[9]
    assert held.picture.shape == SIZE[::-1]
    (left, top), _, (right, bottom), _ = held.corners.tolist()
    assert (
        held.picture[int(top) + 40 : int(bottom) - 40, int(left) + 60 : int(right) - 60].min() > 235
    )
    assert held.picture[:, :50].mean() < 140  # the table
    assert 0 < np.abs(seen[10].corners - held.corners).max() < 15
    assert np.abs(seen[0].corners - held.corners)[:, 0].min() > 1000


def test_a_reading_is_of_the_sheet_that_it_agrees_with_most() -> None:
    fields = tuple(FieldReading(name, name, "", 1.0) for name in "abc")
    read = SheetReading("f", 1, 0, None, fields, 0, 1.0, 0.1, 7.0, "m")
    truths = [{"a": "", "b": "", "c": "c"}, {"a": "a", "b": "", "c": "c"}]
    assert which(read, truths) == 1
