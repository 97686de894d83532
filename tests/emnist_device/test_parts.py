"""Regions and grids, as a reader reads them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.decoding import Decoding
from emnist_device.image.region import Grid, parse_region
from emnist_edge import Reader
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import ConstraintError, PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAGE = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=0).picture
UPPER, LOWER = parse_region("0,0,500,160"), parse_region("0,50%,100%,50%")
CELL = 60


@cache
def reader() -> Reader:
    return Reader()


def grid_picture(
    rows: list[str], *, rule: int = 2, margin: int = 30, turned: float = 0.0, dark: bool = False
) -> NDArray[np.uint8]:
    """Return a drawn grid with a character of ``rows`` in each cell; a space is a blank one."""
    height, width = CELL * len(rows), CELL * len(rows[0])
    picture = np.full((height + 2 * margin, width + 2 * margin), 235, np.uint8)
    for number in range(len(rows) + 1):
        y = margin + CELL * number
        cv2.line(picture, (margin, y), (margin + width, y), 60, rule) if rule else None
    for number in range(len(rows[0]) + 1):
        x = margin + CELL * number
        cv2.line(picture, (x, margin), (x, margin + height), 60, rule) if rule else None
    for row, text in enumerate(rows):
        for column, char in enumerate(text):
            place = (margin + CELL * column + 18, margin + CELL * row + 46)
            if char != " ":
                cv2.putText(picture, char, place, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 4, cv2.LINE_AA)
    middle = (picture.shape[1] / 2, picture.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, turned, 1.0)
    picture = cv2.warpAffine(picture, matrix, picture.shape[::-1], borderValue=235)
    picture = cv2.GaussianBlur(picture, (3, 3), 0)
    return cv2.bitwise_not(picture) if dark else picture


ROWS = ["53  7 ", "6  195", " 98   ", "8    3"]
TEXT = "\n".join("\t".join(row).replace(" ", "") for row in ROWS)


def test_a_region_alone_is_read_and_has_its_place_in_the_picture() -> None:
    whole = reader().read(PAGE)
    page = reader().read(PAGE, region=LOWER)
    assert (whole.text, page.text) == ("HARBOR\n7483", "7483")
    assert (page.parts[0].box, page.parts[0].text) == (Box(0, 160, 500, 160), "7483")
    for character, same in zip(page.characters, whole.characters[6:], strict=True):
        assert max(abs(a - b) for a, b in zip(character.box, same.box, strict=True)) <= 3


def test_regions_are_read_in_their_order_and_a_blank_one_is_an_empty_line() -> None:
    regions = (LOWER, parse_region("0,0,500,40"), UPPER)
    page = Reader(regions=regions).read(PAGE)
    assert page.text == "7483\n\nHARBOR"
    assert [part.text for part in page.parts] == ["7483", "", "HARBOR"]
    assert [line.text for line in page.lines] == ["7483", "HARBOR"]
    assert [part["text"] for part in page.to_dict()["regions"]] == ["7483", "", "HARBOR"]
    assert "regions" not in reader().read(PAGE).to_dict()


def test_a_region_outside_of_the_picture_is_an_error() -> None:
    with pytest.raises(PictureError, match="not within the picture, which has 500 x 320"):
        reader().read(PAGE, region=parse_region("0,0,501,5"))


@pytest.mark.parametrize(
    "picture",
    [
        grid_picture(ROWS),
        grid_picture(ROWS, rule=1, margin=0),
        grid_picture(ROWS, rule=5, margin=90),
        grid_picture(ROWS, rule=0, margin=0),
        grid_picture(ROWS, turned=1.5),
        grid_picture(ROWS, dark=True),
        cv2.cvtColor(grid_picture(ROWS), cv2.COLOR_GRAY2BGR),
    ],
    ids=["ruled", "thin and cut", "thick with a margin", "bare", "turned", "light on dark", "BGR"],
)
def test_a_grid_is_read_row_by_row_without_its_rules(picture: NDArray[np.uint8]) -> None:
    page = reader().read_grid(picture, 4, 6, charset="digits")
    assert page.text == TEXT
    assert [(cell.row, cell.column) for cell in page.parts[0].cells] == [
        (row, column) for row in range(1, 5) for column in range(1, 7)
    ]


def test_the_cells_of_a_grid_have_their_places() -> None:
    picture = np.full((400, 700), 235, np.uint8)
    grid = grid_picture(ROWS)
    picture[50 : 50 + grid.shape[0], 200 : 200 + grid.shape[1]] = grid
    region = parse_region(f"200,50,{grid.shape[1]},{grid.shape[0]}")
    page = reader().read_grid(picture, 4, 6, region=region, charset="digits")
    assert page.text == TEXT
    cells = page.parts[0].cells
    for cell in cells:
        x, y = 230 + CELL * (cell.column - 1), 80 + CELL * (cell.row - 1)
        assert max(abs(cell.box.x - x), abs(cell.box.y - y), abs(cell.box.width - CELL)) <= 3
        if cell.character is not None:
            assert cell.box.union(cell.character.box) == cell.box
    content = page.to_dict()["regions"][0]["cells"]
    assert content[0]["char"] == "5"
    assert content[2] == {"row": 1, "column": 3, "box": list(cells[2].box), "char": ""}
    written = [cell.character for cell in cells if cell.character is not None]
    assert list(page.characters) == written


def test_a_grid_of_nothing_is_blank() -> None:
    page = reader().read_grid(grid_picture(["   ", "   "]), 2, 3)
    assert (page.text, page.lines, len(page.parts[0].cells)) == ("\t\t\n\t\t", (), 6)


def test_a_reader_of_grids_gives_what_the_model_saw() -> None:
    page, glyphs = Reader(grid=Grid(4, 6)).read_with_glyphs(grid_picture(ROWS))
    assert len(glyphs) == len(page.characters) == 11


@pytest.mark.parametrize(
    "options",
    [
        {"turns": True},
        {"decoding": Decoding(pattern="9")},
        {"decoding": Decoding(holds="line")},
        {"decoding": Decoding(holds="character")},
    ],
)
def test_what_a_grid_does_not_go_with_is_said(options: dict[str, object]) -> None:
    with pytest.raises(ConstraintError, match="grid"):
        Reader(grid=Grid(2, 2), **options)  # type: ignore[arg-type]
