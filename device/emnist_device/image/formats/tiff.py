"""TIFF: TIFF 6.0 and BigTIFF, as libtiff reads them; and EXIF, which is one."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from emnist_device.image.formats.header import MOST_PARTS, UNREADABLE, DamagedError, Header

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How a file begins.
MAGIC = rb"II[*+]\0|MM\0[*+]"
# Tags that size what is allocated.
_WIDTH, _HEIGHT, _BITS, _SAMPLES, _STRIP = 256, 257, 258, 277, 278
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_ORIENTATION = 274
# What a picture is to others of its file; it stands first, since tags are sorted: a smaller one of
# another (bit 0), or its mask (bit 2).
_KIND, _OF_ANOTHER = 254, 0b101
# Tags that say how parts, strips or tiles, are compressed, where they are, and how long.
_COMPRESSION, _STRIPS, _STRIP_LENGTHS, _TILES, _TILE_LENGTHS = 259, 273, 279, 324, 325
_DEFLATE = {8, 32946}
# Which bit of a byte comes first: the highest, or if the tag has this value the lowest.
_FILL_ORDER, _LOWEST_FIRST = 266, 2
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
# What is unpacked to look at it: as many bytes as are decoded by default, so many at once.
_MOST_UNPACKED, _AT_ONCE = 2**28, 2**16
_SIZING = {_WIDTH, _HEIGHT, _BITS, _SAMPLES, _STRIP, _TILE_WIDTH, _TILE_HEIGHT, _ORIENTATION}
# Whole numbers of all types: BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG, IFD, LONG8, SLONG8, IFD8.
_TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_MOST_TAGS = 4096
# Values of one tag that are looked at: bits of each sample.
_MOST_VALUES = 64
_ONE_STRIP = 2**32 - 1
# Orientations that swap width and height.
_ON_ITS_SIDE = range(5, 9)


class Content(Protocol):
    """What a file holds: bytes, or what reads them from it."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...


@dataclass(frozen=True)
class _Layout:
    """How the numbers of a file are laid out, and where its first directory is."""

    order: str
    pointer: str
    count: str
    first: int

    @property
    def room(self) -> int:
        """Bytes for a value within its entry."""
        return struct.calcsize(self.pointer)

    @property
    def entry(self) -> int:
        """Bytes of an entry."""
        return 4 + 2 * self.room


def read(content: bytes) -> Header:
    """Return what a TIFF announces; raises one of ``UNREADABLE``.

    Decoders turn it as its tag says: width and height are those of the turned picture.
    """
    layout = _layout(content)
    tags = _directory(content, layout, layout.first)
    if _WIDTH not in tags or _HEIGHT not in tags:
        raise DamagedError("no size")
    width, height = tags[_WIDTH], tags[_HEIGHT]
    # Tiles and strips are allocated whole, even where they reach beyond the picture.
    strip = tags.get(_STRIP, _ONE_STRIP)
    columns = max(width, tags.get(_TILE_WIDTH, 0))
    rows = max(height, tags.get(_TILE_HEIGHT, 0), strip if strip != _ONE_STRIP else 0)
    bits = max(tags.get(_BITS, 1), 8) * max(tags.get(_SAMPLES, 1), 1)
    if tags.get(_ORIENTATION, 1) in _ON_ITS_SIDE:
        width, height = height, width
    return Header(width, height, max(bits, 24), block=columns * rows)


def find_pages(content: Content) -> list[int]:
    """Return where the directory of each page is.

    Smaller copies of a page, and masks, are no pages, unless there is nothing else. The last one
    may lie beyond the end of a file that is cut off.

    Raises one of ``UNREADABLE``.
    """
    layout = _layout(content)
    pages: dict[int, bool] = {}
    start = layout.first
    while start and start not in pages:
        if len(pages) == MOST_PARTS:
            raise DamagedError("too many directories")
        pages[start] = True
        try:
            count, begin = _count(content, layout, start)
            pages[start] = not _is_of_another(content, layout, begin)
            start = _following(content, layout, begin + layout.entry * count)
        except struct.error:  # beyond the end
            break
    return [start for start, is_page in pages.items() if is_page] or [layout.first]


def take_page(content: bytes, start: int) -> bytes:
    """Return the TIFF ``content`` with one page alone, whose directory is at ``start``.

    Raises one of ``UNREADABLE``.
    """
    layout = _layout(content)
    pointer = struct.pack(layout.order + layout.pointer, start)
    begin = 2 * layout.room
    head = content[: begin - layout.room] + pointer
    try:
        count, end = _count(content, layout, start)
    except struct.error:  # whoever reads it will say so
        return head + content[begin:]
    end += layout.entry * count
    if end < begin:
        return head + content[begin:]
    return head + content[begin:end] + bytes(layout.room) + content[end + layout.room :]


def is_damaged_deflate(content: bytes) -> bool:
    """Say whether a part that is compressed by deflate is damaged.

    libtiff does not look at its checksum once it has samples enough.
    """
    left = _MOST_UNPACKED
    try:
        for part, reverse in _deflated(content):
            left -= _unpack(part, reverse, left)
            if left <= 0:
                break
    except zlib.error:
        return True
    except UNREADABLE:
        pass
    return False


