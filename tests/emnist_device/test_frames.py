from __future__ import annotations

from emnist_device.box import Box
from emnist_device.frames import Frame, FrameCell
from emnist_device.page import Character, Line, Page, Word
from emnist_device.parts import join


def comb(*characters: tuple[int, ...]) -> Frame:
    """Return a comb of cells of 10 x 10 pixels with these characters."""
    return Frame(
        "comb",
        tuple(
            FrameCell(
                0, column, tuple((10.0 * (column + x), 10.0 * y) for x, y in _CORNERS), within
            )
            for column, within in enumerate(characters)
        ),
    )


_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def page(text: str, frame: Frame) -> Page:
    """Return a page of one line with a frame."""
    characters = tuple(
        Character(char, 1.0, Box(10 * number, 0, 8, 9), ()) for number, char in enumerate(text)
    )
    return Page((Line((Word(characters, 1.0),)),), "small-int8", {"total": 1.0}, boxes=(frame,))


def test_boxes_of_regions_have_their_places_and_their_characters() -> None:
    pages = [page("AB", comb((0,), (1,))), page("CDE", comb((), (0, 1)))]
    whole = join(pages, [Box(5, 100, 30, 20), Box(50, 7, 40, 20)])
    assert whole.text.replace("\n", "") == "ABCDE"
    assert [frame.box for frame in whole.boxes] == [Box(5, 100, 20, 10), Box(50, 7, 20, 10)]
    cells = [cell["text"] for box in whole.to_dict()["boxes"] for cell in box["cells"]]
    assert cells == ["A", "B", "", "CD"]
