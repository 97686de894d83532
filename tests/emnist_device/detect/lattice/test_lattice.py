"""What the page network splits or loses is read all the same: its maps are damaged on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.lattice import Lattice
from emnist_device.detect.network import PageNet
from emnist_edge import Reader
from emnist_edge.drawing.pages import DrawnPage, draw_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.detect.layout import Layout
    from emnist_device.detect.maps import Maps

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
    classes = np.full((len(lattice.arcs), 2), 0.5, np.float32)
    chosen, labels = lattice.choose(classes, np.eye(2))
    blobs = [lattice.arcs[number].blob for number in chosen]
    assert {*np.unique(labels).tolist()} - {0} == {blob.label for blob in blobs}
    members = [piece for number in chosen for piece in lattice.arcs[number].members]
    assert len(members) == len(set(members))
