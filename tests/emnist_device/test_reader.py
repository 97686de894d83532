from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_device.annotate import annotate, confidence_colour
from emnist_edge import Decoding, Reader
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_page
from emnist_edge.errors import ConstraintError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(top_k=2)


def test_the_model_that_finds_characters_reads_none() -> None:
    with pytest.raises(ModelError, match="finds characters, but does not read them"):
        Reader("page-int8")


def page(text: str = "HARBOR\n7483", **options: Any) -> DrawnPage:
    return draw_page(text, size=(640, 400), height=55, seed=3, **options)


def test_text_boxes_and_alternatives_of_a_page(reader: Reader) -> None:
    drawn = page()
    read = reader.read(drawn.picture)
    assert read.text == "HARBOR\n7483"
    assert read.model == "small-int8"
    assert list(read.timing_ms) == ["segment", "glyph", "classify", "decode"]
    for line, drawn_line in zip(read.lines, drawn.lines, strict=True):
        for character, truth in zip(line.characters, drawn_line.characters, strict=True):
            assert np.abs(np.array(character.box) - truth.box).max() <= 4
            assert len(character.alternatives) == 2
            assert 0.3 < character.confidence <= 1


@pytest.mark.parametrize(
    "options",
    [
        {"paper": Paper(shadow=0.35, vignette=0.3), "camera": Camera(noise=4, blur=1)},
        {"paper": Paper(colour=(45, 60, 40)), "pen": Pen(ink=(235, 235, 235))},
        {"paper": Paper(ruled=True)},
        {"pen": Pen(width=0.04)},
        {"pen": Pen(width=0.18)},
        {"pen": Pen(ink=(190, 90, 40))},
    ],
    ids=["dim light", "blackboard", "ruled", "thin pen", "marker", "blue"],
)
def test_pens_papers_and_lights(reader: Reader, options: dict[str, Any]) -> None:
    assert reader.read(page(**options).picture).text == "HARBOR\n7483"


