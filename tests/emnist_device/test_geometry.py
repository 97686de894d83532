from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.geometry import weigh_places, weigh_shapes
from emnist_device.page import Box
from emnist_edge.alphabet import BYCLASS, BYMERGE, fold

if TYPE_CHECKING:
    from collections.abc import Sequence


def written(text: str, cap: int = 50, slope: float = 0.0, y: int = 200) -> list[Box]:
    """Return boxes of ``text`` as a person would write it; spaces only part words."""
    boxes = []
    for column, char in enumerate(text):
        if char == " ":
            continue
        low = 0.3 * cap if char in "gpqy" else 0
        tall = 0.6 * cap if char in "acemnorsuvwxzgpqy" else cap
        x = 40 * column
        base = y - slope * x
        boxes.append(Box(x, round(base - tall), 30, round(tall + low)))
    return boxes


def emissions(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what a perfect classifier of merged classes gives."""
    chars = text.replace(" ", "").replace("\n", "")
    table = np.full((len(chars), 62), 1e-3)
    for row, char in zip(table, chars, strict=True):
        for column, other in enumerate(BYCLASS):
            if fold(other) == fold(char):
                row[column] = 1
    return table


def grouped(text: str) -> list[list[int]]:
    lengths = [len(word) for word in text.split()]
    ends = list(accumulate(lengths))
    return [list(range(end - n, end)) for n, end in zip(lengths, ends, strict=True)]


def cases(lines: Sequence[str], boxes: Sequence[Sequence[Box]]) -> str:
    text = "\n".join(lines)
    table = emissions(text)
    weighed = table * weigh_places(table, boxes, grouped(text))
    return "".join(BYCLASS[k] for k in weighed.argmax(axis=1))


@pytest.mark.parametrize(
    "text", ["Cosmo copy", "COSMO Cup", "Oxo Tom pops", "Max of Cups", "soup Zoo Pop", "Spy Sum"]
)
@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.08])
def test_height_and_baseline_tell_the_case(text: str, slope: float) -> None:
    assert cases([text], [written(text, slope=slope)]) == text.replace(" ", "")


def test_other_lines_tell_how_high_capitals_are() -> None:
    lines = ["Read the Boot", "cosmos"]
    boxes = [written(lines[0]), written(lines[1], y=300)]
    assert cases(lines, boxes) == "ReadtheBootcosmos"


def test_all_of_one_height_says_nothing_of_the_case() -> None:
    table = emissions("COSMOS")
    factors = weigh_places(table, [written("COSMOS")], [list(range(6))])
    c, small_c = BYCLASS.index("C"), BYCLASS.index("c")
    assert 0.1 < factors[0, small_c] / factors[0, c] < 10


def test_size_does_not_matter() -> None:
    table = emissions("Soup")
    one, other = (
        weigh_places(table, [written("Soup", cap=cap)], [[0, 1, 2, 3]]) for cap in (50, 500)
    )
    assert one == pytest.approx(other, abs=0.25)


def test_a_bare_stroke_is_a_small_l_and_one_with_a_foot_a_capital() -> None:
    bare, footed = weigh_shapes([Box(0, 0, 8, 50), Box(0, 0, 30, 50)])
    capital, small = BYCLASS.index("L"), BYCLASS.index("l")
    assert bare[small] > 10 * bare[capital]
    assert footed[capital] > 5 * footed[small]
    others = [BYCLASS.index(char) for char in BYMERGE if char != "L"]
    assert (bare[others] == 1).all()


def test_nothing_written_nothing_weighed() -> None:
    assert weigh_places(np.zeros((0, 62)), [], []).shape == (0, 62)
