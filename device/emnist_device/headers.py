"""Header of a picture file -> what decoding it would take, without decoding it.

Only formats that are known here are decoded: those of cameras, scanners, phones and drawing
programs. Where a header may say a thing more than once, the largest counts. Sources: ITU-T T.81
annex B (JPEG), W3C PNG, RFC 9649 (WebP), RFC 2046's TIFF 6.0, the Netpbm manual, GIF89a.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Suffixes of the formats that are read, for telling pictures from other files in a folder.
SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        "jpg", "jpeg", "png", "webp", "gif", "bmp", "dib", "tif", "tiff",
        "pbm", "pgm", "ppm", "pnm", "pam", "pfm",
    )
)  # fmt: skip

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
# What is raised where a file ends within its header, or the header points beyond any file.
_CUT_OFF = (struct.error, ValueError, OverflowError)


@dataclass(frozen=True)
class Header:
    """Size that a file announces: pixels, and bits of one pixel over all its samples."""

    width: int
    height: int
    bits: int = 24

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


def read_header(content: bytes) -> Header | None:
    """Return what the header of ``content`` announces; None where it is no picture known here."""
    for magic, read in _READERS:
        if re.match(magic, content, re.DOTALL):
            try:
                return read(content)
            except _CUT_OFF:
                return None
    return None


def is_truncated(content: bytes) -> bool:
    """Say whether a JPEG, PNG or WebP lacks its end.

    Some versions of OpenCV fill the rest of such a picture with grey, without a word.
    """
    if content.startswith(_JPEG):
        scan = next((start for marker, start in _jpeg_segments(content) if marker == 0xDA), None)
        return scan is None or content.find(b"\xff\xd9", scan) < 0
    if content.startswith(_PNG):
        return content.rfind(b"IEND") < 0
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return len(content) < 8 + int.from_bytes(content[4:8], "little")
    return False


def webp_orientation(content: bytes) -> int:
    """Return the EXIF orientation of a WebP, 1 to 8; 1, as stored, where it has none.

    OpenCV applies it from version 5 on.
    """
    start = 12
    while start + 8 <= len(content):
        kind, length = (
            content[start : start + 4],
            int.from_bytes(content[start + 4 : start + 8], "little"),
        )
        if kind == b"EXIF":
            exif = content[start + 8 : start + 8 + length].removeprefix(b"Exif\0\0")
            try:
                said = _tiff_tags(exif).get(_ORIENTATION, 1)
            except _CUT_OFF:
                return 1
            return said if 1 <= said <= 8 else 1
        start += 8 + length + length % 2
    return 1


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield marker and start of each segment of a JPEG up to the first scan.

    Segments are skipped by their length: a thumbnail in one of them has markers of its own.
    """
    position = 2
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return
        marker = content[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        yield marker, position
        if marker == 0xDA:  # start of scan
            return
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")


def _jpeg(content: bytes) -> Header | None:
    for marker, start in _jpeg_segments(content):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of frame
            bits, height, width, samples = struct.unpack_from(">BHHB", content, start + 4)
            return Header(width, height, max(bits * samples, 24))
    return None


def _png(content: bytes) -> Header | None:
    width, height, depth, kind = struct.unpack_from(">IIBB", content, 16)
    samples = {0: 1, 2: 3, 3: 4, 4: 2, 6: 4}.get(kind)  # 3: a palette of colours with alpha
    return Header(width, height, max(depth, 8) * max(samples, 3)) if samples else None


def _webp(content: bytes) -> Header | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return Header(width, height, 32)
    if kind == b"VP8L":
        (packed,) = struct.unpack_from("<I", content, 21)
        return Header((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1, 32)
    width, height = struct.unpack_from("<HH", content, 26)
    return Header(width & 0x3FFF, height & 0x3FFF)


def _gif(content: bytes) -> Header | None:
    width, height = struct.unpack_from("<HH", content, 6)
    return Header(width, height, 32)


def _bmp(content: bytes) -> Header | None:
    (length,) = struct.unpack_from("<I", content, 14)
    width, height = struct.unpack_from("<HH" if length == 12 else "<ii", content, 18)
    return Header(abs(width), abs(height), 32)


# TIFF: tags that size what is allocated, and the types that their values have.
_WIDTH, _HEIGHT, _BITS, _SAMPLES, _STRIP = 256, 257, 258, 277, 278
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_ORIENTATION = 274
_TIFF_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MOST_TAGS = 4096
_ONE_STRIP = 2**32 - 1


def _tiff_tags(content: bytes) -> dict[int, int]:
    """Return the numbers of the first directory of a TIFF by their tags, the largest of each."""
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    pointer, number = ("Q", "Q") if big else ("I", "H")
    room = struct.calcsize(pointer)  # for a value within its entry
    (start,) = struct.unpack_from(order + pointer, content, room)
    (count,) = struct.unpack_from(order + number, content, start)
    start += struct.calcsize(number)
    found: dict[int, int] = {}
    for entry in range(start, start + (4 + 2 * room) * min(count, _MOST_TAGS), 4 + 2 * room):
        tag, kind, values = struct.unpack_from(order + "HH" + pointer, content, entry)
        if kind not in _TIFF_TYPES:
            continue
        place = entry + 4 + room
        if values * struct.calcsize(_TIFF_TYPES[kind]) > room:
            (place,) = struct.unpack_from(order + pointer, content, place)
        (value,) = struct.unpack_from(order + _TIFF_TYPES[kind], content, place)
        found[tag] = max(value, found.get(tag, 0))
    return found


def _tiff(content: bytes) -> Header | None:
    found = _tiff_tags(content)
    if _WIDTH not in found or _HEIGHT not in found:
        return None
    # Tiles and strips are allocated whole, even where they reach beyond the picture.
    strip = found.get(_STRIP, _ONE_STRIP)
    rows = max(found[_HEIGHT], found.get(_TILE_HEIGHT, 0), strip if strip != _ONE_STRIP else 0)
    bits = max(found.get(_BITS, 1), 8) * max(found.get(_SAMPLES, 1), 1)
    return Header(max(found[_WIDTH], found.get(_TILE_WIDTH, 0)), rows, max(bits, 24))


_SPACE = rb"(?:\s|#[^\r\n]*[\r\n])+"
_PNM = re.compile(rb"P[1-6fF]" + _SPACE + rb"(\d{1,10})" + _SPACE + rb"(\d{1,10})\s", re.DOTALL)
_PAM = re.compile(rb"^(WIDTH|HEIGHT|DEPTH|MAXVAL)\s+(\d{1,10})\s", re.MULTILINE)


def _pnm(content: bytes) -> Header | None:
    match = _PNM.match(content[:4096])
    if match is None:
        return None
    return Header(int(match[1]), int(match[2]), 96 if content[1:2] in b"fF" else 48)


def _pam(content: bytes) -> Header | None:
    said: dict[bytes, int] = {}
    for name, value in _PAM.findall(content[: content.find(b"ENDHDR")][:4096]):
        said[name] = max(int(value), said.get(name, 0))
    bits = said.get(b"DEPTH", 1) * (16 if said.get(b"MAXVAL", 255) > 255 else 8)
    return Header(said.get(b"WIDTH", 0), said.get(b"HEIGHT", 0), bits)


_READERS: tuple[tuple[bytes, Callable[[bytes], Header | None]], ...] = (
    (rb"\xff\xd8", _jpeg),
    (rb"\x89PNG\r\n\x1a\n....IHDR", _png),
    (rb"RIFF....WEBPVP8[ LX]", _webp),
    (rb"GIF8[79]a", _gif),
    (rb"BM", _bmp),
    (rb"II[*+]\0|MM\0[*+]", _tiff),
    (rb"P[1-6fF]", _pnm),
    (rb"P7\s", _pam),
)
