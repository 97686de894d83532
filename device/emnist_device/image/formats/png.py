"""PNG and its animations: W3C PNG, third edition."""

from __future__ import annotations

import struct

from emnist_device.image.formats.exif import exif_orientation
from emnist_device.image.formats.header import MOST_PARTS, DamagedError, Header

_SAMPLES = {0: 1, 2: 3, 3: 4, 4: 2, 6: 4}  # 3: a palette of colours with alpha
_WITH_ALPHA = {4, 6}
# What decoders go without: what is packed beside the picture, which unpacks to any size, and all
# frames of an animation but the first, which OpenCV's versions differ in.
_LEFT_OUT = {b"iCCP", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"fdAT"}
_IHDR_LENGTH = 13


def read(content: bytes) -> Header:
    """Return what a PNG announces; raises one of ``UNREADABLE``."""
    length, name, width, height, depth, kind = struct.unpack_from(">I4sIIBB", content, 8)
    if length != _IHDR_LENGTH or name != b"IHDR" or kind not in _SAMPLES:
        raise DamagedError("no header of a PNG")
    orientation, frames, cut_off = 1, 0, True
    alpha, kept = kind in _WITH_ALPHA, [memoryview(content)[:8]]
    position = 8
    for _ in range(MOST_PARTS):
        length, name = struct.unpack_from(">I4s", content, position)
        body, following = position + 8, position + 12 + length
        if following > len(content):  # decoders take memory for all that a chunk announces
            break
        if name == b"eXIf":
            orientation = exif_orientation(content[body : body + length])
        elif name == b"tRNS":
            alpha = True
        elif name == b"fcTL":
            frames += 1
        elif name == b"IHDR" and position != 8:
            raise DamagedError("two headers")
        if name not in _LEFT_OUT:
            kept.append(memoryview(content)[position:following])
        if name == b"IEND":
            cut_off = False
            break
        position = following
    else:
        raise DamagedError("too many chunks")
    return Header(
        width,
        height,
        max(depth, 8) * max(_SAMPLES[kind], 3),
        orientation=orientation,
        pages=max(frames, 1),
        alpha=alpha,
        cut_off=cut_off,
        plain=b"".join(kept) if sum(map(len, kept)) < position + 12 else b"",
        start=len(content),
    )
