from __future__ import annotations

import numpy as np

from emnist_device.forms.reading.comb import BLANKS
from emnist_device.forms.reading.ink import RESOLUTION, find_ink, take_cell
from emnist_device.forms.registration.mapping import Mapping


def test_noise_of_a_dark_photograph_is_no_ink() -> None:
    mapping = Mapping((30.0, 20.0), np.diag([RESOLUTION, RESOLUTION, 1.0]))
    noise = np.random.default_rng(1).normal(0, 14, (240, 360, 3))
    picture = np.clip(110 + noise, 0, 255).astype(np.uint8)
    cell = (10.0, 6.0, 18.0, 14.0)
    assert take_cell(find_ink(picture, mapping, cell, [], [cell]), cell)[1] < BLANKS.blank
    picture[90:150, 160:168] = 30
    assert take_cell(find_ink(picture, mapping, cell, [], [cell]), cell)[1] > BLANKS.written
