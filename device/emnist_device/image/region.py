"""A part of a picture that is read: a rectangle in pixels, or in percent of its sides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emnist_device.box import Box
from emnist_edge.errors import PictureError

_PART = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(%?)\s*", re.ASCII)
_GRID = re.compile(r"\s*(\d{1,3})\s*[xX]\s*(\d{1,3})\s*", re.ASCII)
#: Cells of a grid at most: those of a form have some hundreds.
MOST_CELLS = 2_000


@dataclass(frozen=True)
class Region:
    """A rectangle: x, y, width and height, each in pixels, or in percent of the picture's side."""

    values: tuple[float, float, float, float]
    percent: tuple[bool, bool, bool, bool] = (False, False, False, False)

    def of(self, width: int, height: int) -> Box:
        """Return the rectangle in a picture of this size.

        Raises :class:`PictureError` where a part of it is outside.
        """
        sides = (width, height, width, height)
        parts = zip(self.values, self.percent, sides, strict=True)
        x, y, *size = (side * value / 100 if percent else value for value, percent, side in parts)
        left, top = round(x), round(y)
        right, bottom = round(x + size[0]), round(y + size[1])
        if right > width or bottom > height:
            raise PictureError(
                f"the region {self} is not within the picture, which has {width} x {height} pixels"
            )
        if left >= right or top >= bottom:
            raise PictureError(f"the region {self} has no pixels of {width} x {height}")
        return Box(left, top, right - left, bottom - top)

    def __str__(self) -> str:
        values = zip(self.values, self.percent, strict=True)
        return ",".join(f"{value:g}{'%' * percent}" for value, percent in values)


@dataclass(frozen=True)
class Grid:
    """So many rows and columns of cells, each of one character."""

    rows: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows}x{self.columns}"


def parse_region(text: str) -> Region:
    """Return the region that ``text`` is, such as ``10,20,300,40`` or ``10%,20%,50%,5%``.

    Raises ValueError where it is none.
    """
    found = [_PART.fullmatch(part) for part in text.split(",")]
    matches = [match for match in found if match is not None]
    if len(found) != 4 or len(matches) != 4:
        raise ValueError(f"{text!r}: write X,Y,W,H in pixels or percent, such as 10%,20%,50%,5%")
    x, y, width, height = (float(match[1]) for match in matches)
    if not (width and height):
        raise ValueError(f"{text!r}: a region has a width and a height")
    a, b, c, d = (match[2] == "%" for match in matches)
    return Region((x, y, width, height), (a, b, c, d))


def parse_grid(text: str) -> Grid:
    """Return the grid that ``text`` is, such as ``9x9``: rows, then columns.

    Raises ValueError where it is none.
    """
    match = _GRID.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r}: write ROWSxCOLUMNS, such as 9x9")
    grid = Grid(int(match[1]), int(match[2]))
    if not 0 < grid.rows * grid.columns <= MOST_CELLS:
        raise ValueError(f"{text!r}: a grid has 1 to {MOST_CELLS:,} cells")
    return grid
