"""Characters -> lines in reading order, where what is in boxes, combs and tables is read by row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emnist_device.box import Box
from emnist_device.detect.columns import COLUMNS, Columns, arrange
from emnist_device.detect.grouping import Blob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.detect.structure.places import Places

# Characters of a cell are as high for their line as this part of the middle of the cell: lines
# beside the cell do not come together in it.
_MIDDLE = 0.6


def arrange_in_cells(
    blobs: Sequence[Blob], places: Places, *, settings: Columns = COLUMNS
) -> tuple[tuple[Blob, ...], ...]:
    """Return ``blobs`` as lines in reading order, each from left to right.

    What is in a cell stands as high as the cell does, unless it is of several lines. A cell without
    writing parts no columns: something invisible stands in it.
    """
    cells: dict[int, list[Blob]] = {}
    standing: list[Blob] = []
    for blob in blobs:
        cell = places.at(blob.box)
        if cell:
            cells.setdefault(cell, []).append(blob)
        else:
            standing.append(blob)
    for cell in range(1, len(places.boxes)):
        own = cells.get(cell, [])
        box = _middle_of(places.boxes[cell])
        if not own:
            standing.append(Blob(box, -cell, 1))
        elif _is_line(own):
            standing += [
                replace(blob, box=Box(blob.box.x, box.y, blob.box.width, box.height))
                for blob in own
            ]
        else:
            standing += own
    of_label = {blob.label: blob for blob in blobs}
    lines = (
        tuple(of_label[blob.label] for blob in line if blob.label in of_label)
        for line in arrange(standing, settings=settings)
    )
    return tuple(line for line in lines if line)


def _middle_of(box: Box) -> Box:
    height = max(round(_MIDDLE * box.height), 1)
    return Box(box.x, box.y + (box.height - height) // 2, box.width, height)


def _is_line(blobs: Sequence[Blob]) -> bool:
    """Say whether all of ``blobs`` are level with one another."""
    top = max(blob.box.y for blob in blobs)
    return top < min(blob.box.bottom for blob in blobs)
