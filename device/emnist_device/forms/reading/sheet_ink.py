"""A sheet on a picture -> the ink in the cells and options of all of its fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.forms.model import GridField, MarkField
from emnist_device.forms.reading.comb import CellInk
from emnist_device.forms.reading.ink import find_ink, take_cell, take_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.forms.model import Area, Leaf
    from emnist_device.forms.reading.finding import Sheet
    from emnist_device.forms.reading.ink import FieldInk
    from emnist_device.forms.reading.lines import Rectangle

# Of the inside of an option, so much at each side is left out, in its widths: the outline, and what
# registration is off.
_INSET = 0.18


@dataclass(frozen=True)
class SheetInk:
    """The ink of a sheet.

    cells: of each comb. shares: of each marked field, how much of each option is ink. written: of
    each field that is written in freely, what is, on white paper, and how much ink that is, in
    square mm.
    """

    cells: dict[str, list[CellInk]] = field(default_factory=dict)
    shares: dict[str, list[float]] = field(default_factory=dict)
    written: dict[str, CellInk] = field(default_factory=dict)


def find_sheet_ink(picture: NDArray[np.uint8], sheet: Sheet) -> SheetInk:
    """Return the ink in the cells and options of ``sheet``."""
    unit = sheet.candidate.landmarks.unit
    outlines = sheet.candidate.landmarks.outlines
    found = SheetInk()
    for each in sheet.candidate.page.fields:
        area = rectangle_of(each.area, unit)
        near = [outline for outline in outlines if _overlap(outline, area)]
        leaves = each.cells if isinstance(each, GridField) else (each,)
        places = {leaf.name: _places(leaf, unit) for leaf in leaves}
        every = [place for own in places.values() for place in own]
        ink = find_ink(picture, sheet.registered.mapping, area, near, every)
        for leaf in leaves:
            own = places[leaf.name]
            if isinstance(leaf, MarkField):
                found.shares[leaf.name] = [_share(ink, place) for place in own]
            elif leaf.cells:
                found.cells[leaf.name] = [CellInk(*take_cell(ink, place)) for place in own]
            else:
                found.written[leaf.name] = CellInk(*take_picture(ink, own[0]))
    return found


def _places(leaf: Leaf, unit: float) -> list[Rectangle]:
    """Return the options or cells of a field."""
    if isinstance(leaf, MarkField):
        return [rectangle_of(option.area, unit) for option in leaf.options]
    return [rectangle_of(cell, unit) for cell in leaf.cells or (leaf.area,)]


def rectangle_of(area: Area, unit: float) -> Rectangle:
    """Return ``area`` in mm."""
    return area.x * unit, area.y * unit, area.right * unit, area.bottom * unit


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    """Say whether both share anything, or come near to it."""
    near = 2.0
    return (
        one[0] < other[2] + near
        and other[0] < one[2] + near
        and one[1] < other[3] + near
        and other[1] < one[3] + near
    )


def _share(ink: FieldInk, option: Rectangle) -> float:
    """Return the fraction of the inside of ``option`` that is ink."""
    left, top, right, bottom = option
    x, y = _INSET * (right - left), _INSET * (bottom - top)
    inside = ink.mask[ink.window((left + x, top + y, right - x, bottom - y))]
    return float((inside > 0).mean()) if inside.size else 0.0
