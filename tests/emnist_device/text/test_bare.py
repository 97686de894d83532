from __future__ import annotations

import numpy as np

from emnist_device.box import Box
from emnist_device.text.bare import weigh_bare, weigh_shapes
from emnist_edge.alphabet import BYCLASS, BYMERGE


def test_a_bare_stroke_is_a_small_l_and_one_with_a_foot_a_capital() -> None:
    boxes = [Box(0, 0, 8, 50), Box(0, 0, 30, 50)]
    bare, footed = weigh_shapes(boxes, np.zeros(2, bool))
    assert np.array_equal(weigh_shapes(boxes, np.array([True, False])), [footed, footed])
    capital, small = BYCLASS.index("L"), BYCLASS.index("l")
    assert bare[small] > 10 * bare[capital]
    assert footed[capital] > 5 * footed[small]
    others = [BYCLASS.index(char) for char in BYMERGE if char != "L"]
    assert (bare[others] == 1).all()
    assert np.array_equal(weigh_bare(boxes, np.zeros(2, bool)), [bare, np.ones(len(BYCLASS))])
    assert (weigh_bare(boxes, np.ones(2, bool)) == 1).all()
