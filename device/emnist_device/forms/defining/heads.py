"""Tables with printed headings: what is left of one to write in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.frames import Frame, FrameCell

# A body to write in has print in no more than this fraction of its cells.
_PRINTED = 0.5


def without_heads(frame: Frame) -> Frame:
    """Return ``frame`` without the rows and columns, first of all, in which each cell is printed.

    What is wholly printed, or has print all over, stays: people write below small print, too.
    """
    if frame.kind != "table":
        return frame
    # The corner of a table with heads above and on the left is often empty.
    columns = _heads([(cell.column, cell.row, cell) for cell in frame.cells])
    rows = _heads([(cell.row, cell.column, cell) for cell in frame.cells])
    body = [cell for cell in frame.cells if cell.row >= rows and cell.column >= columns]
    if not body or sum(map(_is_printed, body)) > _PRINTED * len(body):
        return frame
    cells = (replace(cell, row=cell.row - rows, column=cell.column - columns) for cell in body)
    return replace(frame, cells=tuple(cells))


def _heads(cells: Sequence[tuple[int, int, FrameCell]]) -> int:
    """Return how many lines are heads; ``cells`` have the number of their line, and in it."""
    last = max(line for line, _, _ in cells)
    for number in range(last + 1):
        own = [(place, cell) for line, place, cell in cells if line == number]
        inner = [cell for place, cell in own if place] or [cell for _, cell in own]
        if not own or not all(map(_is_printed, inner)):
            return number
    return last + 1


def _is_printed(cell: FrameCell) -> bool:
    return bool(cell.characters)
