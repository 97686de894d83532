"""Pictures that a browser sends: checked before they are decoded, read one at a time."""

from __future__ import annotations

import asyncio
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from emnist_device.picture import decode_picture
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from emnist_device.live.loop import Eye
    from emnist_device.page import Page

#: Larger pictures are refused: in bytes, and in pixels, which a small file may have many of.
MAX_BYTES, MAX_PIXELS = 8 * 2**20, 24_000_000
# Pictures that may wait for their turn.
_WAITING = 4


class BusyError(Exception):
    """Too many pictures wait already."""


class Desk:
    """Reads uploaded pictures in a thread of its own, so that the live picture goes on."""

    def __init__(self, eye: Eye) -> None:
        self.eye = eye
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="upload")
        self._waiting = 0

    async def read(self, content: bytes) -> Page:
        """Read the content of a picture file.

        Raises :class:`PictureError` for what is no picture or too large, and :class:`BusyError`.
        """
        if self._waiting >= _WAITING:
            raise BusyError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._read, content)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Read no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _read(self, content: bytes) -> Page:
        width, height = picture_size(content)
        if width * height > MAX_PIXELS:
            raise PictureError(
                f"the picture has {width}x{height} pixels; scale it down to "
                f"{MAX_PIXELS // 1_000_000} million"
            )
        return self.eye.read(decode_picture(content, "the picture"))


def picture_size(content: bytes) -> tuple[int, int]:
    """Return width and height that a JPEG, PNG or WebP says it has, without decoding it.

    Raises :class:`PictureError` for any other file.
    """
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", content[16:24])
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _webp_size(content)
    except (struct.error, IndexError):
        raise PictureError("the picture is cut off; send it again") from None
    raise PictureError("this is no JPEG, PNG or WebP picture")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return the size in the frame header (ITU-T T.81, B.2.2): markers C0 to CF but C4, C8, CC."""
    position = 2
    while True:
        marker = content[position + 1]
        if content[position] != 0xFF:
            raise PictureError("the picture is damaged")
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        length, _, height, width = struct.unpack(">HBHH", content[position + 2 : position + 9])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return width, height
        position += 2 + length


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size in the first chunk: extended, lossless or lossy (RFC 9649)."""
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF
