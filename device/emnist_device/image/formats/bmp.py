"""BMP: Microsoft's BITMAPCOREHEADER, BITMAPINFOHEADER and what came after."""

from __future__ import annotations

import struct

from emnist_device.image.formats.header import Header

_CORE = 12


def read(content: bytes) -> Header:
    """Return what a BMP announces; raises one of ``UNREADABLE``. A negative height: top first."""
    (length,) = struct.unpack_from("<I", content, 14)
    width, height = struct.unpack_from("<HH" if length == _CORE else "<ii", content, 18)
    return Header(abs(width), abs(height), 32)
