"""Bytes -> the same bytes, damaged: the seeded mutations that the fuzzer makes."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    Change = Callable[[bytearray, np.random.Generator, Sequence[bytes]], None]

T = TypeVar("T")

# Values at which sizes, counts and offsets tend to go wrong.
_EDGES = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1)
# Words of JSON and of tables, and others to put there.
_WORD = re.compile(rb'"[^"\n]*"|[-+.\w]+|[{}\[\]]')
_WORDS = (
    b"null", b"true", b"0", b"-1", b"1e308", b"1e999", b"NaN", b"9" * 30, b"9" * 5000, b"[]", b"{}",
    b'""', b'"\\u0000"', b'"\\ud800"', b'"../x"', b'"\\u001b[2J"', b'"' + b"x" * 5000 + b'"',
    b"[" * 5000, b'{"test": []}', b'{"test": {"accuracy": "high", "macro_recall": null}}',
)  # fmt: skip
# Comments and gaps of PBM, PGM, PPM and PAM, and numbers to stand beside them.
_COMMENTS = (
    b"#", b"#\n", b" #9 9\n", b"#\r", b"\n#a", b"#900\n", b" 70 ", b"\x0b", b"\r\n", b"9",
    b"\nWIDTH 9\n",
)  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"


def mutate(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Return one of ``seeds`` with a few changes; checksums of a PNG are mended half the time."""
    content = bytearray(_choice(seeds, rng))
    for _ in range(rng.geometric(0.6)):
        _choice(_CHANGES, rng)(content, rng, seeds)
    changed = bytes(content)
    return mend_png(changed) if changed.startswith(_PNG) and rng.random() < 0.5 else changed


def mend_png(content: bytes) -> bytes:
    """Return a PNG with the checksum of each chunk as it should be, so that decoders go on."""
    mended, position = [content[:8]], 8
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        end = position + 8 + length
        if end + 4 > len(content):
            break
        mended += [
            content[position:end],
            struct.pack(">I", zlib.crc32(content[position + 4 : end])),
        ]
        position = end + 4
    return b"".join([*mended, content[position:]])


def _choice(options: Sequence[T], rng: np.random.Generator) -> T:
    return options[int(rng.integers(len(options)))]


def _place(content: bytearray, rng: np.random.Generator) -> int:
    """Return a position, half of the time among the first, where headers are."""
    most = min(len(content), 64) if rng.random() < 0.5 else len(content)
    return int(rng.integers(most + 1))


def _set_byte(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, rng)
    content[place : place + 1] = bytes([rng.integers(256)])


def _flip_bit(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, rng)
    if place < len(content):
        content[place] ^= 1 << int(rng.integers(8))


def _set_number(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place, value = _place(content, rng), _choice(_EDGES, rng)
    kind = _choice(("<H", ">H", "<I", ">I"), rng)
    size = struct.calcsize(kind)
    content[place : place + size] = struct.pack(kind, value & (2 ** (8 * size) - 1))


def _cut(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    del content[_place(content, rng) :]


def _take_out(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, rng)
    del content[place : place + int(rng.integers(1, 33))]


def _repeat(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, rng)
    part = content[place : place + int(rng.integers(1, 65))]
    content[place:place] = part * int(rng.integers(1, 9))


def _splice(content: bytearray, rng: np.random.Generator, seeds: Sequence[bytes]) -> None:
    other = _choice(seeds, rng)
    start = int(rng.integers(len(other) + 1))
    place = _place(content, rng)
    content[place : place + 64] = other[start : start + int(rng.integers(1, 129))]


def _insert(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    place = _place(content, rng)
    content[place:place] = rng.bytes(int(rng.integers(1, 17)))


def _set_word(content: bytearray, rng: np.random.Generator, _: Sequence[bytes]) -> None:
    """Put another word for a number, a string or a bracket of a text.

    Into the header of a PBM and its kin goes a comment or a number; other pictures stay.
    """
    if content[:1] == b"P":
        place = int(rng.integers(2, min(max(len(content), 2), 24) + 1))
        content[place:place] = _choice(_COMMENTS, rng)
    if content[:1] in b"{[0123456789":
        words = list(_WORD.finditer(content))
        start, end = _choice(words, rng).span() if words else (0, 0)
        content[start:end] = _choice(_WORDS, rng)


_CHANGES: tuple[Change, ...] = (
    _set_byte, _flip_bit, _set_number, _cut, _take_out, _repeat, _splice, _insert,
    *(4 * (_set_word,)),
)  # fmt: skip
