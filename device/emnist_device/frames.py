"""What is printed on a page for writing to go into: boxes, combs and tables, with their cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, Literal

from emnist_device.box import Box


@dataclass(frozen=True)
class FrameCell:
    """A cell of a box, comb or table that is printed on the page.

    Attributes:
        row, column: where it is, from 0; of a cell that goes on over several, the first.
        corners: x and y of its corners in pixels of the picture, clockwise from the upper left.
        characters: which of the page's characters are in it, by their numbers.
        row_span, column_span: over how many rows and columns it goes.
    """

    row: int
    column: int
    corners: tuple[tuple[float, float], ...]
    characters: tuple[int, ...] = ()
    row_span: int = 1
    column_span: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: corners to a tenth of a pixel, spans where not 1."""
        content: dict[str, Any] = {
            "row": self.row,
            "column": self.column,
            "corners": [[round(x, 1), round(y, 1)] for x, y in self.corners],
            "characters": list(self.characters),
        }
        spans = {"row_span": self.row_span, "column_span": self.column_span}
        return content | {name: span for name, span in spans.items() if span > 1}


@dataclass(frozen=True)
class Frame:
    """A box, comb or table that is printed on the page for writing to go into.

    Attributes:
        kind: "box" of one cell; "comb", a row of cells for one character each; or "table".
        cells: line by line, each from left to right.
    """

    kind: Literal["box", "comb", "table"]
    cells: tuple[FrameCell, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max(cell.row + cell.row_span for cell in self.cells)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return max(cell.column + cell.column_span for cell in self.cells)

    @property
    def box(self) -> Box:
        """The smallest box around all cells."""
        x, y = zip(*(corner for cell in self.cells for corner in cell.corners), strict=True)
        left, top = floor(min(x)), floor(min(y))
        return Box(left, top, ceil(max(x)) - left, ceil(max(y)) - top)

    def scaled(self, factor: float) -> Frame:
        """Return the frame in pixels of which ``factor`` make one of these."""
        cells = (
            replace(cell, corners=tuple((factor * x, factor * y) for x, y in cell.corners))
            for cell in self.cells
        )
        return replace(self, cells=tuple(cells))

    def moved(self, x: int, y: int, before: int) -> Frame:
        """Return the frame ``x`` and ``y`` pixels further, on a page of as many characters more.

        These come ``before`` those of the frame.
        """
        cells = (
            replace(
                cell,
                corners=tuple((left + x, top + y) for left, top in cell.corners),
                characters=tuple(number + before for number in cell.characters),
            )
            for cell in self.cells
        )
        return replace(self, cells=tuple(cells))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": self.kind,
            "box": list(self.box),
            "rows": self.rows,
            "columns": self.columns,
            "cells": [cell.to_dict() for cell in self.cells],
        }
