from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_edge import Decoding, Reader
from emnist_edge.drawing.pages import Paper, Pen, draw_page
from emnist_edge.drawing.strokes import Hand
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Holds
    from emnist_device.page import Page


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def crop(text: str, *, pen: float = 0.12, seed: int = 3, margin: int = 0) -> NDArray[np.uint8]:
    """Return what is written, cut out along its ink."""
    page = draw_page(text, size=(900, 700), height=100, seed=seed, pen=Pen(width=pen))
    x, y, width, height = cv2.boundingRect((page.coverage > 99).astype(np.uint8))
    rows = slice(max(y - margin, 0), y + height + margin)
    return page.picture[rows, max(x - margin, 0) : x + width + margin]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("pen", [0.08, 0.2])
@pytest.mark.parametrize("text", ["1", "7", "47", "802", "Q", "MEET 9"])
def test_crops_without_a_margin_are_read(
    reader: Reader, text: str, pen: float, *, inverted: bool
) -> None:
    picture = crop(text, pen=pen)
    page = reader.read(255 - picture if inverted else picture)
    assert page.text == text
    for line in page.lines:
        assert line.box.height > 0.7 * picture.shape[0]


@pytest.mark.parametrize("side", [28, 56, 400])
def test_one_character_that_fills_a_picture_of_any_size(reader: Reader, side: int) -> None:
    square = cv2.copyMakeBorder(
        cv2.resize(crop("5"), (60, 92)), 10, 10, 26, 26, cv2.BORDER_CONSTANT, value=(245, 245, 245)
    )
    picture = 255 - cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)
    page = reader.read(picture)
    assert page.text == "5"
    box = page.lines[0].characters[0].box
    assert box.x / side == pytest.approx(26 / 112, abs=0.06)
    assert box.height / side == pytest.approx(92 / 112, abs=0.08)


def bold(char: str, margin: int) -> NDArray[np.uint8]:
    """Return a bold printed character, cut out along its ink."""
    picture = np.full((200, 200), 235, np.uint8)
    cv2.putText(picture, char, (40, 160), cv2.FONT_HERSHEY_SIMPLEX, 4, (40,), 24, cv2.LINE_AA)
    x, y, width, height = cv2.boundingRect((picture < 128).astype(np.uint8))
    return picture[y - margin : y + height + margin, x - margin : x + width + margin]


@pytest.mark.parametrize("holds", ["page", "character"])
@pytest.mark.parametrize("inverted", [False, True])
def test_characters_that_fill_their_rim_keep_their_polarity(
    holds: Holds, *, inverted: bool
) -> None:
    reader = Reader(decoding=Decoding(holds=holds))
    for margin in (0, 1, 3):
        for char in "EBHFDTUKRMN":
            picture = bold(char, margin)
            assert reader.read(255 - picture if inverted else picture).text == char, margin


def test_a_cell_is_read_by_the_polarity_that_makes_one_mark(reader: Reader) -> None:
    for char in "ETUKR":
        character = reader.read_character(bold(char, 0))
        assert character is not None
        assert character.char == char


@pytest.mark.parametrize("holds", ["page", "character"])
@pytest.mark.parametrize("above", [0, 30])
def test_a_character_that_touches_its_box_is_read(holds: Holds, above: int) -> None:
    reader = Reader(decoding=Decoding(charset="digits", holds=holds))
    for char in "12578":
        cell = cv2.copyMakeBorder(
            crop(char), above, 0, 30, 30, cv2.BORDER_CONSTANT, value=(240, 240, 240)
        )
        cell = cv2.copyMakeBorder(cell, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=(70, 70, 70))
        assert reader.read(cell).text == char


def test_a_plain_l_is_no_corner_of_a_box(reader: Reader) -> None:
    picture = np.full((500, 800, 3), 250, np.uint8)
    strokes = np.array([(310, 110), (310, 400), (480, 400)])
    cv2.polylines(picture, [strokes], isClosed=False, color=(60, 40, 30), thickness=12)
    assert reader.read(picture).text == "L"


