from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from evaluate.scoring.rules import find_rules


def paper() -> np.ndarray:
    """Return a page with a table of rules, a word in joined writing, a letter, and a long rule."""
    page = np.full((600, 800, 3), 240, np.uint8)
    for x in (60, 160, 260):
        cv2.line(page, (x, 60), (x, 260), (90, 90, 90), 2)
    for y in (60, 160, 260):
        cv2.line(page, (60, y), (260, y), (90, 90, 90), 2)
    word = np.array([(400 + 10 * n, 150 + (-1) ** n * 20) for n in range(24)], np.int32)
    cv2.polylines(page, [word], False, (40, 40, 40), 5)
    cv2.line(page, (420, 400), (420, 440), (40, 40, 40), 5)
    cv2.line(page, (60, 500), (700, 500), (90, 90, 90), 3)
    return page


@pytest.mark.parametrize(
    ("box", "is_rule"),
    [
        (Box(150, 100, 20, 50), True),  # a piece of the table
        (Box(50, 50, 30, 40), True),  # its corner
        (Box(300, 490, 30, 20), True),  # a piece of the long rule
        (Box(480, 125, 30, 50), False),  # a letter of the word
        (Box(410, 395, 20, 50), False),  # all of a 1
        (Box(700, 300, 30, 40), False),  # nothing at all
    ],
)
def test_ink_of_rules_is_told_from_writing(box: Box, is_rule: bool) -> None:
    assert find_rules(paper())(box) is is_rule
    assert find_rules(255 - paper())(box) is is_rule
