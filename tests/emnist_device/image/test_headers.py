from __future__ import annotations

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from emnist_device.image.formats.header import MOST_PARTS
from emnist_device.image.headers import SUFFIXES, read_header
from tests.nasty import encode, png, tiff

SIZE = (61, 43)
IMAGE = Image.new("RGB", SIZE, (200, 180, 160))
OTHER = Image.new("RGB", SIZE, (20, 18, 16))


@pytest.mark.parametrize(
    ("kind", "mode", "options", "bits"),
    [
        ("JPEG", "RGB", {}, 24),
        ("JPEG", "CMYK", {"progressive": True}, 32),
        ("PNG", "1", {}, 24),
        ("PNG", "P", {}, 32),
        ("PNG", "RGBA", {}, 32),
        ("PNG", "I;16", {}, 48),
        ("WEBP", "RGB", {}, 24),
        ("WEBP", "RGB", {"lossless": True}, 32),
        ("WEBP", "RGBA", {}, 32),
        ("WEBP", "RGB", {"save_all": True, "append_images": [OTHER]}, 32),
        ("GIF", "P", {}, 32),
        ("BMP", "RGB", {}, 32),
        ("TIFF", "RGB", {}, 24),
        ("TIFF", "1", {"compression": "group4"}, 24),
        ("TIFF", "RGBA", {"compression": "tiff_lzw"}, 32),
        ("TIFF", "RGB", {"big_tiff": True}, 24),
        ("PPM", "1", {}, 24),
        ("PPM", "RGB", {}, 24),
        ("PPM", "I;16", {}, 48),
    ],
)
def test_headers_say_what_is_decoded(
    kind: str, mode: str, options: dict[str, object], bits: int
) -> None:
    image = Image.new(mode, SIZE) if mode == "I;16" else IMAGE.convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    header = read_header(encode(image, kind, **options))
    assert header is not None
    assert (header.width, header.height, header.bits) == (*SIZE, bits)
    assert header.pixels == SIZE[0] * SIZE[1]


@pytest.mark.parametrize("suffix", [".pam", ".pfm", ".pgm", ".pnm"])
def test_opencvs_own_formats(suffix: str) -> None:
    samples = np.zeros(SIZE[::-1], np.float32 if suffix == ".pfm" else np.uint8)
    header = read_header(cv2.imencode(suffix, samples)[1].tobytes())
    assert header is not None
    assert (header.width, header.height) == SIZE
    assert suffix in SUFFIXES


@pytest.mark.parametrize("number", [b"-61", b"+61", b"6_1", b"", b"9" * 5000, "٦١".encode()])
def test_what_is_no_plain_number_is_no_size_of_a_pam(number: bytes) -> None:
    lines = b"P7\nWIDTH %s\nHEIGHT -43\nDEPTH 1\nMAXVAL 255\nENDHDR\n"
    for content in (lines % number, lines.replace(b"-43", b"43") % number):
        assert read_header(content + bytes(61 * 43)) is None


def test_the_orders_of_bytes_and_kinds_of_tiff() -> None:
    for order, mark in (("<", b"II*\0"), (">", b"MM\0*")):
        tags = ((256, 3, 61), (257, 4, 43), (258, 3, 8))
        entries = b"".join(
            struct.pack(order + "HHI", tag, kind, 1)
            + struct.pack(
                order + ("HH" if kind == 3 else "I"), *([value, 0] if kind == 3 else [value])
            )
            for tag, kind, value in tags
        )
        content = mark + struct.pack(order + "IH", 8, len(tags)) + entries + bytes(4)
        header = read_header(content)
        assert header is not None
        assert (header.width, header.height) == SIZE


def test_of_what_is_said_twice_the_larger_counts_or_none() -> None:
    header = read_header(tiff((256, 10), (256, 5000), (257, 7), (257, 9000)))
    assert header is not None
    assert (header.width, header.height) == (5000, 9000)
    twice = b"P7\nWIDTH 5\nHEIGHT 5\nWIDTH 70000\nDEPTH 1\nMAXVAL 255\nENDHDR\n"
    assert read_header(twice) is None


def test_the_thumbnail_of_a_jpeg_is_not_its_size() -> None:
    thumbnail = encode(Image.new("RGB", (16, 8)), "JPEG")
    photo = encode(IMAGE, "JPEG")
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    header = read_header(photo[:2] + segment + b"\xff" + photo[2:])  # with a fill byte
    assert header is not None
    assert (header.width, header.height) == SIZE


