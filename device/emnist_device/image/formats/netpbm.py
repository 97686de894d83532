"""PBM, PGM, PPM, PAM and PFM: the manuals of Netpbm.

Decoders differ in where a comment may stand, so that one file has several sizes. What is read here
goes to the decoder in a header without any.
"""

from __future__ import annotations

import re

from emnist_device.image.formats.header import MOST_PARTS, DamagedError, Header

# A comment goes to the end of its line, wherever it begins: directly behind a number, too.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NUMBER = _GAP + rb"(\d{1,10})"
_BITMAP = re.compile(rb"P([14])" + _NUMBER + _NUMBER + rb"(?:\s|#[^\r\n]*[\r\n])")
_PIXMAP = re.compile(rb"P([2356])" + 3 * _NUMBER + rb"(?:\s|#[^\r\n]*[\r\n])")
_FLOATS = re.compile(rb"P([fF])" + 2 * (rb"\s+(\d{1,10})") + rb"\s+([-+.\deE]{1,32})\s")
_WHOLE = re.compile(rb"\d{1,10}")
_PAM_NUMBERS, _KIND = (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL"), b"TUPLTYPE"
# What samples of so many channels are where nothing is said; OpenCV asks for it.
_PAM_KINDS = {1: b"GRAYSCALE", 2: b"GRAYSCALE_ALPHA", 3: b"RGB", 4: b"RGB_ALPHA"}
# Headers that are longer than this hold comments that nobody wrote.
_MOST_BYTES = 65_536
_MOST_LINES = 1000
# White, at most, and as far as a sample is one byte.
_MOST_VALUE, _MOST_OF_A_BYTE = 65_535, 255
_PLAIN = b"123"


def read(content: bytes) -> Header:
    """Return what a PBM, PGM, PPM or PFM announces; raises one of ``UNREADABLE``."""
    first, end = _read_one(content, 0)
    pages, more = 1, content[1:2] in b"456"
    while more and pages < MOST_PARTS and end < len(content):
        try:
            _, end = _read_one(content, end)
        except DamagedError:
            break
        pages += 1
    plain, start = first.plain, first.start
    if content[1:2] in _PLAIN and not content[-1:].isspace():
        # Decoders want to see that the last number ends, be it at the end of the file.
        plain, start = (plain or content[:start]) + content[start:] + b"\n", len(content)
    return Header(
        first.width,
        first.height,
        first.bits,
        alpha=False,
        cut_off=first.cut_off,
        plain=plain,
        start=start,
        pages=pages,
    )


def _read_one(content: bytes, position: int) -> tuple[Header, int]:
    """Return the header of the picture at ``position``, and where the picture ends."""
    kind = content[position + 1 : position + 2]
    pattern = _BITMAP if kind in b"14" else _FLOATS if kind in b"fF" else _PIXMAP
    match = pattern.match(content, position, position + _MOST_BYTES)
    if not kind or match is None:
        raise DamagedError("no header")
    width, height = int(match[2]), int(match[3])
    if kind in b"2356" and not 1 <= int(match[4]) <= _MOST_VALUE:
        raise DamagedError("no value of white")
    last = b"" if kind in b"14" else match[4] + b"\n"
    plain = b"P%s\n%d %d\n%s" % (kind, width, height, last)
    end = match.end() + _size(kind, width, height, last)
    header = Header(
        width,
        height,
        96 if kind in b"fF" else 48 if last and int(last) > _MOST_OF_A_BYTE else 24,
        cut_off=end > len(content),
        plain=b"" if match[0] == plain else plain,
        start=match.end(),
    )
    return header, end


def _size(kind: bytes, width: int, height: int, last: bytes) -> int:
    """Return the fewest bytes that the samples take; ``last`` is the end of the header."""
    if kind == b"4":
        return -(-width // 8) * height
    samples = width * height * (3 if kind in b"36F" else 1)
    if kind in b"fF":
        return 4 * samples
    if kind in _PLAIN:  # digits, and between numbers a space
        return samples if kind == b"1" else 2 * samples - 1
    return samples * (2 if int(last) > _MOST_OF_A_BYTE else 1)


def read_pam(content: bytes) -> Header:
    """Return what a PAM announces; raises one of ``UNREADABLE``."""
    said, start = _pam_lines(content)
    width, height, depth, most = numbers = [_whole(said.get(name, b"")) for name in _PAM_NUMBERS]
    if not 1 <= most <= _MOST_VALUE or not depth:
        raise DamagedError("no header of a PAM")
    lines = [b"%s %d\n" % line for line in zip(_PAM_NUMBERS, numbers, strict=True)]
    if said.get(_KIND) or depth in _PAM_KINDS:
        lines.append(b"%s %s\n" % (_KIND, said.get(_KIND) or _PAM_KINDS[depth]))
    plain = b"P7\n" + b"".join(lines) + b"ENDHDR\n"
    size = width * height * depth * (2 if most > _MOST_OF_A_BYTE else 1)
    return Header(
        width,
        height,
        max(depth, 3) * (16 if most > _MOST_OF_A_BYTE else 8),
        cut_off=start + size > len(content),
        plain=b"" if content.startswith(plain) else plain,
        start=start,
    )


def _whole(text: bytes) -> int:
    """Return the number that ``text`` is; negative ones are none, nor those with a sign."""
    if not _WHOLE.fullmatch(text):
        raise DamagedError("no number")
    return int(text)


def _pam_lines(content: bytes) -> tuple[dict[bytes, bytes], int]:
    """Return what the lines of the header say by their first words, and where the samples begin."""
    said: dict[bytes, bytes] = {}
    position = 3
    for _ in range(_MOST_LINES):
        end = content.find(b"\n", position, position + _MOST_BYTES)
        if end < 0:
            break
        first, _, rest = content[position:end].strip().partition(b" ")
        position = end + 1
        if first == b"ENDHDR":
            return said, position
        if not first or first.startswith(b"#"):
            continue
        if first in said and first != _KIND:
            raise DamagedError("said twice")
        said.setdefault(first, rest.strip())
    raise DamagedError("no end of the header")
