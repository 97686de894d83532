"""Pictures that lack samples in the middle, and sound ones that look as if they did."""

from __future__ import annotations

import struct

#: What is said of pictures that lack samples.
LOST = (
    "is damaged(, and a part of the picture is lost|: samples are left over|: its samples do not)"
)
_JUNK = b"\x81\x12\x99"


def gapped(jpeg: bytes) -> bytes:
    """Return ``jpeg`` with two bytes between its first segments, of which libjpeg complains."""
    return jpeg[:20] + b"\7\7" + jpeg[20:]


def sound(jpeg: bytes, restarting: bytes) -> dict[str, bytes]:
    """Return both JPEGs with bytes that libjpeg takes for damage, as cameras leave them."""
    webcam = restarting[:-2].replace(b"\xff\xd3", 4 * _JUNK + b"\xff\xd3")
    return {
        "between segments": gapped(jpeg),
        "nothing, before the end": jpeg[:-2] + bytes(40) + jpeg[-2:],
        "a remark, before the end": jpeg[:-2] + b"made by a camera\n" * 9 + jpeg[-2:],
        "of a webcam": webcam + 4 * _JUNK + restarting[-2:],
        "behind the end": jpeg + 99 * _JUNK,
    }


def compressed_by(number: int, lzw: bytes) -> bytes:
    """Return the TIFF ``lzw`` so that it says that it is compressed by the scheme ``number``."""
    tag = struct.pack("<HHI", 259, 3, 1)
    place = lzw.index(tag) + len(tag)
    return lzw[:place] + struct.pack("<H", number) + lzw[place + 2 :]
