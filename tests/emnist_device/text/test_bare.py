from __future__ import annotations

import numpy as np

from emnist_device.box import Box
from emnist_device.text.bare import weigh_shapes
from emnist_edge.alphabet import BYCLASS, BYMERGE


def test_a_bare_stroke_is_a_small_l_and_one_with_a_foot_a_capital() -> None:
    boxes = [Box(0, 0, 8, 50), Box(0, 0, 30, 50)]
    capital, small = BYCLASS.index("L"), BYCLASS.index("l")
    unsure = np.ones((2, len(BYCLASS)), bool)
    bare, footed = weigh_shapes(boxes, unsure, alone=False)
    surely = unsure.copy()
    surely[0] = np.arange(len(BYCLASS)) == capital
    assert np.array_equal(weigh_shapes(boxes, surely, alone=False), [footed, footed])
    assert bare[small] > 10 * bare[capital]
    assert footed[capital] > 5 * footed[small]
    others = [BYCLASS.index(char) for char in BYMERGE if char != "L"]
    assert (bare[others] == 1).all()
    wide = np.ones(len(BYCLASS))  # by itself, it may be a stroke that leans
    assert np.array_equal(weigh_shapes(boxes, unsure, alone=True), [bare, wide])
    assert np.array_equal(weigh_shapes(boxes, surely, alone=True), [wide, wide])
