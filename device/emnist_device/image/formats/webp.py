"""WebP and its animations: RFC 9649."""

from __future__ import annotations

import struct

from emnist_device.image.formats.exif import exif_orientation
from emnist_device.image.formats.header import MOST_PARTS, DamagedError, Header

# Colour profiles and alpha come before the samples. The header of these takes 10 bytes.
_MOST_BEFORE_SAMPLES, _FEW_BYTES = 2**20, 40
_LOSSY_START, _LOSSLESS_START = b"\x9d\x01\x2a", 0x2F


def read(content: bytes) -> Header:
    """Return what a WebP announces; raises one of ``UNREADABLE``."""
    width, height, bits = _size(content)
    orientation, frames = 1, 0
    position = 12
    for _ in range(MOST_PARTS):
        if position + 8 > len(content):
            break
        kind, length = struct.unpack_from("<4sI", content, position)
        body = position + 8
        if kind == b"EXIF":
            exif = content[body : body + length].removeprefix(b"Exif\0\0")
            orientation = exif_orientation(exif)
        frames += kind == b"ANMF"
        position = body + length + length % 2
    else:
        raise DamagedError("too many chunks")
    return Header(
        width,
        height,
        bits,
        orientation=orientation,
        pages=max(frames, 1),
        cut_off=len(content) < 8 + int.from_bytes(content[4:8], "little"),
    )


def without_last_bytes(content: bytes, count: int) -> bytes | None:
    """Return a WebP with loss without the last ``count`` bytes of its samples, and with no more.

    None where it is another WebP, or has hardly so many bytes.
    """
    start = content.find(b"VP8 ", 12, _MOST_BEFORE_SAMPLES)
    if content[12:16] not in (b"VP8 ", b"VP8X") or start < 0:
        return None
    length = int.from_bytes(content[start + 4 : start + 8], "little")
    samples = content[start + 8 : start + 8 + length].rstrip(b"\0")[:-count]
    if len(samples) < _FEW_BYTES:
        return None
    padded = samples + bytes(len(samples) % 2)
    chunk = b"WEBPVP8 " + struct.pack("<I", len(samples)) + padded
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def _size(content: bytes) -> tuple[int, int, int]:
    """Return width, height and bits of a pixel: of the canvas, or of the only frame."""
    kind = content[12:16]
    if kind == b"VP8X":
        struct.unpack_from("<II", content, 20)  # is whole
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height, 32
    if kind == b"VP8L":
        signature, packed = struct.unpack_from("<BI", content, 20)
        if signature != _LOSSLESS_START:
            raise DamagedError("no lossless frame")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1, 32
    width, height = struct.unpack_from("<HH", content, 26)
    if content[23:26] != _LOSSY_START:
        raise DamagedError("no lossy key frame")
    return width & 0x3FFF, height & 0x3FFF, 24
