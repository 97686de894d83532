"""What a header says, whatever its format."""

from __future__ import annotations

import struct
from dataclasses import dataclass

#: Parts of a file that are walked over: segments, chunks, blocks, directories. An animation of some
#: minutes has ten thousand; who puts more into a picture wants to keep its reader busy.
MOST_PARTS = 65_536


class DamagedError(Exception):
    """A header that contradicts itself, or that no decoder would take."""


#: What is raised where a file ends within its header, or the header points beyond any file.
UNREADABLE = (struct.error, ValueError, OverflowError, DamagedError)


@dataclass(frozen=True)
class Header:
    """What a file announces of its first picture.

    Attributes:
        width: in pixels, as the decoder gives them.
        height: likewise.
        bits: of one pixel, over all its samples once decoded.
        block: pixels of the largest part, a tile or strip, that is decoded in one piece.
        orientation: how EXIF says that what the decoder gives is to be turned: 1, not at all, to 8.
        alpha: whether pixels may be transparent.
        pages: how many pictures the file holds.
        cut_off: whether the file lacks its end.
        plain: what the file is to begin with, up to ``start``, for every decoder to understand it
            alike; empty where it begins like that.
        start: where ``plain`` ends in the file.
    """

    width: int
    height: int
    bits: int = 24
    block: int = 0
    orientation: int = 1
    alpha: bool = True
    pages: int = 1
    cut_off: bool = False
    plain: bytes = b""
    start: int = 0

    @property
    def pixels(self) -> int:
        """Width times height, or what a block has, if that is more."""
        return max(self.width * self.height, self.block)