@pytest.mark.parametrize("scale", [0.35, 1.0, 3.0])
def test_the_size_of_the_picture_does_not_matter(reader: Reader, scale: float) -> None:
    picture = cv2.resize(page().picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    read = reader.read(picture)
    assert read.text == "HARBOR\n7483"
    right = max(line.box.right for line in read.lines)
    assert 0.5 * picture.shape[1] < right <= picture.shape[1]


def test_grey_and_colour_give_the_same_text(reader: Reader) -> None:
    picture = page().picture
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    assert reader.read(grey).text == reader.read(picture).text


def test_reading_again_gives_the_same_and_leaves_the_picture_alone(reader: Reader) -> None:
    picture = page().picture
    before = picture.copy()
    first, second = (reader.read(picture) for _ in range(2))
    assert first.lines == second.lines
    assert np.array_equal(picture, before)


def test_spaces_part_words(reader: Reader) -> None:
    assert reader.read(page("RED BOX\n47 83").picture).text == "RED BOX\n47 83"


@pytest.mark.parametrize("shape", [(1, 1), (1, 500, 3), (30, 2), (480, 640, 3)])
def test_nothing_to_read(reader: Reader, shape: tuple[int, ...]) -> None:
    assert reader.read(np.full(shape, 200, np.uint8)).lines == ()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((5, 5), np.float32),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((0, 5), np.uint8),
    ],
)
def test_other_arrays_are_refused(reader: Reader, image: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        reader.read(image)
    with pytest.raises(ValueError, match="must"):
        reader.read_character(image)


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_any_picture_can_be_read(image: NDArray[np.uint8]) -> None:
    read = _shared().read(image)
    for line in read.lines:
        for character in line.characters:
            x, y, width, height = character.box
            assert 0 <= x < x + width <= image.shape[1]
            assert 0 <= y < y + height <= image.shape[0]


@pytest.mark.parametrize("side", [24, 96, 500])
@pytest.mark.parametrize("inverted", [False, True])
def test_a_cell_with_one_character(reader: Reader, side: int, inverted: bool) -> None:
    paper = Paper(vignette=0.3, shadow=0.3)
    picture = draw_page("R", size=(side, side), height=0.5 * side, seed=3, paper=paper).picture
    drawn = draw_page("R", size=(side, side), height=0.5 * side, seed=3).lines[0].characters[0]
    character = reader.read_character(255 - picture if inverted else picture)
    assert character is not None
    assert character.char == "R"
    assert np.abs(np.array(character.box) - drawn.box).max() <= max(2, 0.03 * side)
    assert len(character.alternatives) == 2


def test_the_charset_of_a_cell(reader: Reader) -> None:
    picture = draw_page("O", size=(96, 96), height=50, seed=3).picture
    read = {charset: reader.read_character(picture, charset) for charset in ("0123", "lox", "H")}
    assert [character and character.char for character in read.values()] == ["0", "o", "H"]
    with pytest.raises(ConstraintError, match="which no model reads"):
        reader.read_character(picture, "|")


def test_the_charset_of_a_reader_holds_for_cells_and_pages() -> None:
    digits = Reader(decoding=Decoding(charset="digits"))
    cell = digits.read_character(draw_page("O", size=(96, 96), height=50, seed=3).picture)
    assert cell is not None
    assert cell.char == "0"
    assert digits.read(page("SOLO\nZOO").picture).text.replace("\n", "").isdigit()


def test_what_cannot_be_read_is_refused_before_any_picture() -> None:
    with pytest.raises(ConstraintError, match="matches nothing"):
        Reader(decoding=Decoding(charset="upper", pattern="[0-9]+"))


def test_small_letters_and_capitals_of_one_shape(reader: Reader) -> None:
    drawn = page("Sun Moon\nCopy SOCKS", camera=Camera(noise=3))
    assert reader.read(drawn.picture).text == drawn.text


def test_the_edge_of_a_box_is_not_read(reader: Reader) -> None:
    drawn = draw_page("X", size=(96, 96), height=44, seed=3)
    alone = reader.read_character(drawn.picture)
    drawn.picture[:, 94:] = 40
    boxed = reader.read_character(drawn.picture)
    assert alone is not None
    assert boxed is not None
    assert (alone.char, alone.box) == (boxed.char, boxed.box)


@pytest.mark.parametrize("shape", [(1, 1), (96, 96), (3, 200, 3), (640, 480, 3)])
def test_an_empty_cell(reader: Reader, shape: tuple[int, ...]) -> None:
    assert reader.read_character(np.full(shape, 200, np.uint8)) is None


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_any_cell_can_be_read(image: NDArray[np.uint8]) -> None:
    character = _shared().read_character(image)
    if character is not None:
        x, y, width, height = character.box
        assert 0 <= x < x + width <= image.shape[1]
        assert 0 <= y < y + height <= image.shape[0]


def _shared(cache: list[Reader] = []) -> Reader:  # noqa: B006  # hypothesis takes no fixture
    if not cache:
        cache.append(Reader())
    return cache[0]


def test_a_page_is_frozen_and_goes_into_json(reader: Reader) -> None:
    read = reader.read(page().picture).timed(load=0.01, total=0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        read.model = "other"  # type: ignore[misc]
    content = json.loads(json.dumps(read.to_dict()))
    assert list(content) == ["text", "lines", "model", "timing_ms", "turned", "left_out"]
    assert list(content["timing_ms"]) == ["load", "segment", "glyph", "classify", "decode", "total"]
    assert content["timing_ms"]["total"] == 500
    line = content["lines"][0]
    assert list(line) == ["text", "box", "words", "printed"]
    assert len(line["box"]) == 4
    assert list(line["words"][0]) == ["text", "confidence", "box", "characters", "alternatives"]
    character = line["words"][0]["characters"][0]
    assert list(character) == ["char", "confidence", "box", "alternatives"]
    assert list(character["alternatives"][0]) == ["char", "confidence"]


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_annotations_are_drawn_around_the_characters(reader: Reader, scale: float) -> None:
    picture = cv2.resize(page().picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    drawn = annotate(picture, reader.read(picture))
    factor = drawn.shape[0] // picture.shape[0]
    assert drawn.shape == (picture.shape[0] * factor, picture.shape[1] * factor, 3)
    plain = cv2.resize(picture, drawn.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    changed = (drawn != plain).any(axis=2)
    assert 0.01 < changed.mean() < 0.4
    box = reader.read(picture).lines[0].characters[0].box
    assert changed[box.y * factor + factor * box.height // 2, box.x * factor]


def test_nothing_read_nothing_drawn(reader: Reader) -> None:
    blank = np.full((50, 80), 200, np.uint8)
    assert (annotate(blank, reader.read(blank)) == 200).all()


def test_colours_run_from_red_to_green() -> None:
    assert confidence_colour(0.1)[2] > 200
    assert confidence_colour(1.0)[1] > 150
    assert confidence_colour(1.0)[2] == 0


def test_threads_may_share_a_reader(reader: Reader) -> None:
    pictures = [
        draw_page(text, size=(320, 140), height=50, seed=3).picture for text in ("HARBOR", "7483")
    ]
    jobs = [pictures[n % 2] for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda picture: reader.read(picture).text, jobs))
        characters = list(pool.map(reader.read_character, [page("7").picture] * 8))
    assert texts == ["HARBOR", "7483"] * 8
    assert {character.char for character in characters if character} == {"7"}


def test_a_reader_that_refused_a_picture_reads_the_next(reader: Reader) -> None:
    with pytest.raises(TypeError, match=r"did cv2\.imread find the file"):
        reader.read(cv2.imread("no such file.png"))  # type: ignore[arg-type]
    assert reader.read(page().picture[:, :, ::-1]).text == "HARBOR\n7483"
