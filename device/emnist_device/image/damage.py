"""What codecs say while they decode a picture -> whether parts of it are missing.

libjpeg and libtiff fill what they cannot decode with grey and go on; all they do is to say so.
Where libjpeg loses its way and finds it again, the picture is out of step from there on: samples
are missing at its end, which it says, or some are left over, which it says of more than 8 bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

import cv2
import numpy as np

from emnist_device.image.formats.jpeg import without_last_byte
from emnist_device.image.formats.tiff import is_damaged_deflate
from emnist_device.image.formats.webp import without_last_bytes
from emnist_device.quiet import overheard

# Of libjpeg, also within libtiff, each only where samples are lost. Of a picture it says no more
# than one thing.
_LOST = re.compile(
    r"premature end of data segment|bad (?:Huffman|arithmetic) code|instead of RST\d"
    r"|Premature end of JPEG file|Inconsistent progression sequence"
    # Of libtiff: of any strip or tile, of LZW, deflate and PackBits, and of faxes.
    r"|(?:Read|Seek) error (?:at|on)|Not enough data|Decoding error|Corrupted LZW table"
    r"|not yet in table|data probably corrupted|Bogus encoding|lack of data"
    r"|Invalid strip byte count"
    r"|[Bb]ad code word|Premature EO[LF]|Line length mismatch"
)
_UNKNOWN = re.compile(
    r"Compression scheme (\d+) .*not implemented|(\S+) compression support is not configured"
)
_JPEG, _TIFF, _WEBP = b"\xff\xd8", (b"II", b"MM"), b"WEBP"
_LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker 0x([0-9a-f]{2})")
# Markers that follow the samples of a scan: the end, tables of the next one, and the next one.
_END = 0xD9
_BEHIND_SCAN = {_END, 0xC4, 0xDA}
_RESTARTS = range(0xD0, 0xD8)
_RESTART_INTERVAL = b"\xff\xdd\0\x04"
# What fills the room before the end, or is a remark of some program; samples are of all values.
_FILLING = re.compile(rb"[\x00\xff\t\n\r -~]*")

_ADVICE = "take or copy it again, or save what is left of it anew in another program"


@dataclass(frozen=True)
class Damage:
    """Thresholds of what is damage.

    left_out: bytes of a WebP that are left out to see whether they are missed: more than its
        decoder reads ahead. Of 500 sound ones, one is decoded without 6, 10 or 12 of them, and none
        without 8 or 16.
    of_webcams: bytes left over where decoding restarts: webcams of Logitech, whose pictures are
        whole, leave 1 to 10.
    ends: so many markers of the end are looked at: it may stand in what is appended, too, but not
        that often.
    """

    left_out: tuple[int, ...] = (8, 16)
    of_webcams: int = 16
    ends: int = 500


DAMAGE = Damage()


def find_damage(said: str, content: bytes, *, damage: Damage = DAMAGE) -> str:
    """Return what is wrong with a picture, in words to follow its name; empty where nothing is.

    Args:
        said: what was heard while it was decoded.
        content: of its file.
        damage: thresholds.
    """
    if found := _LOST.search(said):
        return f"is damaged, and a part of the picture is lost ({found[0]}); {_ADVICE}"
    left = _LEFT_OVER.search(said)
    if left is not None and not _is_harmless(int(left[1]), int(left[2], 16), content, damage):
        return f"is damaged: samples are left over ({left[0]}); {_ADVICE}"
    if left is None and content.startswith(_JPEG) and _has_last_byte_left(content):
        return f"is damaged: samples are left over; {_ADVICE}"
    if content[8:12] == _WEBP and _goes_without_end(content, damage.left_out):
        return f"is damaged: samples are left over; {_ADVICE}"
    if content.startswith(_TIFF) and is_damaged_deflate(content):
        return f"is damaged: its samples do not have their checksum; {_ADVICE}"
    return find_compression(said)


def find_compression(said: str) -> str:
    """Return that a TIFF is compressed as nobody here can read; empty where it is not said."""
    found = _UNKNOWN.search(said)
    if found is None:
        return ""
    return (
        f"is compressed by {found[1] or found[2]}, which the installed OpenCV does not read; "
        "save it as PNG, or as a TIFF with another compression"
    )


def _is_harmless(count: int, marker: int, content: bytes, damage: Damage) -> bool:
    """Say whether ``count`` bytes that libjpeg skipped before ``marker`` are no samples.

    A decoder that lost its way may have all blocks of a scan before the samples end.
    """
    if marker == _END:
        ends = islice(re.finditer(b"\xff\xd9", content), damage.ends)
        starts = ((max(0, end.start() - count), end.start()) for end in ends)
        if any(_FILLING.fullmatch(content, *place) for place in starts):
            return True
    if marker in _RESTARTS or (marker == _END and _RESTART_INTERVAL in content):
        return count <= damage.of_webcams
    return marker not in _BEHIND_SCAN


def _has_last_byte_left(content: bytes) -> bool:
    """Say whether a JPEG decodes without complaint when the last byte of its samples is gone.

    Decoded small, that takes less than half of the time of the picture. Where libjpeg complains of
    anything else, such as a header that is unusual, nothing is known of the samples.
    """
    shortened = without_last_byte(content) if _is_heard() else None
    return shortened is not None and not _words_on(shortened)


def _goes_without_end(content: bytes, left_out: tuple[int, ...]) -> bool:
    """Say whether a WebP with loss decodes when the end of its samples is gone.

    It has no checksum, and its decoder fails where samples are missing, but not where some are left
    over: as many as there are pixels are made of whatever there is.
    """
    shortened = (without_last_bytes(content, count) for count in left_out)
    return all(webp is not None and _decodes(webp) for webp in shortened)


def _decodes(content: bytes) -> bool:
    try:
        with overheard():
            return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) is not None
    except cv2.error:
        return False


@cache
def _is_heard() -> bool:
    """Say whether the installed decoder says of a JPEG that its last samples are missing."""
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    shortened = without_last_byte(cv2.imencode(".jpg", picture)[1].tobytes())
    return shortened is not None and bool(_LOST.search(_words_on(shortened)))


def _words_on(jpeg: bytes) -> str:
    """Return what is said while ``jpeg`` is decoded to an eighth of its size."""
    with overheard() as said:
        cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    return said[0]
