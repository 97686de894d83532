"""Pictures that lack samples in the middle, and sound ones that look as if they did."""

from __future__ import annotations

import struct

from PIL import Image

_TURNED_NOT = Image.Exif()
_TURNED_NOT[274] = 1

#: Kinds of files whose damage shows: format, mode and options of Pillow.
KINDS: dict[str, tuple[str, str, dict[str, object]]] = {
    "JPEG": ("JPEG", "RGB", {}),
    "JPEG of many scans": ("JPEG", "RGB", {"progressive": True}),
    "JPEG that restarts": ("JPEG", "RGB", {"restart_marker_blocks": 20}),
    "JPEG of fine steps": ("JPEG", "RGB", {"quality": 95}),
    "WebP": ("WEBP", "RGB", {"quality": 80}),
    "extended WebP": ("WEBP", "RGB", {"quality": 80, "exif": _TURNED_NOT.tobytes()}),
    "TIFF by LZW": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "TIFF by deflate": ("TIFF", "RGB", {"compression": "tiff_deflate"}),
    "TIFF of JPEGs": ("TIFF", "RGB", {"compression": "jpeg"}),
    "TIFF for fax, group 3": ("TIFF", "1", {"compression": "group3"}),
    "TIFF for fax, group 4": ("TIFF", "1", {"compression": "group4"}),
}
#: What is said of them.
LOST = (
    "is damaged(, and a part of the picture is lost|: samples are left over|: its samples do not)"
)
_JUNK = b"\x81\x12\x99"


def spoilt(content: bytes, share: float = 0.6) -> bytes:
    """Return ``content`` with 200 other bytes at ``share`` of it."""
    start = int(share * len(content))
    return content[:start] + bytes(range(5, 205)) + content[start + 200 :]


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
