from __future__ import annotations

import base64
from functools import reduce
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.finder import Finder
from emnist_device.image.turns import legibility, turn, turn_back, turn_box
from emnist_device.page import Character, Line, Word
from emnist_device.review.page import find_doubtful
from emnist_device.text.units import UnitReader
from emnist_device.trace import Trace
from emnist_edge import Decoding, Reader
from emnist_edge.drawing.pages import draw_page

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(turns=True)


@pytest.mark.parametrize("quarters", range(4))
def test_a_turned_page_is_read_and_its_boxes_lie_on_it_as_it_was(
    reader: Reader, quarters: int
) -> None:
    drawn = draw_page("HARBOR\nBRIDGE 2", size=(640, 400), height=50, seed=3)
    held = turn(drawn.picture, quarters)
    page = reader.read(held)
    assert page.text == "HARBOR\nBRIDGE 2"
    assert page.turned == (360 - 90 * quarters) % 360
    ink = turn(drawn.coverage, quarters)
    for line in page.lines:
        x, y, width, height = line.box
        assert ink[y : y + height, x : x + width].mean() > 10
        for character in line.characters:
            x, y, width, height = character.box
            assert ink[y : y + height, x : x + width].mean() > 20
        rest = iter(line.characters)
        for word in line.words:
            own = [next(rest).box for _ in word.text]
            assert word.box == reduce(Box.union, own)
    covered = np.zeros_like(ink)
    for line in page.lines:
        x, y, width, height = line.box
        covered[y - 3 : y + height + 3, x - 3 : x + width + 3] = 1
    assert not ink[covered == 0].any()


@pytest.mark.parametrize("quarters", range(-4, 5))
def test_a_box_is_turned_as_its_picture_is(quarters: int) -> None:
    picture = np.zeros((30, 50), np.uint8)
    box = Box(7, 4, 20, 9)
    picture[box.y : box.bottom, box.x : box.right] = 1
    rows, columns = np.nonzero(turn(picture, quarters))
    x, y = int(columns.min()), int(rows.min())
    around = Box(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)
    assert turn_box(box, quarters, picture.shape) == around


def test_doubtful_characters_of_a_turned_picture_are_shown_upright(reader: Reader) -> None:
    drawn = draw_page("HARBOR", size=(400, 300), height=50, seed=3)
    shown = {}
    for quarters in (0, 1):
        held = turn(drawn.picture, quarters)
        page, glyphs = reader.read_with_glyphs(held)
        doubts = find_doubtful("a.png", held, page, glyphs, 2.0)
        assert [doubt["box"] for doubt in doubts] == [list(c.box) for c in page.lines[0].characters]
        shown[quarters] = [_decoded(doubt["picture"]) for doubt in doubts]
    for upright, turned in zip(shown[0], shown[1], strict=True):
        assert turned.shape == upright.shape
        assert np.abs(turned.astype(int) - upright).mean() < 12


def _decoded(address: str) -> NDArray[np.uint8]:
    """Return the picture whose bytes are in a data URL."""
    content = np.frombuffer(base64.b64decode(address.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def test_a_blank_picture_is_not_turned(reader: Reader) -> None:
    page = reader.read(np.full((200, 300), 230, np.uint8))
    assert (page.turned, page.text) == (0, "")


def test_sure_characters_in_long_lines_are_legible() -> None:
    sure, doubtful = np.full((2, 12, 1), [[[0.9]], [[0.5]]], np.float32)
    assert legibility(sure, 2) > legibility(sure, 6) > 0 > legibility(doubtful, 2)
    assert legibility(sure, 2) > legibility(sure[:6], 1)
    assert legibility(sure[:0], 0) == 0


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("664", Decoding(charset="digits")),
        ("749\n4947\n6911", Decoding(charset="digits")),
        ("M69", Decoding(pattern="A99")),
        ("WON 9", Decoding(pattern="MOW 6|WON 9")),
        ("NOON IOI TO", Decoding(charset="upper")),  # what the classifier takes O for is 0
        ("TOO IOU", Decoding(charset="upper")),
    ],
)
def test_what_there_can_be_tells_which_way_up_a_picture_is(text: str, known: Decoding) -> None:
    picture = draw_page(text, size=(640, 480), height=46, seed=14).picture
    reader = Reader(turns=True, decoding=known)
    for quarters in (0, 1):
        page = reader.read(turn(picture, quarters))
        assert (page.text, page.turned) == (text, (360 - 90 * quarters) % 360)


def test_a_lexicon_tells_which_way_up_a_picture_is(tmp_path: Path) -> None:
    picture = draw_page("WOW", size=(300, 200), height=60, seed=14).picture
    for word, turned in (("WOW", 0), ("MOM", 180)):
        (tmp_path / "words.txt").write_text(word)
        known = Decoding(lexicon=tmp_path / "words.txt", out_of_lexicon=0, charset="upper")
        page = Reader(turns=True, decoding=known).read(picture)
        assert (page.text, page.turned) == (word, turned)


def test_each_way_up_is_looked_at_once(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks = []
    find = Finder.find

    def counting(self: Finder, *args: Any) -> Any:
        looks.append(args[0].shape)
        return find(self, *args)

    monkeypatch.setattr(Finder, "find", counting)
    picture = draw_page("HARBOR", size=(400, 300), height=50, seed=3).picture
    reader.read(picture)
    assert sorted(shape[:2] for shape in looks) == [(300, 400)] * 2 + [(400, 300)] * 2
    reader.read(turn(picture, 1), Trace(tmp_path))
    assert len(looks) == 8  # the steps of the one that is read are written, not taken again
    assert "contrast" in " ".join(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize(("known", "times"), [(Decoding(), 1), (Decoding(pattern="[A-Z]+"), 4)])
def test_the_text_of_each_way_up_is_read_once_at_most(known: Decoding, times: int) -> None:
    picture = draw_page("HARBOR", size=(400, 300), height=50, seed=3).picture
    reader = Reader(turns=True, decoding=known)
    with patch.object(UnitReader, "read", autospec=True, side_effect=UnitReader.read) as read:
        assert reader.read(picture).text == "HARBOR"
    assert read.call_count == times


def test_marks_of_a_turned_word_are_turned_with_it() -> None:
    character = Character("A", 0.9, Box(10, 20, 30, 40), ())
    line = Line((Word((character,), 0.9), Word((), 1.0, "-", Box(40, 20, 6, 40))))
    (turned,) = turn_back((line,), 1, (300, 400))
    assert turned.text == "A -"
    assert [word.box for word in turned.words] == [
        turn_box(word.box, -1, (400, 300)) for word in line.words
    ]
    assert turned.box == turn_box(line.box, -1, (400, 300))
