"""A rectangle in whole pixels."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.y + self.height

    @property
    def side(self) -> int:
        """The longer of both sides."""
        return max(self.width, self.height)

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def overlap_x(self, other: Box) -> int:
        """Return the length that both share on the x axis; negative for a gap."""
        return min(self.right, other.right) - max(self.x, other.x)

    def overlap_y(self, other: Box) -> int:
        """Return the length that both share on the y axis; negative for a gap."""
        return min(self.bottom, other.bottom) - max(self.y, other.y)
