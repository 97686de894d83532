"""A sheet on a picture -> the ink in the cells and options of all of its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.forms.model import GridField, MarkField
from emnist_device.forms.reading.comb import CellInk
from emnist_device.forms.reading.ink import find_ink, take_cell

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
    """The ink of a sheet: of each comb its cells, of each marked field the share in each option."""

    cells: dict[str, list[CellInk]]
    shares: dict[str, list[float]]


def find_sheet_ink(picture: NDArray[np.uint8], sheet: Sheet) -> SheetInk:
    """Return the ink in the cells and options of ``sheet``.

    A field that is written in freely has one cell.
    """
    unit = sheet.candidate.landmarks.unit
    outlines = sheet.candidate.landmarks.outlines
    found = SheetInk({}, {})
    for each in sheet.candidate.page.fields:
        area = rectangle_of(each.area, unit)
        near = [outline for outline in outlines if _overlap(outline, area)]
        leaves = each.cells if isinstance(each, GridField) else (each,)
        places = {leaf.name: _places(leaf, unit) for leaf in leaves}
        every = [place for own in places.values() for place in own]
        field = find_ink(picture, sheet.registered.mapping, area, near, every)
        for leaf in leaves:
            if isinstance(leaf, MarkField):
                found.shares[leaf.name] = [_share(field, place) for place in places[leaf.name]]
            else:
                inks = [CellInk(*take_cell(field, place)) for place in places[leaf.name]]
                found.cells[leaf.name] = inks
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


def _share(field: FieldInk, option: Rectangle) -> float:
    """Return the fraction of the inside of ``option`` that is ink."""
    left, top, right, bottom = option
    x, y = _INSET * (right - left), _INSET * (bottom - top)
    inside = field.mask[field.window((left + x, top + y, right - x, bottom - y))]
    return float((inside > 0).mean()) if inside.size else 0.0
