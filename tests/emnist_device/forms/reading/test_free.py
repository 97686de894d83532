from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.forms.reading.free import _candidates
from emnist_device.page import Character, Line, Page, Word
from tests.emnist_device.forms.templates import load, one_page

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.forms.model import TextField


BLANK = np.full((20, 60), 255, np.uint8)


def page_of(*words: tuple[str, float], boxes: list[Box]) -> Page:
    """Return a page of one line, with the box of each of its characters."""
    left = iter(boxes)
    made = [
        Word(tuple(Character(char, 0.9, next(left), ()) for char in text), confidence)
        for text, confidence in words
    ]
    return Page((Line(tuple(made)),), "tiny", {})


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ({"kind": "line"}, 0.7, 0.9),
        ({"kind": "lexicon", "words": ["the hall", "the dog"]}, 0.93, 1.0),
    ],
)
def test_a_line_of_anything_is_less_sure_than_its_words(
    tmp_path: Path, values: dict[str, Any], least: float, most: float
) -> None:
    ((_, field),) = load(tmp_path, one_page(it={"box": [20, 40, 63, 9], **values})).leaves()
    boxes = [Box(20 * n, 10, 15, 50) for n in range(7)]
    page = page_of(("the", 0.5), ("hall", 0.6), boxes=boxes)
    found = _candidates(cast("TextField", field), page, BLANK)
    assert found.text == "the hall"
    assert least < found.probability < most


def number(tmp_path: Path, **keys: Any) -> TextField:
    """Return a field for a number without cells."""
    values = {"kind": "number", "decimals": 1, "box": [20, 40, 63, 9], **keys}
    ((_, field),) = load(tmp_path, one_page(it=values)).leaves()
    return cast("TextField", field)


def drawn(*boxes: Box) -> NDArray[np.uint8]:
    """Return a picture with ink in ``boxes``."""
    picture = np.full((100, 300), 255, np.uint8)
    for box in boxes:
        picture[box.y : box.bottom, box.x : box.right] = 150  # a pencil's
    return picture


DIGITS = [Box(20, 20, 30, 60), Box(60, 20, 30, 60), Box(130, 20, 30, 60)]
POINT = Box(105, 70, 8, 9)


@pytest.mark.parametrize(
    ("texts", "boxes"),
    [
        (["456"], DIGITS),
        (["45", "6"], DIGITS),
        (["456"], [DIGITS[0], Box(60, 20, 54, 60), DIGITS[2]]),
        (["4586"], [*DIGITS[:2], POINT, DIGITS[2]]),
    ],
    ids=["left out", "in a gap", "in a digit's box", "read as a digit"],
)
def test_a_point_that_is_seen_is_not_lost(
    tmp_path: Path, texts: list[str], boxes: list[Box]
) -> None:
    page = page_of(*((text, 0.9) for text in texts), boxes=boxes)
    field = number(tmp_path, decimal_mark=",")
    found = _candidates(field, page, drawn(*DIGITS, POINT))
    assert (found.text, found.reason) == ("45,6", "")
    assert found.probability > 0.8


def test_what_is_no_point_is_none(tmp_path: Path) -> None:
    page = page_of(("456", 0.9), boxes=DIGITS)
    for other in (Box(105, 22, 8, 9), Box(105, 40, 8, 40), Box(105, 70, 2, 2)):
        found = _candidates(number(tmp_path), page, drawn(*DIGITS, other))
        assert found.text == "456"
        assert 0.8 < found.probability <= 0.9  # a point may have been lost
    whole = number(tmp_path, decimals=0)
    assert _candidates(whole, page, drawn(*DIGITS, POINT)).text == "456"


def test_a_number_with_several_things_like_a_point_is_in_doubt(tmp_path: Path) -> None:
    page = page_of(("456", 0.9), boxes=DIGITS)
    found = _candidates(number(tmp_path), page, drawn(*DIGITS, POINT, Box(180, 70, 8, 9)))
    assert (found.text, found.reason) == ("456", "several things in it may be its decimal mark")


def test_either_mark_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    page = page_of(("45,6", 0.9), boxes=[*DIGITS[:2], POINT, DIGITS[2]])
    assert _candidates(number(tmp_path), page, drawn(*DIGITS, POINT)).text == "45.6"
