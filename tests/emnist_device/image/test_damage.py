from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from emnist_device.image import damage
from emnist_device.image.damage import find_compression, find_damage
from emnist_device.image.formats.jpeg import without_last_byte
from emnist_device.image.picture import decode_picture
from emnist_edge.errors import PictureError
from tests.nasty import encode

# As the codecs of OpenCV 4.6 and 5.0 say it.
NEW, OLD = "[ERROR:0@0.3] global grfmt_tiff.cpp:117 TIFF_Error ", "OpenCV TIFF: "
JPEG = "Corrupt JPEG data: "


@pytest.mark.parametrize(
    "said",
    [
        f"{JPEG}premature end of data segment\n",
        f"{JPEG}bad Huffman code\n",
        f"{JPEG}found marker 0xd4 instead of RST3\n",
        "Premature end of JPEG file\n",
        "Inconsistent progression sequence for component 0 coefficient 1\n",
        f"{OLD}JPEGLib: Warning, Corrupt JPEG data: premature end of data segment.\n",
        f"{NEW}LZWDecode: Not enough data at scanline 129 (short 1 bytes)\n",
        f"{NEW}Using code not yet in table\n",
        f"{OLD}ZIPDecode: Warning, Decoding error at scanline 86, invalid distance too far back.\n",
        f"{NEW}Fax4Decode: Bad code word at line 162 of strip 0 (x 289)\n",
        f"{OLD}Fax3Decode1D: Warning, Line length mismatch at line 165 of strip 0.\n",
        f"{NEW}TIFFFillStrip: Read error at scanline 64; got 10 bytes, expected 90\n",
    ],
)
def test_what_is_said_of_lost_samples_is_damage(said: str) -> None:
    assert find_damage(said, b"").startswith("is damaged, and a part of the picture is lost (")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "libpng warning: iCCP: known incorrect sRGB profile\n",
        "Warning: unknown JFIF revision number 2.01\n",
        "Corrupt JPEG data: bad ICC marker\n",
        f"{JPEG}3 extraneous bytes before marker 0xfe\n",
        f"{OLD}TIFFReadDirectory: Warning, Unknown field with tag 37724 (0x935c) encountered.\n",
        f"{OLD}PackBitsDecode: Warning, Discarding 122 bytes to avoid buffer overrun.\n",
        "[DEBUG:0@1.0] global grfmt_tiff.cpp failed optional call: TIFFGetField, ignoring\n",
    ],
)
def test_what_is_said_of_sound_pictures_is_none(said: str) -> None:
    assert not find_damage(said, b"")


@pytest.mark.parametrize(
    ("count", "marker", "tail", "sound"),
    [
        (3, "d9", b"\x81\x12\x99", False),
        (3, "d9", b"\0\0\0", True),
        (30, "d9", b"saved by a phone, version 12.3", True),
        (30, "d9", b"saved by a phon\xe9, version 12.3", False),
        (500, "d9", b"\0\0\0", False),
        (3, "da", b"\0\0\0", False),
        (3, "c4", b"", False),
        (16, "d3", b"", True),
        (17, "d3", b"", False),
        (9, "db", b"", True),
    ],
)
def test_bytes_left_over_are_samples_or_not(
    count: int, marker: str, tail: bytes, sound: bool
) -> None:
    content = b"\x81\x12" * 400 + tail + b"\xff\xd9"
    said = f"{JPEG}{count} extraneous bytes before marker 0x{marker}\n"
    assert (find_damage(said, content) == "") is sound
    restarts = b"\xff\xdd\0\x04\0\x14" + content
    assert (find_damage(said, restarts) == "") is (sound or (count <= 16 and marker == "d9"))


