"""Where the parts of a field are: cells of combs and grids, marks between them, options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.forms.model import Area, Mark, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

# Width of what is printed between two cells, of a cell's.
_MARK_WIDTH = 0.5
#: Side of a box to tick and of a bubble to fill, in millimetres.
OPTION_SIDE = 4.5


def comb(area: Area, slots: str, gap: float) -> tuple[tuple[Area, ...], tuple[Mark, ...]]:
    """Return the cells of a comb in ``area``, and what is printed between them.

    Args:
        area: which they fill.
        slots: ``9`` for each cell, and the marks, in their order; a space is a wider gap.
        gap: between two of them.
    """
    count = slots.count("9")
    share = count + _MARK_WIDTH * (len(slots) - count)
    width = (area.width - gap * (len(slots) - 1)) / share
    cells: list[Area] = []
    marks: list[Mark] = []
    x = area.x
    for slot in slots:
        extent = width if slot == "9" else width * _MARK_WIDTH
        place = Area(x, area.y, extent, area.height)
        if slot == "9":
            cells.append(place)
        elif slot:
            marks.append(Mark(slot, len(cells), place))
        x += extent + gap
    return tuple(cells), tuple(marks)


def grid(area: Area, rows: int, columns: int, gap: float) -> list[Area]:
    """Return the cells of a grid that fill ``area``, row by row, with ``gap`` between them."""
    width = (area.width - gap * (columns - 1)) / columns
    height = (area.height - gap * (rows - 1)) / rows
    return [
        Area(area.x + column * (width + gap), area.y + row * (height + gap), width, height)
        for row in range(rows)
        for column in range(columns)
    ]


def options(
    area: Area, values: Sequence[str], *, down: bool, side: float | None
) -> tuple[Option, ...]:
    """Return options that share ``area`` equally, each at the left of its part.

    ``side`` is that of a box or bubble; None for as much as the part has room for.
    """
    parts = grid(area, len(values), 1, 0) if down else grid(area, 1, len(values), 0)
    found = []
    for value, part in zip(values, parts, strict=True):
        extent = min(part.width, part.height, part.height if side is None else side)
        y = part.y + (part.height - extent) / 2
        found.append(Option(value, Area(part.x, y, extent, extent)))
    return tuple(found)
