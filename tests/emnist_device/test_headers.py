from __future__ import annotations

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from emnist_device.headers import SUFFIXES, is_truncated, read_header, webp_orientation
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
        ("PPM", "1", {}, 48),
        ("PPM", "RGB", {}, 48),
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


def test_of_what_is_said_twice_the_larger_counts() -> None:
    header = read_header(tiff((256, 10), (256, 5000), (257, 7), (257, 9000)))
    assert header is not None
    assert (header.width, header.height) == (5000, 9000)
    twice = b"P7\nWIDTH 5\nHEIGHT 5\nWIDTH 70000\nDEPTH 1\nMAXVAL 255\nENDHDR\n"
    header = read_header(twice)
    assert header is not None
    assert header.width == 70_000


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
            assert header is None or (header.width, header.height) == SIZE
            assert is_truncated(content[:length]) in {True, False}


def test_a_tiff_that_points_beyond_any_file_is_none() -> None:
    assert read_header(b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**64 - 1) + bytes(64)) is None


@pytest.mark.parametrize("orientation", [1, 3, 8])
def test_the_orientation_of_a_webp(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    content = encode(IMAGE, "WEBP", exif=exif)
    assert webp_orientation(content) == orientation
    place = content.index(b"EXIF")
    for end in range(place, len(content)):
        assert webp_orientation(content[:end]) in (1, orientation)
    assert webp_orientation(encode(IMAGE, "WEBP")) == 1
    exif[0x112] = 9
    assert webp_orientation(encode(IMAGE, "WEBP", exif=exif)) == 1