def _unpack(part: memoryview, reverse: bool, most: int) -> int:
    """Unpack ``part`` and return how many bytes went in and out, not much more than ``most``.

    ``reverse``: the lowest bit of each of its bytes comes first.

    Raises ``zlib.error`` where it is damaged; one that lacks its end is not.
    """
    unpack, done = zlib.decompressobj(), 0
    for start in range(0, len(part), _AT_ONCE):
        packed = bytes(part[start : start + _AT_ONCE])
        packed = packed.translate(_REVERSED) if reverse else packed
        while packed and not unpack.eof and done < most:
            done += len(unpack.decompress(packed, 16 * _AT_ONCE)) + _AT_ONCE
            packed = unpack.unconsumed_tail
        if unpack.eof:
            break
    return done


def _deflated(content: bytes) -> Iterator[tuple[memoryview, bool]]:
    """Yield the strips or tiles of the first picture, if deflate has compressed them.

    And for each, whether the lowest bit of a byte comes first.
    """
    layout = _layout(content)
    count, start = _count(content, layout, layout.first)
    places: dict[int, tuple[int, ...]] = {}
    for entry in range(start, start + layout.entry * min(count, _MOST_TAGS), layout.entry):
        tag, kind = struct.unpack_from(layout.order + "HH", content, entry)
        if tag in {_COMPRESSION, _FILL_ORDER, _STRIPS, _STRIP_LENGTHS, _TILES, _TILE_LENGTHS}:
            places[tag] = _values(content, layout, entry, kind, MOST_PARTS)
    if not _DEFLATE.intersection(places.get(_COMPRESSION, ())):
        return
    reverse = _LOWEST_FIRST in places.get(_FILL_ORDER, ())
    for starts, lengths in ((_STRIPS, _STRIP_LENGTHS), (_TILES, _TILE_LENGTHS)):
        for at, length in zip(places.get(starts, ()), places.get(lengths, ()), strict=False):
            yield memoryview(content)[at : at + length], reverse


def read_orientation(content: bytes) -> int:
    """Return what a TIFF, such as the content of an EXIF block, says of its orientation; else 1.

    Raises one of ``UNREADABLE``.
    """
    layout = _layout(content)
    return _directory(content, layout, layout.first).get(_ORIENTATION, 1)


def _numbers(form: str, content: Content, start: int) -> tuple[Any, ...]:
    """Return the numbers of ``form`` at ``start``; raises struct.error beyond the end."""
    return struct.unpack(form, content[start : start + struct.calcsize(form)])


def _layout(content: Content) -> _Layout:
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    pointer, count = ("Q", "Q") if big else ("I", "H")
    (first,) = _numbers(order + pointer, content, 8 if big else 4)
    return _Layout(order, pointer, count, first)


def _directory(content: bytes, layout: _Layout, start: int) -> dict[int, int]:
    """Return the numbers of a directory by their tags, the largest of each.

    Raises one of ``UNREADABLE``, also where a size is no whole number above -1.
    """
    count, start = _count(content, layout, start)
    if count > _MOST_TAGS:
        raise DamagedError("too many tags")
    found: dict[int, int] = {}
    end = start + layout.entry * count
    for entry in range(start, end, layout.entry):
        tag, kind = struct.unpack_from(layout.order + "HH", content, entry)
        if tag not in _SIZING:
            continue
        value = max(_values(content, layout, entry, kind))
        if value < 0:
            raise DamagedError("a negative size")
        found[tag] = max(value, found.get(tag, 0))
    return found


def _count(content: Content, layout: _Layout, start: int) -> tuple[int, int]:
    """Return how many entries the directory at ``start`` has, and where they begin."""
    (count,) = _numbers(layout.order + layout.count, content, start)
    return count, start + struct.calcsize(layout.count)


def _is_of_another(content: Content, layout: _Layout, begin: int) -> bool:
    """Say whether the directory whose entries are at ``begin`` is of what belongs to a page."""
    tag, kind = _numbers(layout.order + "HH", content, begin)
    if tag != _KIND or kind not in _TYPES:
        return False
    place = begin + 4 + layout.room
    return bool(_numbers(layout.order + _TYPES[kind], content, place)[0] & _OF_ANOTHER)


def _following(content: Content, layout: _Layout, end: int) -> int:
    """Return where the next directory is, 0 where there is none, after one that ends at ``end``."""
    if end + layout.room > len(content):
        return 0
    return int(_numbers(layout.order + layout.pointer, content, end)[0])


def _values(
    content: bytes, layout: _Layout, entry: int, kind: int, most: int = _MOST_VALUES
) -> tuple[int, ...]:
    """Return the first values of the entry at ``entry``, ``most`` of them."""
    if kind not in _TYPES:
        raise DamagedError("a size that is no whole number")
    (count,) = struct.unpack_from(layout.order + layout.pointer, content, entry + 4)
    place = entry + 4 + layout.room
    if count * struct.calcsize(_TYPES[kind]) > layout.room:
        (place,) = struct.unpack_from(layout.order + layout.pointer, content, place)
    if not count:
        raise DamagedError("a size without a value")
    form = f"{layout.order}{min(count, most)}{_TYPES[kind]}"
    return struct.unpack_from(form, content, place)
