"""JPEG: ITU-T T.81 annex B, as libjpeg reads it."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from emnist_device.formats.header import MOST_PARTS, DamagedError, Header
from emnist_device.formats.tiff import exif_orientation

if TYPE_CHECKING:
    from collections.abc import Iterator

_START, _END, _START_OF_SCAN, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
# Markers that no length follows: TEM, and RST0 to RST7.
_BARE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
# What is no marker is skipped: bytes between segments, fill bytes, and FF 00; but not without end.
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_MOST_FILL = 65_536
# Each scan goes over the whole picture, whatever few bytes it has. Encoders make about ten;
# libjpeg-turbo's own programs give up at 500 when they are fuzzed.
_MOST_SCANS = 500


def read(content: bytes) -> Header:
    """Return what a JPEG announces; raises one of ``UNREADABLE``."""
    frame: tuple[int, int, int, int] | None = None
    orientation, kind, scan = 1, 0, None
    for marker, start in _segments(content):
        if marker in _FRAMES:
            if frame is not None:
                raise DamagedError("two frames")
            frame, kind = struct.unpack_from(">BHHB", content, start + 4), marker
        elif marker == _APP1 and content.startswith(b"Exif\0\0", start + 4) and orientation == 1:
            (length,) = struct.unpack_from(">H", content, start + 2)
            orientation = exif_orientation(content[start + 10 : start + 2 + length])
        elif marker == _START_OF_SCAN:
            scan = start
    if scan is None or content.find(b"\xff\xd9", scan) < 0:
        return Header(0, 0, cut_off=True)
    if frame is None:
        raise DamagedError("a scan without a frame")
    if kind in _PROGRESSIVE and content.count(b"\xff\xda", scan) > _MOST_SCANS:
        raise DamagedError("too many scans")
    bits, height, width, samples = frame
    return Header(width, height, max(bits * samples, 24), orientation=orientation, alpha=False)


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield marker and start of each segment up to the first scan.

    Segments are skipped by their length: a thumbnail in one of them has markers of its own.
    """
    position = 2
    for _ in range(MOST_PARTS):
        found = _MARKER.search(content, position, position + _MOST_FILL)
        if found is None and position + _MOST_FILL < len(content):
            raise DamagedError("no marker")
        if found is None or found.end() + 2 > len(content):
            return
        marker, position = content[found.start() + 1], found.end()
        if marker in _BARE:
            continue
        if marker in (_START, _END):
            raise DamagedError("a picture without a scan")
        yield marker, found.start()
        if marker == _START_OF_SCAN:
            return
        position += max(2, int.from_bytes(content[position : position + 2], "big"))
    raise DamagedError("too many segments")
