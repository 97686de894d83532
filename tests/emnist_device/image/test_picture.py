from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from emnist_device.image import picture
from emnist_device.image.formats import png
from emnist_device.image.limits import Limits
from emnist_device.image.picture import (
    Transparency,
    decode_picture,
    read_picture,
    write_picture,
)
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# An asymmetric pattern, RGB: a blue corner and a green one.
PATTERN = np.full((40, 60, 3), 230, np.uint8)
PATTERN[:12, :20] = (20, 40, 250)
PATTERN[30:, 50:] = (10, 240, 20)
STORED_AS = {  # EXIF orientation -> how the camera stored the picture
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def encode(image: Image.Image, suffix: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, suffix, **options)
    return file.getvalue()


def difference(decoded: NDArray[np.uint8], expected_rgb: NDArray[np.uint8]) -> float:
    assert decoded.shape == expected_rgb.shape
    return float(np.abs(decoded[..., ::-1].astype(int) - expected_rgb).mean())


@pytest.mark.parametrize("orientation", STORED_AS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "PNG with alpha"])
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    image = Image.fromarray(PATTERN)
    turn = STORED_AS[orientation]
    stored = image if turn is None else image.transpose(turn)
    if "alpha" in kind:
        stored = stored.convert("RGBA")
    exif = Image.Exif()
    exif[0x112] = orientation
    content = encode(stored, kind.split(maxsplit=1)[0], exif=exif, quality=95)
    assert difference(decode_picture(content, "p"), PATTERN) < 8


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        (mode, suffix)
        for suffix in ("PNG", "TIFF", "BMP", "WEBP", "PPM", "JPEG")
        for mode in ("1", "L", "P", "RGB")
        if mode != "P" or suffix not in ("PPM", "JPEG")  # which know no palette
    ],
)
def test_modes_and_formats_look_alike(mode: str, suffix: str) -> None:
    image = Image.fromarray(PATTERN).convert(mode)
    options = {"lossless": True} if suffix == "WEBP" else {}
    expected = np.asarray(image.convert("RGB"))
    decoded = decode_picture(encode(image, suffix, **options), "p")
    assert decoded.dtype == np.uint8
    assert difference(decoded, expected) < (12 if suffix == "JPEG" else 1)


@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("suffix", [".png", ".tiff", ".pgm"])
def test_deep_samples_become_8_bit(suffix: str, bits: int) -> None:
    ramp = np.linspace(0, 2**bits - 1, 60).astype(np.uint16)[None].repeat(40, 0)
    done, encoded = cv2.imencode(suffix, ramp)
    assert done
    decoded = decode_picture(encoded.tobytes(), "p")
    assert np.abs(decoded[..., 0].astype(float) - np.linspace(0, 255, 60)).max() <= 1.5


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_paper(mode: str) -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((20, 20, 20, 255), (10, 10, 20, 30))
    decoded = decode_picture(encode(image.convert(mode), "PNG"), "p")
    assert decoded[0, 0].tolist() == [255, 255, 255]
    assert decoded[20, 15].max() < 40


def test_transparent_palette_is_paper() -> None:
    image = Image.new("P", (60, 40), 0)
    image.putpalette([0, 0, 0, 30, 30, 30])
    image.paste(1, (10, 10, 20, 30))
    decoded = decode_picture(encode(image, "PNG", transparency=0), "p")
    assert decoded[0, 0].tolist() == [255, 255, 255]
    assert decoded[20, 15].max() < 40


def test_light_ink_on_nothing_is_laid_on_black() -> None:
    image = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    image.paste((250, 250, 250, 255), (10, 10, 20, 30))
    decoded = decode_picture(encode(image, "PNG"), "p")
    assert decoded[0, 0].max() == 0
    assert decoded[20, 15].min() > 240


@pytest.mark.parametrize("suffix", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_truncated_file_is_refused(
    suffix: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise), suffix)
    with pytest.raises(PictureError, match=r"page\.x: is cut off"):
        decode_picture(content[: int(share * len(content))], "page.x")
    assert capfd.readouterr().err == ""


def test_a_jpeg_with_a_thumbnail_is_not_taken_for_whole() -> None:
    thumbnail = encode(Image.fromarray(PATTERN), "JPEG")
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    photo = encode(Image.fromarray(PATTERN.repeat(3, 0)), "JPEG")
    whole = photo[:2] + segment + photo[2:]
    assert decode_picture(whole, "p").shape == (120, 60, 3)
    with pytest.raises(PictureError, match="cut off"):
        decode_picture(whole[:-30], "p")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"Dear reader, this is no picture.\n" * 9, "not a picture"),
        (b"\xff\xd8", "cut off"),
        (b"BM" + bytes(60), "not a picture|damaged"),
    ],
)
def test_what_is_no_picture_is_named(
    content: bytes, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PictureError, match=f"^note.png: .*({message})"):
        decode_picture(content, "note.png")
    assert capfd.readouterr().err == ""


