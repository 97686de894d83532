"""Printed lines are told from written ones by how even they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.page import Character, Line, Word
from emnist_device.text import printed
from emnist_device.text.printed import keep_written, measure, tell_printed, weigh_together
from emnist_edge import Decoding, Reader
from emnist_edge.drawing.pages import draw_page
from emnist_edge.drawing.strokes import Hand

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXT = "Road 2042 is closed"
CAP = 60


def line(text: str, uneven: float, seed: int = 1, slope: float = 0.0) -> Line:
    """Return ``text``, each height and lower end ``uneven`` by so many cap heights (deviation)."""
    rng = np.random.default_rng(seed)
    characters = []
    for column, char in enumerate(text):
        if char == " ":
            continue
        tall = CAP * (0.65 if char in "acemnorsuvwxz" else 1)
        height = round(tall * float(np.exp(uneven * rng.standard_normal())))
        end = 200 + slope * 40 * column + uneven * CAP * rng.standard_normal()
        box = Box(40 * column, round(end - height), 30, height)
        characters.append(Character(char, 0.9, box, ()))
    return Line((Word(tuple(characters), 0.9),))


def glyphs(of: Line, unlike: float, seed: int = 2) -> NDArray[np.uint8]:
    """Return a glyph for each character: what it looks like, and ``unlike`` that by chance."""
    rng = np.random.default_rng(seed)
    found = []
    for character in of.characters:
        shape = np.random.default_rng(ord(character.char)).random((28, 28)) > 0.8
        own = rng.random((28, 28)) > 0.8
        other = rng.random((28, 28)) < unlike
        found.append(np.where(other, own, shape))
    return 255 * np.array(found, np.uint8)


def chance(of: Line, unlike: float) -> float:
    (told,) = tell_printed([of], glyphs(of, unlike))
    assert told.printed is not None
    return told.printed


@pytest.mark.parametrize("slope", [0, 0.06])
def test_even_lines_are_printed_and_uneven_ones_written(slope: float) -> None:
    assert chance(line(TEXT, 0.01, slope=slope), 0.0) > 0.95
    assert chance(line(TEXT, 0.10, slope=slope), 0.4) < 0.05


@pytest.mark.parametrize("name", ["level", "height", "alike"])
def test_each_sign_tells_by_itself(name: str) -> None:
    even, odd = line(TEXT, 0.01), line(TEXT, 0.15)
    of_even, of_odd = measure(even, glyphs(even, 0.0)), measure(odd, glyphs(odd, 0.4))
    sign = getattr(printed.SIGNS, name)
    assert sign.weigh(of_even[name]) > 1
    assert sign.weigh(of_odd[name]) < -1


def test_evenness_is_measured_in_cap_heights() -> None:
    small = line(TEXT, 0.08)
    characters = [
        replace(each, box=Box(*(4 * side for side in each.box))) for each in small.characters
    ]
    large = Line((Word(tuple(characters), 0.9),))
    told = measure(small, glyphs(small, 0.3)), measure(large, glyphs(large, 0.3))
    for name in ("level", "height", "alike"):
        assert told[0][name].mean() == pytest.approx(told[1][name].mean(), abs=0.35)


def test_what_says_nothing_is_as_usual() -> None:
    (told,) = tell_printed([line("-", 0.0)], np.zeros((1, 28, 28), np.uint8))
    assert told.printed == pytest.approx(printed.SIGNS.usual)
    assert tell_printed([], np.zeros((0, 28, 28), np.uint8)) == ()
    assert all(len(own) == 0 for own in measure(line("-+", 0.0), glyphs(line("-+", 0), 0)).values())


def test_neighbours_that_are_not_beside_each_other_say_nothing_of_levels() -> None:
    boxes = np.array([(0, 0, 30, 60), (40, 9, 30, 60), (0, 80, 30, 60), (80, 0, 30, 60)], float)
    assert len(printed._rises(boxes[:3])) == 0
    assert printed._rises(boxes[[0, 1, 3]]) == pytest.approx([9])


def test_lines_of_a_page_are_mostly_of_one_kind() -> None:
    odds = np.array([0.5, 6, 6, 6])
    assert weigh_together(odds[:1])[0] < 0.5 < weigh_together(odds)[0]
    assert weigh_together(-odds)[0] < weigh_together(-odds[:1])[0]
    # A line that says clearly what it is stays that among others.
    assert weigh_together(np.array([-7.0, 6, 6, 6]))[0] < 0.5


def test_lines_that_are_printed_are_left_out_with_their_glyphs() -> None:
    lines = [line("Aa", 0), line("bcd", 0), line("e", 0)]
    told = [replace(lines[0], printed=0.9), replace(lines[1], printed=0.2), lines[2]]
    numbered = np.broadcast_to(np.arange(6, dtype=np.uint8)[:, None, None], (6, 28, 28))
    kept, left = keep_written(told, numbered)
    assert [each.text for each in kept] == ["bcd", "e"]
    assert left[:, 0, 0].tolist() == [2, 3, 4, 5]


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9))
def test_values_are_compared_with_the_median_of_the_others(values: list[float]) -> None:
    array = np.array(values)
    others = [np.median(np.delete(array, place)) for place in range(len(values))]
    assert printed._beside_others(array) == pytest.approx(array - others)
    assert len(printed._beside_others(array[:1])) == 0


@pytest.fixture(scope="module")
def sheet() -> NDArray[np.uint8]:
    """Return a sheet with a line as even as a machine sets it, and one of a hasty hand below."""
    return np.vstack(
        [
            draw_page(text, size=(1200, 200), height=60, seed=1, hand=Hand(wobble=wobble)).picture
            for text, wobble in (("SHEET 2042 REST 44", 0), ("HEATS 7 LESS 33", 3))
        ]
    )


def test_a_reader_says_of_each_line_whether_it_is_printed(sheet: NDArray[np.uint8]) -> None:
    above, below = Reader().read(sheet).lines
    assert above.printed is not None
    assert below.printed is not None
    assert above.printed > 0.8
    assert below.printed < 0.4
    assert above.to_dict()["printed"] == round(above.printed, 4)


def test_a_reader_leaves_printed_lines_out(sheet: NDArray[np.uint8]) -> None:
    whole = Reader().read(sheet)
    page, own = Reader(decoding=Decoding(hand_only=True)).read_with_glyphs(sheet)
    assert [each.text for each in page.lines] == [whole.lines[1].text]
    assert page.left_out == len(whole.lines[0].characters)
    assert len(own) == len(page.characters)