def test_compressions_that_are_not_read_are_named() -> None:
    for start in (NEW, f"{OLD}: Warning, "):
        said = f"{start}Compression scheme 65000 strip decoding is not implemented\n" * 3
        assert find_compression(said).startswith("is compressed by 65000, which the installed ")
        assert find_damage(said, b"") == find_compression(said)
        said = f"{start}ZSTD compression support is not configured\n"
        assert find_compression(said).startswith("is compressed by ZSTD, ")
    assert not find_compression("")


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 3), (64, 48)])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_sound_jpegs_of_all_kinds_have_no_sample_left(size: tuple[int, int], mode: str) -> None:
    rng = np.random.default_rng(3)
    samples = rng.integers(0, 256, (*size, len(mode)), np.uint8)
    for picture in (samples, samples // 2 + 100, np.full_like(samples, 255)):
        image = Image.fromarray(picture[..., 0] if mode == "L" else picture, mode)
        for options in ({}, {"optimize": True}, {"quality": 100, "subsampling": 0}):
            content = encode(image, "JPEG", **options)
            assert without_last_byte(content) is not None
            assert decode_picture(content, "p").shape[:2] == size
            for filling in (b"\0", b"\xff" * 3, b"\0" * 9, b"a phone"):
                decode_picture(content[:-2] + filling + content[-2:], "p")


# Of headers that are unusual, libjpeg complains, and then of nothing else any more.
_UNUSUAL = {
    "version": lambda jpeg: jpeg.replace(b"JFIF\0\x01\x01", b"JFIF\0\x02\x00"),
    "no coefficients": lambda jpeg: jpeg.replace(b"\x01\x01\0\0\x3f\0", b"\x01\x01\0\0\0\0"),
    "bits of coefficients": lambda jpeg: jpeg.replace(
        b"\x01\x01\0\0\x3f\0", b"\x01\x01\0\0\x3f\x11"
    ),
    "remark behind": lambda jpeg: jpeg[:-2] + b"\xff\xfe\0\x08\xff\xd9\x81\x12cd" + jpeg[-2:],
    "height behind": lambda jpeg: jpeg[:-2] + b"\xff\xdc\0\x04\0\x40" + jpeg[-2:],
}


@pytest.mark.parametrize("unusual", _UNUSUAL)
def test_unusual_jpegs_have_no_sample_left_unless_damaged(unusual: str) -> None:
    samples = np.random.default_rng(3).integers(0, 256, (64, 64), np.uint8)
    usual = encode(Image.fromarray(samples), "JPEG")
    content = _UNUSUAL[unusual](usual)
    assert content != usual
    assert np.array_equal(decode_picture(content, "p"), decode_picture(usual, "p"))
    end = len(usual) - 2
    with pytest.raises(PictureError, match="p: is damaged, and a part of the picture is lost"):
        decode_picture(content[: end - 200] + content[end:], "p")
    left = {"remark behind": b"\x81", "height behind": b"\x81"}.get(unusual, b"\x81\x12\x99")
    with pytest.raises(PictureError, match="p: is damaged: samples are left over"):
        decode_picture(content[:end] + left + content[end:], "p")


def test_few_samples_that_read_as_words_are_samples() -> None:
    """What is taken for a remark behind the samples may be all of them; the header stays."""
    content = encode(Image.new("L", (1, 1), 200), "JPEG")
    words = content[:-3] + b"9RYRLn?" + content[-2:]
    start = content.index(b"\xff\xda") + 10
    whole = content[:start] + b"9RYRLn?" + content[-2:]
    for jpeg in (words, whole):
        shortened = without_last_byte(jpeg)
        assert shortened is not None
        assert shortened[:start] == content[:start]


def test_of_several_scans_the_last_byte_of_the_last_is_missed() -> None:
    content = encode(Image.new("L", (16, 16), 200), "JPEG")
    scan = content[content.index(b"\xff\xda") : -2]
    shortened = without_last_byte(content[:-2] + scan + content[-2:])
    assert shortened == content[:-2] + scan[:-1] + content[-2:]


@pytest.mark.parametrize("quality", [1, 60, 100])
@pytest.mark.parametrize("size", [(1, 1), (47, 33), (300, 200)])
def test_sound_webps_of_all_kinds_have_no_sample_left(size: tuple[int, int], quality: int) -> None:
    rng = np.random.default_rng(3)
    samples = rng.integers(0, 256, (*size, 4), np.uint8)
    for picture in (samples, samples // 2 + 100, np.full_like(samples, 255)):
        for mode in ("L", "RGB", "RGBA"):
            for method in (0, 4):
                image = Image.fromarray(picture).convert(mode)
                content = encode(image, "WEBP", quality=quality, method=method)
                assert decode_picture(content, "p").shape[:2] == size


@pytest.mark.parametrize("size", [(1, 1), (17, 3), (300, 200)])
@pytest.mark.parametrize("kind", ["raw", "packbits", "tiff_lzw", "tiff_deflate", "jpeg"])
def test_sound_tiffs_of_all_kinds_are_read(size: tuple[int, int], kind: str) -> None:
    rng = np.random.default_rng(3)
    samples = rng.integers(0, 256, (*size, 3), np.uint8)
    for picture in (samples, samples // 2 + 100, np.full_like(samples, 255)):
        for mode in ("L", "RGB"):
            content = encode(Image.fromarray(picture).convert(mode), "TIFF", compression=kind)
            assert decode_picture(content, "p").shape[:2] == size
        for fax in ("group3", "group4"):
            content = encode(Image.fromarray(picture).convert("1"), "TIFF", compression=fax)
            assert decode_picture(content, "p").shape[:2] == size


def test_a_few_samples_left_over_are_damage() -> None:
    content = encode(Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64)), "JPEG")
    for left in (b"\x81", b"\x81\x12", b"\x81\x12\x99\xa3\xb4"):
        with pytest.raises(PictureError, match="p: is damaged: samples are left over"):
            decode_picture(content[:-2] + left + content[-2:], "p")


def test_of_scans_and_restarts_the_last_byte_tells_nothing() -> None:
    image = Image.new("L", (64, 64), 9)
    assert without_last_byte(encode(image, "JPEG", progressive=True)) is None
    assert without_last_byte(encode(image, "JPEG", restart_marker_blocks=4)) is None
    arithmetic = encode(image, "JPEG").replace(b"\xff\xc0", b"\xff\xc9")
    assert without_last_byte(arithmetic) is None


def test_a_decoder_that_says_nothing_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "_words_on", lambda _: "")
    damage._is_heard.cache_clear()
    content = encode(Image.new("L", (64, 64), 9), "JPEG")
    assert not find_damage("", content)
    damage._is_heard.cache_clear()