def test_paths_that_hold_no_file(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"absent\.jpg: no such file"):
        read_picture(tmp_path / "absent.jpg")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture("a\0b.png")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_picture(tmp_path / "p.png", PATTERN)
    assert np.array_equal(read_picture(tmp_path / "p.png"), PATTERN)
    for name, message in (("p.xyz", "names no picture format"), ("p", "names no picture format")):
        with pytest.raises(PictureError, match=message):
            write_picture(tmp_path / name, PATTERN)
    with pytest.raises(PictureError, match="cannot be written"):
        write_picture(tmp_path / "absent" / "p.png", PATTERN)


WHOLE = [
    encode(Image.fromarray(PATTERN).convert(mode), suffix)
    for suffix, mode in (
        ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGBA"), ("BMP", "RGB"),
        ("TIFF", "L"), ("PPM", "L"),
    )
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 3000),
)
def test_damaged_files_give_a_picture_or_an_error(
    content: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(content[:length])
    for position, value in changes:
        if position < len(damaged):
            damaged[position] = value
    try:
        decoded = decode_picture(bytes(damaged), "p", Limits(pixels=10**6))
    except PictureError:
        return
    assert decoded.ndim == 3
    assert decoded.shape[2] == 3
    assert decoded.dtype == np.uint8


@given(st.binary(max_size=300))
def test_any_bytes_give_a_picture_or_an_error(content: bytes) -> None:
    with contextlib.suppress(PictureError):
        assert decode_picture(content, "p").dtype == np.uint8


def test_what_comes_out_is_what_the_header_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(Image.fromarray(PATTERN), "PNG")
    said = replace(png.read(content), width=61)
    monkeypatch.setattr(picture, "read_header", lambda _: said)
    with pytest.raises(PictureError, match=r"^p: is damaged: its .* 61 x 40 .* it has 60 x 40$"):
        decode_picture(content, "p")


@pytest.mark.parametrize("orientation", [1, 6])
def test_of_grey_and_alpha_the_pixels_lie_where_they_are_displayed(orientation: int) -> None:
    """Nothing in the samples tells how such a picture is turned."""
    image = Image.new("LA", (60, 40), (0, 0))
    image.paste((0, 255), (0, 0, 20, 12))
    exif = Image.Exif()
    exif[0x112] = orientation
    decoded = decode_picture(encode(image, "PNG", exif=exif), "p")[..., 0]
    dark = np.zeros((40, 60), bool)
    dark[:12, :20] = True
    assert np.array_equal(decoded < 128, dark if orientation == 1 else np.rot90(dark, -1))


def test_a_comment_right_behind_a_number_is_read_as_the_manual_says() -> None:
    samples = np.arange(48, dtype=np.uint8).reshape(6, 8)
    decoded = decode_picture(b"P5 8#70000 70000\n6#2\n255\n" + samples.tobytes(), "p")
    assert np.array_equal(decoded[..., 0], samples)


def test_numbers_that_are_none_are_black_without_a_warning() -> None:
    samples = np.full((8, 9, 3), 1.0, "<f4")
    samples.view("<u4")[2:4, 3:5] = 0x7F80_0001  # signals where it is converted
    decoded = decode_picture(b"PF\n9 8\n-1.0\n" + samples.tobytes(), "x")
    assert (decoded == 0).all(axis=2).sum() == 4


@pytest.mark.parametrize(("loud", "sound"), [(1, True), (2, True), (3, False)])
def test_damage_is_what_is_heard_each_time(
    loud: int, sound: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words on a picture that another thread decodes at the same time are none on this one."""
    heard = iter(["Corrupt JPEG data: premature end of data segment\n"] * loud + [""] * 3)
    monkeypatch.setattr(picture, "overheard", lambda: contextlib.nullcontext([next(heard)]))
    content = cv2.imencode(".png", np.full((5, 4), 7, np.uint8))[1].tobytes()
    if sound:
        assert decode_picture(content, "p").shape == (5, 4, 3)
    else:
        with pytest.raises(PictureError, match="p: is damaged, and a part of the picture is lost"):
            decode_picture(content, "p")


@pytest.mark.parametrize(
    ("opaque", "ink", "paper"),
    [(0.3, 200, 0), (0.3, 140, 255), (0.7, 200, 255), (0.3, 100, 255)],
)
def test_light_ink_on_nothing_was_drawn_for_a_dark_screen(
    opaque: float, ink: int, paper: int
) -> None:
    drawing = np.full((40, 100, 4), ink, np.uint8)
    drawing[:, round(100 * opaque) :, 3] = 0
    drawing[:, : round(100 * opaque), 3] = 255
    content = cv2.imencode(".png", drawing)[1].tobytes()
    decoded = decode_picture(content, "drawing.png")
    assert decoded[0, -1].tolist() == [paper] * 3
    assert decoded[0, 0].tolist() == [ink] * 3
    thresholds = [Transparency(clear=0.25), Transparency(clear=1.0), Transparency(light=85)]
    moved = [decode_picture(content, "drawing.png", transparency=each) for each in thresholds]
    changed = [picture[0, -1, 0] != paper for picture in moved]
    assert changed == [
        (opaque, ink) == (0.3, 200),
        (opaque, ink) == (0.7, 200),
        ink != 200 and opaque < 0.5,
    ]