def test_every_beginning_of_a_file_is_read_or_none() -> None:
    file = io.BytesIO()
    IMAGE.save(file, "TIFF")
    contents = [png(*SIZE, 8, 2, b""), file.getvalue(), b"P6\n# comment\n61 43\n255\n"]
    contents += [encode(IMAGE, kind) for kind in ("JPEG", "WEBP", "GIF", "BMP")]
    for content in contents:
        for length in range(min(len(content), 300)):
            header = read_header(content[:length])
            assert header is None or header.cut_off or (header.width, header.height) == SIZE


def test_a_tiff_that_points_beyond_any_file_is_cut_off() -> None:
    header = read_header(b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**64 - 1) + bytes(64))
    assert header is not None
    assert header.cut_off


def huge(width: int = 16_000, height: int = 16_000) -> bytes:
    """Return the frame header of a grey JPEG of this size."""
    return b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"


def test_what_libjpeg_skips_hides_no_frame() -> None:
    """TEM and RSTn have no length, FF 00 and other bytes are no markers."""
    photo = encode(IMAGE.convert("L"), "JPEG")
    own = photo.index(b"\xff\xc0")
    small = photo[own : own + 13]
    for hidden in (b"\xff\x01", b"\xff\xd3", b"\xff\0", b"junk"):
        decoy = hidden + b"\0\x13" + huge()
        for content in (
            photo[:2] + decoy + photo[2:own] + photo[own + 13 :],
            photo[:own] + decoy + photo[own + 13 :],
        ):
            header = read_header(content)
            assert header is not None
            assert header.width == 16_000
    assert read_header(photo[:own] + huge() + photo[own:]) is None  # two frames
    assert read_header(photo[:own] + small + photo[own:]) is None


def test_a_progressive_jpeg_of_a_thousand_scans_is_none() -> None:
    photo = encode(IMAGE, "JPEG", progressive=True)
    assert read_header(photo) is not None
    scan = photo.rindex(b"\xff\xda")
    assert read_header(photo[:scan] + 1000 * photo[scan:-2] + photo[-2:]) is None


@pytest.mark.parametrize("chunk", [b"IDAT", b"IEND"])
def test_a_png_whose_chunks_are_longer_than_the_file_is_cut_off(chunk: bytes) -> None:
    whole = encode(IMAGE, "PNG")
    place = whole.index(chunk) - 4
    header = read_header(whole[:place] + b"\xf0\0\0\0" + whole[place + 4 :])
    assert header is not None
    assert header.cut_off


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 8])
def test_the_orientation(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    content = encode(IMAGE, kind, exif=exif)
    header = read_header(content)
    assert header is not None
    assert (header.orientation, header.width, header.height) == (orientation, *SIZE)
    for end in range(8, len(content)):
        header = read_header(content[:end])
        assert header is None or header.orientation in (1, orientation)
    exif[0x112] = 9
    header = read_header(encode(IMAGE, kind, exif=exif))
    assert header is not None
    assert header.orientation == 1


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_pages_are_counted(kind: str, pages: int) -> None:
    others = [Image.new("RGB", SIZE, (20 * n, 18, 16)) for n in range(pages - 1)]
    header = read_header(encode(IMAGE, kind, save_all=True, append_images=others))
    assert header is not None
    assert header.pages == pages


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff\x01" * 2 * MOST_PARTS,
        b"\xff\xd8" + b"\xff" * 2 * MOST_PARTS,
        b"\xff\xd8" + b"\xff\xe0\0\2" * 2 * MOST_PARTS,
        b"GIF89a\1\0\1\0\0\0\0!\xf9" + b"\1a" * 4 * MOST_PARTS,
        b"GIF89a\1\0\1\0\0\0\0" + b"!\xf9\0" * 4 * MOST_PARTS,
        b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(10) + b"ANMF\0\0\0\0" * 2 * MOST_PARTS,
        png(*SIZE, 8, 2, b"")[:33] + (bytes(4) + b"aaaa" + bytes(4)) * 2 * MOST_PARTS,
        b"P7\n" + b"\n" * 2 * MOST_PARTS,
        b"P5 " + b"#\n" * MOST_PARTS + b"61 43 255\n" + bytes(61 * 43),
    ],
    ids=[
        "bare markers",
        "fill",
        "segments",
        "short blocks",
        "extensions",
        "WebP",
        "PNG",
        "PAM",
        "PGM",
    ],
)
def test_a_header_that_keeps_its_reader_busy_is_none(content: bytes) -> None:
    assert read_header(content) is None
