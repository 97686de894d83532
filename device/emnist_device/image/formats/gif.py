"""GIF and its animations: GIF89a."""

from __future__ import annotations

import struct

from emnist_device.image.formats.header import MOST_PARTS, DamagedError, Header

_IMAGE, _EXTENSION = 0x2C, 0x21
# Writers fill blocks of data, of 255 bytes, but for the last of a frame: a file of blocks that are
# shorter than this on average is made to keep its reader busy.
_SHORT_BLOCK = 32


def read(content: bytes) -> Header:
    """Return what a GIF announces; raises one of ``UNREADABLE``."""
    width, height, packed = struct.unpack_from("<HHB", content, 6)
    return Header(width, height, 32, pages=max(1, _count_frames(content, 13 + _colours(packed))))


def _colours(packed: int) -> int:
    """Return the bytes of a table of colours, as the ``packed`` field before it says."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _count_frames(content: bytes, position: int) -> int:
    """Return how many frames there are from ``position`` on, to the end or to what is damaged."""
    frames, left = 0, MOST_PARTS + len(content) // _SHORT_BLOCK
    while position + 10 <= len(content):
        kind = content[position]
        if kind == _IMAGE:
            frames += 1
            position += 11 + _colours(content[position + 9])
        elif kind == _EXTENSION:
            position += 2
        else:
            break
        while position < len(content):
            length = content[position]
            position += 1 + length
            left -= 1
            if left < 0:
                raise DamagedError("too many blocks")
            if not length:
                break
    return frames
