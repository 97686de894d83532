"""JPEG: ITU-T T.81 annex B, as libjpeg reads it."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from emnist_device.image.formats.exif import exif_orientation
from emnist_device.image.formats.header import MOST_PARTS, DamagedError, Header

if TYPE_CHECKING:
    from collections.abc import Iterator

_START, _END, _START_OF_SCAN, _RESTART_INTERVAL, _APP0, _APP1 = 0xD8, 0xD9, 0xDA, 0xDD, 0xE0, 0xE1
# How a scan says that it has all coefficients, and where JFIF says its version, of which all are 1.
_ALL_COEFFICIENTS, _JFIF_MAJOR = b"\0\x3f\0", 9
# Markers that no length follows: TEM, and RST0 to RST7.
_BARE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = {0xC0, 0xC1}  # by Huffman's codes
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
# What is no marker is skipped: bytes between segments, fill bytes, and FF 00; but not without end.
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_MOST_FILL = 65_536
# Each scan goes over the whole picture, whatever few bytes it has. Encoders make about ten;
# libjpeg-turbo's own programs give up at 500 when they are fuzzed.
_MOST_SCANS = 500
# What ends the samples of a scan: a marker, but for those between which decoding begins again.
_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
# What may fill the room behind the last sample, and a remark there; samples are rarely just that.
_FILL, _REMARK = b"\0\xff", re.compile(rb"[\t\n\r -~]{4,16}\Z")


def read(content: bytes) -> Header:
    """Return what a JPEG announces; raises one of ``UNREADABLE``."""
    frame: tuple[int, int, int, int] | None = None
    orientation, kind, scan = 1, 0, None
    segments = list(_segments(content))
    for marker, start in segments:
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
    return Header(
        width,
        height,
        max(bits * samples, 24),
        orientation=orientation,
        alpha=False,
        plain=_as_usual(content, segments, kind),
        start=_end_of_segment(content, scan),
    )


def without_last_byte(content: bytes) -> bytes | None:
    """Return a JPEG that is whole, as its header says, without the last byte of its samples.

    None where that tells nothing: it has several scans, or the decoder begins again on its way, or
    goes without complaint beyond the end, as for arithmetic coding.
    """
    segments = list(_segments(content))
    markers = {marker for marker, _ in segments}
    if _RESTART_INTERVAL in markers or not markers & _SEQUENTIAL:
        return None
    start, end = _last_samples(content, segments[-1][1])
    samples = content[start:end].rstrip(_FILL)
    remark = _REMARK.search(samples[-16:])
    cut = 1 if remark is None else len(remark[0]) + 1
    return content[:start] + samples[:-cut] + b"\xff\xd9"


def _last_samples(content: bytes, scan: int) -> tuple[int, int]:
    """Return start and end of the samples of the last scan; ``scan`` is where the first begins.

    Remarks, tables and the height may follow them, before the end of the picture.
    """
    start = position = _end_of_segment(content, scan)
    end = None
    for _ in range(MOST_PARTS):
        found = _SCAN_END.search(content, position)
        if found is None:
            break
        end = found.start() if end is None else end
        marker = content[found.start() + 1]
        if marker == _END:
            break
        position = _end_of_segment(content, found.start())
        if marker == _START_OF_SCAN:
            start, end = position, None
    return start, len(content) if end is None else end


def _as_usual(content: bytes, segments: list[tuple[int, int]], kind: int) -> bytes:
    """Return all before the samples as libjpeg expects it, or nothing if it is like that.

    Of bytes that no segment has, and of some headers, it complains, and then of nothing else any
    more.
    """
    kept, position, gaps = [content[:2]], 2, False
    for marker, start in segments:
        gaps |= bool(content[position:start].strip(b"\xff"))
        position = _end_of_segment(content, start)
        kept.append(_segment_as_usual(marker, content[start:position], kind))
        gaps |= kept[-1] != content[start:position]
    return b"".join(kept) if gaps else b""


def _segment_as_usual(marker: int, segment: bytes, kind: int) -> bytes:
    """Return a segment of a picture of ``kind`` with what decodes it, and no other value."""
    if marker == _START_OF_SCAN and kind in _SEQUENTIAL:
        selected = segment[:-3]  # cameras leave zeros where all coefficients are meant
        return selected + _ALL_COEFFICIENTS if len(selected) == 5 + 2 * segment[4] else segment
    if marker == _APP0 and segment.startswith(b"JFIF\0", 4) and len(segment) > _JFIF_MAJOR:
        return segment[:_JFIF_MAJOR] + b"\x01" + segment[_JFIF_MAJOR + 1 :]
    return segment


def _end_of_segment(content: bytes, start: int) -> int:
    """Return where the segment at ``start`` ends; its length counts itself."""
    return start + 2 + max(2, int.from_bytes(content[start + 2 : start + 4], "big"))


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
        position = _end_of_segment(content, found.start())
    raise DamagedError("too many segments")