def test_two_characters_that_touch_are_not_taken_for_one(reader: Reader) -> None:
    one, other = (cv2.cvtColor(crop(char), cv2.COLOR_BGR2GRAY) for char in "45")
    other = cv2.resize(other, (other.shape[1], one.shape[0]))
    joined = np.hstack([one, other])
    joined[:, one.shape[1] - 8 : one.shape[1] + 8][one.shape[0] // 2 :][:12] = 40
    page = reader.read(joined)
    assert len(page.lines[0].characters) == 2


def test_ink_that_hangs_on_a_character_is_its_where_it_reads_as_well(reader: Reader) -> None:
    page = draw_page("A 2", size=(640, 400), height=90, seed=3)
    truth = page.lines[0].characters[1].box
    foot = truth[1] + truth[3] - 5
    page.picture[foot : foot + 8, truth[0] : truth[0] + truth[2] + 55] = (40, 32, 30)
    read = reader.read(page.picture)
    assert read.text.replace(" ", "") == "A2"
    assert read.lines[0].characters[1].box.width > truth[2] + 40


def test_a_dark_line_along_the_edge_hides_no_row_behind_it(reader: Reader) -> None:
    page = draw_page("3880\n4541\n4557", size=(329, 300), height=38, seed=3,
                     pen=Pen(ink=(60, 40, 220)))  # fmt: skip
    picture = page.picture[50:]
    picture[:9] = picture[:, :9] = picture[:, -9:] = (50, 50, 50)
    assert reader.read(picture).text.replace(" ", "") == page.text


@pytest.mark.parametrize("text", ["MEET AT 9", "Quiz 47"])
def test_a_picture_of_one_line_has_one_line(text: str) -> None:
    page = draw_page(text, size=(900, 300), height=70, seed=5, paper=Paper(vignette=0.2))
    read = Reader(decoding=Decoding(holds="line")).read(page.picture)
    assert [line.text for line in read.lines] == [text]


def test_what_stands_above_and_below_a_line_is_not_read_with_it() -> None:
    page = draw_page("KEY\nHARBOR 12\nBOX", size=(700, 420), height=60, seed=5)
    box = page.lines[1].characters[0].box
    strip = page.picture[box[1] - 70 : box[1] + box[3] + 75]
    assert Reader(decoding=Decoding(holds="line")).read(strip).text == "HARBOR 12"
    assert len(Reader().read(strip).lines) > 1


@pytest.mark.parametrize("height", [30, 120, 300])
def test_a_picture_of_one_character_has_one(height: int) -> None:
    page = draw_page("K", size=(500, 460), height=height, seed=5)
    assert Reader(decoding=Decoding(holds="character")).read(page.picture).text == "K"


def test_a_picture_of_one_character_may_be_empty() -> None:
    assert (
        Reader(decoding=Decoding(holds="character")).read(np.full((60, 40), 230, np.uint8)).lines
        == ()
    )


def test_other_words_for_what_a_picture_holds_are_refused() -> None:
    with pytest.raises(ConstraintError, match="page, line, character"):
        Decoding(holds="word")  # type: ignore[arg-type]


def touching(text: str, seed: int, touch: float = 1.0) -> NDArray[np.uint8]:
    hand = Hand(touching=touch)
    return draw_page(text, size=(300, 140), height=50, seed=seed, hand=hand).picture


#: Digits of which all that stand side by side touch, and the seeds of the hands that draw them.
TOUCHING = (
    ("90", 0), ("394", 4), ("201", 0), ("623", 5), ("7720", 5), ("41", 3), ("717", 0), ("71", 0),
    ("12", 0), ("58", 1), ("46", 2), ("305", 3),
)  # fmt: skip


def read_touching(**options: Any) -> list[Page]:
    """Return the pages of ``TOUCHING``, read with these options of a decoding."""
    reader = Reader(decoding=Decoding(**options))
    return [reader.read(touching(text, seed)) for text, seed in TOUCHING]


def are_right(pages: Sequence[Page]) -> NDArray[np.bool_]:
    """Return which of the pages of ``TOUCHING`` are read as they were written."""
    return np.array([page.text == text for page, (text, _) in zip(pages, TOUCHING, strict=True)])


def test_digits_that_touch_are_no_letter_where_all_are_digits() -> None:
    """Of twelve rows, with the models that ship 3 are read, and 7 where all are digits."""
    plainly, as_digits = are_right(read_touching()), are_right(read_touching(charset="digits"))
    assert as_digits[plainly].all()
    assert as_digits.sum() >= plainly.sum() + 3


def test_a_pattern_tells_how_many_touching_digits_there_are() -> None:
    """It cuts where the charset alone leaves two as one: 10 of the twelve are read."""
    as_digits = are_right(read_touching(charset="digits"))
    pages = [
        Reader(decoding=Decoding(pattern="9" * len(text))).read(touching(text, seed))
        for text, seed in TOUCHING
    ]
    right = are_right(pages)
    assert right[as_digits].all()
    assert right.sum() >= as_digits.sum() + 2
    for page in pages:
        boxes = [character.box for line in page.lines for character in line.characters]
        assert all(one.x < other.x for one, other in pairwise(boxes))


@pytest.mark.parametrize("text", ["21", "417", "8305"])
@pytest.mark.parametrize("seed", range(3))
def test_a_pattern_cuts_no_digit_that_stands_alone(text: str, seed: int) -> None:
    page = Reader(decoding=Decoding(pattern="9" * (len(text) + 1))).read(touching(text, seed, 0.0))
    assert page.text.replace(" ", "") == text
