"""Header of a picture file -> what decoding it would take, without decoding it.

Only formats that are known here are decoded: those of cameras, scanners, phones and drawing
programs. A header that contradicts itself is none.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from emnist_device.image.formats import bmp, gif, jpeg, netpbm, png, tiff, webp
from emnist_device.image.formats.header import UNREADABLE, Header

if TYPE_CHECKING:
    from collections.abc import Callable

#: Suffixes of the formats that are read, for telling pictures from other files in a folder; of PDF,
#: :mod:`emnist_device.image.pdf` makes pictures.
SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        "jpg", "jpeg", "png", "webp", "gif", "bmp", "dib", "tif", "tiff",
        "pbm", "pgm", "ppm", "pnm", "pam", "pfm", "pdf",
    )
)  # fmt: skip

#: Those of documents and pictures that cannot be read: whoever names a folder is told of each.
UNREAD_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        "heic", "heif", "avif", "jxl", "jp2", "djvu", "psd", "xcf", "svg", "eps",
        "dng", "cr2", "cr3", "nef", "arw",
    )
)  # fmt: skip

_READERS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (rb"\xff\xd8", jpeg.read),
    (rb"\x89PNG\r\n\x1a\n", png.read),
    (rb"RIFF....WEBPVP8[ LX]", webp.read),
    (rb"GIF8[79]a", gif.read),
    (rb"BM", bmp.read),
    (tiff.MAGIC, tiff.read),
    (rb"P[1-6fF]", netpbm.read),
    (rb"P7\n", netpbm.read_pam),
)


def is_picture(head: bytes) -> bool:
    """Say whether a file that begins with ``head`` is of one of the formats that are known here."""
    return any(re.match(magic, head, re.DOTALL) for magic, _ in _READERS)


def read_header(content: bytes) -> Header | None:
    """Return what the header of ``content`` announces; None where it is no picture known here."""
    for magic, read in _READERS:
        if re.match(magic, content, re.DOTALL):
            try:
                return read(content)
            except struct.error:  # it ends, or points beyond its end
                return Header(0, 0, cut_off=True)
            except UNREADABLE:
                return None
    return None
