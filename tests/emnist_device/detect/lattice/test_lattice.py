"""What the page network splits or loses is read all the same: its maps are damaged on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.lattice import Lattice
from emnist_device.detect.layout import Layout
from emnist_device.detect.look import Look
from emnist_device.detect.maps import Maps
from emnist_device.detect.network import PageNet
from emnist_device.detect.view import View, Writing
from emnist_edge import Reader
from emnist_edge.drawing.pages import DrawnPage, draw_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


NETWORK = PageNet()
PAGE = draw_page("HAGEN\nMILK 47", size=(800, 500), height=60, seed=3)


def damaged(damage: Callable[[Maps], Maps]) -> Reader:
    """Return a reader whose page network says what ``damage`` makes of it."""
    reader = Reader()
    reader._finder._hypotheses._network = lambda contrast: damage(NETWORK(contrast))
    return reader


def undamaged() -> Layout:
    hypotheses = Hypotheses(NETWORK)
    return hypotheses.of_view(hypotheses.as_page(PAGE.picture))


def cells_of(layout: Layout, number: int) -> NDArray[np.bool_]:
    """Return the cells of the maps that are in the box of a character of :data:`PAGE`."""
    assert layout.look is not None
    inside = np.zeros(layout.look.maps.middle.shape, bool)
    x, y, width, height = _box(PAGE, number, layout.scale)
    inside[y // 2 : (y + height) // 2 + 1, x // 2 : (x + width) // 2 + 1] = True
    return inside


def _box(page: DrawnPage, number: int, scale: float) -> list[int]:
    characters = [character for line in page.lines for character in line.characters]
    return [round(scale * side) for side in characters[number].box]


@pytest.mark.parametrize("number", range(9))
def test_a_character_whose_middle_is_doubtful_is_read(number: int) -> None:
    inside = cells_of(undamaged(), number)

    def fade(maps: Maps) -> Maps:
        middle = np.where(inside, np.minimum(maps.middle, np.float32(0.35)), maps.middle)
        return replace(maps, middle=middle.astype(np.float32))

    assert damaged(fade).read(PAGE.picture).text == PAGE.text


def test_ink_between_characters_is_one_though_no_middle_is_seen() -> None:
    inside = cells_of(undamaged(), 1)

    def fade(maps: Maps) -> Maps:
        middle = np.where(inside, np.float32(0), maps.middle)
        return replace(maps, middle=middle.astype(np.float32))

    assert damaged(fade).read(PAGE.picture).text == PAGE.text


@pytest.mark.parametrize("number", [0, 2, 4])  # H, G, N
def test_a_character_that_is_split_comes_together(number: int) -> None:
    layout = undamaged()
    inside = cells_of(layout, number)
    rows, columns = np.nonzero(inside)
    middle_row = (rows.min() + rows.max()) // 2
    width = columns.max() - columns.min()
    places = [columns.min() + round(width * part) for part in (0.36, 0.7)]

    def split(maps: Maps) -> Maps:
        middle, offset = maps.middle.copy(), maps.offset.copy()
        middle[inside] = 0
        middle[middle_row, places] = 0.9
        nearer = np.abs(columns - places[0]) <= np.abs(columns - places[1])
        to = np.where(nearer, *places)
        offset[rows, columns] = np.stack([to - columns, middle_row - rows], axis=1)
        return replace(maps, middle=middle, offset=offset)

    reader = damaged(split)
    hypotheses = reader._finder._hypotheses
    found = hypotheses.of_view(hypotheses.as_page(PAGE.picture)).blobs
    assert len(found) == len(layout.blobs) + 1
    assert reader.read(PAGE.picture).text == PAGE.text


def test_each_pixel_is_of_one_character_and_none_of_what_is_left() -> None:
    layout = undamaged()
    lattice = Lattice(layout)
    lattice.join(np.full((len(lattice.arcs), 2), 0.5, np.float32), np.eye(2))
    classes = np.full((len(lattice.arcs), 2), 0.5, np.float32)
    chosen, labels = lattice.choose(classes, np.eye(2))
    blobs = [lattice.arcs[number].blob for number in chosen]
    assert {*np.unique(labels).tolist()} - {0} == {blob.label for blob in blobs}
    members = [piece for number in chosen for piece in lattice.arcs[number].members]
    assert len(members) == len(set(members))


@pytest.mark.parametrize("first", [0, 1, 3])  # HA, AG, EN
def test_characters_that_are_merged_come_apart(first: int) -> None:
    layout = undamaged()
    centres = [_centre(number, layout.scale) for number in (first, first + 1)]
    between = np.mean(centres, axis=0)
    cells = [cells_of(layout, number) for number in (first, first + 1)]

    def merge(maps: Maps) -> Maps:
        middle, offset = maps.middle.copy(), maps.offset.copy()
        middle[cells[0] | cells[1]] = 0
        column, row = between.round().astype(int)
        middle[row, column] = 0.9
        for inside, centre in zip(cells, centres, strict=True):
            rows, columns = np.nonzero(inside)
            to = between + 0.3 * (centre - between)
            offset[rows, columns] = np.stack([to[0] - columns, to[1] - rows], axis=1)
        return replace(maps, middle=middle, offset=offset)

    reader = damaged(merge)
    hypotheses = reader._finder._hypotheses
    found = hypotheses.of_view(hypotheses.as_page(PAGE.picture)).blobs
    assert len(found) == len(layout.blobs) - 1
    page = reader.read(PAGE.picture)
    assert page.text == PAGE.text
    truth = [c.box for line in PAGE.lines for c in line.characters]
    for character, box in zip(page.characters, truth, strict=True):
        assert character.box[0] == pytest.approx(box[0], abs=5)
        assert character.box[2] == pytest.approx(box[2], abs=8)


def _centre(number: int, scale: float) -> NDArray[np.float64]:
    """Return the cell in the middle of a character of :data:`PAGE`: x and y."""
    x, y, width, height = _box(PAGE, number, scale)
    return np.array([x + width / 2, y + height / 2]) / 2


def test_each_half_of_a_cut_has_its_own_pixels() -> None:
    ink, labels = np.zeros((100, 200), np.uint8), np.zeros((100, 200), np.int32)
    offset = np.zeros((50, 100, 2), np.float32)
    for left, aim in ((40, 46), (56, 62)):
        ink[20:52, left : left + 12] = 255
        rows, columns = np.indices((16, 6))
        offset[10:26, left // 2 : left // 2 + 6] = np.stack(
            [aim / 2 - left // 2 - columns, 8 - rows], axis=2
        )
    labels[ink > 0] = 1
    maps = Maps(ink, np.full((50, 100), 0.5, np.float32), offset)
    blob = Blob(Box(40, 20, 28, 32), 1, 768)
    look = Look(View(ink, 1.0, Writing(32, 3.0), grain=False), 1.0, ink, maps, labels, [blob])
    lattice = Lattice(Layout(((blob,),), labels, ink, 1.0, look=look))
    piece = np.array([[0.1, 0.9]], np.float32)
    more = lattice.join(piece, np.diag([1.0, 0.0]))
    told = np.array([*piece, *([1.0, 0.0] for _ in more)], np.float32)
    chosen, whose = lattice.choose(told, np.diag([1.0, 0.0]))
    halves = [lattice.arcs[number] for number in chosen]
    assert {half.blob.box for half in halves} == {Box(40, 20, 12, 32), Box(56, 20, 12, 32)}
    for half in halves:
        x, y, width, height = half.blob.box
        assert (whose[y : y + height, x : x + width] == half.blob.label).all()
        assert np.count_nonzero(whose == half.blob.label) == width * height == half.blob.area
