"""Boxes, combs and tables that were found on a scan -> fields that they may be."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.forms import layout
from emnist_device.forms.model import Area

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.defining.draft import DraftField, DraftPage
    from emnist_device.frames import Frame, FrameCell


@dataclass(frozen=True)
class Likely:
    """Thresholds of what a box is for. Lengths in mm.

    tick: boxes to tick are at most so wide and high; those of questionnaires have 3 to 5.
    character: a box for one character is at most so wide and high; those of combs have 7 to 10.
    square: such a box is at most so many times as long as wide.
    even: cells are even that are off by this fraction of one at most.
    least: what is smaller is none that a pen writes in.
    """

    tick: float = 6.0
    character: float = 13.0
    square: float = 1.5
    even: float = 0.12
    least: float = 3.0


LIKELY = Likely()


def propose(
    frames: Sequence[Frame], scale: float, page: DraftPage, *, likely: Likely = LIKELY
) -> list[DraftField]:
    """Return the fields that ``frames`` may be, without names, row by row.

    Args:
        frames: in pixels.
        scale: units of the page to a pixel.
        page: that they are on.
        likely: thresholds.
    """
    found = [field for frame in frames for field in _fields(frame, scale, page, likely)]
    return _in_rows(found)


def _in_rows(fields: list[DraftField]) -> list[DraftField]:
    """Return ``fields`` as they are read: beside one another are those of half a height."""
    rows: list[list[DraftField]] = []
    for field in sorted(fields, key=lambda each: each["box"][1]):
        if rows and field["box"][1] < _middle(rows[-1]):
            rows[-1].append(field)
        else:
            rows.append([field])
    return [field for row in rows for field in sorted(row, key=lambda each: each["box"][0])]


def _middle(row: Sequence[DraftField]) -> float:
    """Return how far down the middle of the lowest field of ``row`` is."""
    low = min(row, key=lambda each: each["box"][3])["box"]
    return float(low[1] + low[3] / 2)


def named(fields: Sequence[DraftField], first: int = 1) -> list[DraftField]:
    """Return ``fields`` with names: field1, field2 and so on."""
    return [{"name": f"field{number}", **field} for number, field in enumerate(fields, first)]


def _fields(frame: Frame, scale: float, page: DraftPage, likely: Likely) -> Iterator[DraftField]:
    areas = [_area(cell, scale) for cell in frame.cells]
    if frame.kind == "comb":
        yield _comb(areas, page, likely)
    elif len(frame.cells) > 1 and _is_even(frame, areas, likely):
        box = _around(areas)
        cell = {"kind": _kind(areas[0], page, likely)}
        yield {"kind": "grid", "box": _box(box, page), "rows": frame.rows,
               "columns": frame.columns, "cell": cell}  # fmt: skip
    else:
        for area in areas:
            if min(area.width, area.height) >= likely.least * page.millimetre:
                yield _single(area, page, likely)


def _area(cell: FrameCell, scale: float) -> Area:
    """Return the rectangle nearest to ``cell``: neighbours that share a side do not overlap."""
    corners: NDArray[np.float64] = scale * np.array(cell.corners)
    (left, top), (right, bottom) = (
        (corners[sides[0], 0].mean(), corners[sides[1], 1].mean())
        for sides in (([0, 3], [0, 1]), ([1, 2], [2, 3]))
    )
    return Area(float(left), float(top), float(right - left), float(bottom - top))


def _around(areas: Sequence[Area]) -> Area:
    left, top = min(area.x for area in areas), min(area.y for area in areas)
    right, bottom = max(area.right for area in areas), max(area.bottom for area in areas)
    return Area(left, top, right - left, bottom - top)


def _box(area: Area, page: DraftPage) -> list[float]:
    """Return ``area`` as a template has it, within the page: whole pixels, or tenths of a mm."""
    digits = None if page.size is None else 1
    left, top = max(round(area.x, digits), 0), max(round(area.y, digits), 0)
    right = min(round(area.right, digits), page.width)
    bottom = min(round(area.bottom, digits), page.height)
    return [left, top, round(right - left, 1), round(bottom - top, 1)]


def _single(area: Area, page: DraftPage, likely: Likely) -> DraftField:
    """Return a field of one box."""
    unit, longer, shorter = page.millimetre, max(area[2:]), min(area[2:])
    field: dict[str, Any] = {"kind": "line", "box": _box(area, page)}
    if longer <= likely.tick * unit and longer <= likely.square * shorter:
        return field | {"kind": "check"}
    if longer <= likely.character * unit and longer <= likely.square * shorter:
        return field | {"kind": "alnum", "cells": 1}
    return field


def _kind(cell: Area, page: DraftPage, likely: Likely) -> str:
    return "alnum" if cell.width <= likely.character * page.millimetre else "line"


def _comb(areas: Sequence[Area], page: DraftPage, likely: Likely) -> DraftField:
    """Return a comb: of so many cells, with gaps, or where it is uneven, with the box of each."""
    areas = sorted(areas)
    box = _around(areas)
    gaps = [after.x - before.right for before, after in pairwise(areas)]
    gap = max(float(np.median(gaps)), 0.0) if gaps else 0.0
    gap = round(gap, 1)
    cells, _ = layout.comb(box, "9" * len(areas), gap)
    if _off(areas, cells) <= likely.even * cells[0].width:
        count: Any = {"count": len(areas), "gap": gap} if gap else len(areas)
    else:
        count = [_box(area, page) for area in areas]
    outer = _around([Area(*each) for each in count]) if isinstance(count, list) else box
    return {"kind": "alnum", "box": _box(outer, page), "cells": count}


def _is_even(frame: Frame, areas: Sequence[Area], likely: Likely) -> bool:
    """Say whether a table has a cell at each place, all of one size."""
    if len(areas) != frame.rows * frame.columns:
        return False
    pairs = zip(frame.cells, areas, strict=True)
    order = sorted(pairs, key=lambda each: (each[0].row, each[0].column))
    wanted = layout.grid(_around(areas), frame.rows, frame.columns, 0.0)
    least = min(wanted[0].width, wanted[0].height)
    return _off([area for _, area in order], wanted) <= likely.even * least


def _off(areas: Sequence[Area], wanted: Sequence[Area]) -> float:
    """Return how far the sides of ``areas`` are off at most."""
    own, others = (
        np.array([(area.x, area.y, area.right, area.bottom) for area in each])
        for each in (areas, wanted)
    )
    return float(np.abs(own - others).max())
