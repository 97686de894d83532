from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from emnist_device.image.formats.tiff import find_pages, is_damaged_deflate, take_page
from emnist_device.image.headers import read_header
from emnist_device.image.picture import decode_picture
from tests.nasty import encode, tiff

SIZE = (61, 43)
IMAGE = Image.new("RGB", SIZE, (200, 180, 160))


@pytest.mark.parametrize("kind", [1, 3, 4, 6, 8, 9, 13, 16, 17, 18])
@pytest.mark.parametrize("big", [False, True])
def test_whole_numbers_of_each_type_size_a_tiff(kind: int, big: bool) -> None:
    form = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}[
        kind
    ]
    pointer, count = ("Q", "Q") if big else ("I", "H")
    room = struct.calcsize(pointer)
    tags = {256: 61, 257: 43, 322: 120, 323: 100}
    first = 16 if big else 8
    values = first + struct.calcsize("<" + count) + (4 + 2 * room) * len(tags) + room
    content = (b"II+\0\x08\0\0\0" if big else b"II*\0") + struct.pack("<" + pointer, first)
    content += struct.pack("<" + count, len(tags))
    behind = b""
    for tag, value in tags.items():
        packed = struct.pack("<" + form, value)
        content += struct.pack("<HH" + pointer, tag, kind, 1)
        if len(packed) > room:
            content += struct.pack("<" + pointer, values + len(behind))
            behind += packed
        else:
            content += packed.ljust(room, b"\0")
    header = read_header(content + bytes(room) + behind)
    assert header is not None
    assert (header.width, header.height, header.block) == (61, 43, 12_000)


def test_sizes_of_a_tiff_that_are_none() -> None:
    def with_width(kind: int, value: bytes) -> bytes:
        return tiff((256, 61), (257, 43)).replace(
            struct.pack("<HHII", 256, 4, 1, 61), struct.pack("<HHI4s", 256, kind, 1, value)
        )

    assert read_header(with_width(9, struct.pack("<i", -61))) is None
    assert read_header(with_width(11, struct.pack("<f", 61.0))) is None
    assert read_header(with_width(4, struct.pack("<I", 61))) == read_header(
        tiff((256, 61), (257, 43))
    )


def test_directories_of_a_tiff_in_a_circle_end() -> None:
    content = tiff((256, 61), (257, 43))
    # A directory beyond the end is a page that is lost; one that is empty is a damaged page.
    for following, pages in ((8, 1), (0, 1), (10**6, 2), (len(content), 2)):
        looped = content[:-4] + struct.pack("<I", following)
        looped += struct.pack("<HI", 0, 8 if following == len(content) else 0)
        assert len(find_pages(looped)) == pages


def _of_several(sides: list[int], kinds: list[int], *, big: bool) -> bytes:
    """Return the headers of a TIFF of squares with these ``sides`` and NewSubfileTypes."""
    pointer, count = ("Q", "Q") if big else ("I", "H")
    content = b"II+\0\x08\0\0\0" if big else b"II*\0"
    content += struct.pack("<" + pointer, len(content) + struct.calcsize(pointer))
    for number, (side, kind) in enumerate(zip(sides, kinds, strict=True), start=1):
        tags = [(254, kind), (256, side), (257, side)]
        content += struct.pack("<" + count, len(tags))
        content += b"".join(struct.pack("<HH" + 2 * pointer, tag, 4, 1, v) for tag, v in tags)
        end = len(content) + struct.calcsize(pointer)
        content += struct.pack("<" + pointer, end if number < len(sides) else 0)
    return content


@pytest.mark.parametrize("big", [False, True])
def test_each_page_of_a_tiff_can_be_taken_alone(big: bool) -> None:
    content = _of_several([10, 20, 30], [0, 0, 2], big=big)
    pages = [take_page(content, start) for start in find_pages(content)]
    assert [read_header(page).width for page in pages] == [10, 20, 30]  # type: ignore[union-attr]
    assert [len(find_pages(page)) for page in pages] == [1, 1, 1]


def test_thumbnails_and_masks_are_no_pages_of_a_tiff() -> None:
    content = _of_several([10, 90, 20, 80, 80], [1, 0, 1, 2, 4], big=False)
    widths = [read_header(take_page(content, start)).width for start in find_pages(content)]  # type: ignore[union-attr]
    assert widths == [90, 80]
    assert len(find_pages(_of_several([10], [1], big=False))) == 1


@pytest.mark.parametrize("start", [0, 4, 9, 10**12])
def test_a_page_that_is_none_is_damaged(start: int) -> None:
    header = read_header(take_page(_of_several([10, 20], [0, 0], big=True), start))
    assert header is None or header.cut_off or not header.width


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_has_the_size_that_decoders_turn_it_to(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    header = read_header(encode(IMAGE, "TIFF", exif=exif))
    assert header is not None
    assert (header.width, header.height) == (SIZE if orientation < 5 else SIZE[::-1])
    assert header.orientation == 1


@pytest.mark.parametrize("big", [False, True])
def test_the_checksums_of_deflate_are_compared(big: bool) -> None:
    rng = np.random.default_rng(5)
    image = Image.fromarray(rng.integers(0, 256, (300, 200, 3), np.uint8) // 32 * 32)
    for kind in ("tiff_deflate", "tiff_adobe_deflate"):
        content = encode(image, "TIFF", compression=kind, big_tiff=big)
        assert not is_damaged_deflate(content)
        for place in range(1000, len(content) - 1000, 7000):
            changed = bytearray(content)
            changed[place] ^= 16
            assert is_damaged_deflate(bytes(changed))
        assert not is_damaged_deflate(content[:100])
    assert not is_damaged_deflate(encode(image, "TIFF", compression="tiff_lzw"))


def test_bytes_may_begin_with_their_lowest_bit() -> None:
    samples = np.random.default_rng(5).integers(0, 256, (30, 20), np.uint8)
    packed = zlib.compress(samples.tobytes())
    reversed_bits = np.packbits(
        np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")
    ).tobytes()
    for order, strip in ((1, packed), (2, reversed_bits)):
        tags = {256: 20, 257: 30, 258: 8, 259: 8, 262: 1, 266: order, 277: 1, 278: 30}
        start = 8 + 2 + 12 * (len(tags) + 2) + 4
        entries = sorted({**tags, 273: start, 279: len(strip)}.items())
        head = b"II*\0" + struct.pack("<IH", 8, len(entries))
        head += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        content = head + bytes(4) + strip
        assert not is_damaged_deflate(content)
        assert np.array_equal(decode_picture(content, "p")[..., 0], samples)
        assert is_damaged_deflate(content[:-1] + bytes([content[-1] ^ 8]))


def test_strips_that_are_named_without_end_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[int] = []

    def unpack(part: memoryview, reverse: bool, most: int) -> int:
        assert not reverse
        unpacked.append(len(part))
        return most // 3 + 1

    monkeypatch.setattr("emnist_device.image.formats.tiff._unpack", unpack)
    entries = [(256, 60), (257, 900), (259, 8)]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries) + 2)
    behind = len(head) + 12 * (len(entries) + 2) + 4
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    tags += struct.pack("<HHII", 273, 4, 900, behind) + struct.pack("<HHII", 279, 4, 900, behind)
    content = head + tags + bytes(4) + struct.pack("<900I", *range(9, 909))
    assert not is_damaged_deflate(content)
    assert 3 <= len(unpacked) < 60
