"""Pictures to start from, and two ways to take them: as a user does, and against other decoders."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from emnist_device.image.headers import read_header
from emnist_device.image.limits import Limits
from emnist_device.image.picture import decode_picture
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import PictureError

# What a picture of a header that announces no more than this many pixels may take, in MiB: beside
# its samples, decoders hold some tables. Larger ones are left to the target ``picture``.
_PIXELS, _MEMORY = 10**6, 100


def pictures() -> list[bytes]:
    """Return a small picture in each format, mode and depth that is read."""
    page = draw_page("R7", size=(60, 40), height=24, seed=1).picture
    image = Image.fromarray(page[..., ::-1])
    several = {"save_all": True, "append_images": [image.rotate(180), image]}
    kinds = [
        *((kind, mode, {}) for kind in ("PNG", "TIFF", "BMP") for mode in ("1", "L", "P", "RGB")),
        *((kind, "RGBA", {}) for kind in ("PNG", "TIFF", "WEBP", "BMP")),
        *(("JPEG", mode, {}) for mode in ("L", "RGB", "CMYK")),
        ("JPEG", "RGB", {"progressive": True}),
        ("TIFF", "CMYK", {}),
        *(("TIFF", "RGB", {"compression": kind}) for kind in ("tiff_lzw", "jpeg", "packbits")),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "RGB", {"big_tiff": True}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("GIF", "P", {}),
        *((kind, "RGB", several) for kind in ("GIF", "PNG", "WEBP", "TIFF")),
        ("PPM", "1", {}), ("PPM", "L", {}), ("PPM", "RGB", {}),
    ]  # fmt: skip
    files = []
    for kind, mode, options in kinds:
        file = io.BytesIO()
        exif = Image.Exif()
        exif[0x112] = 6
        extra = {"exif": exif} if kind in ("JPEG", "WEBP", "PNG") else {}
        image.convert(mode).save(file, kind, **options, **extra)  # type: ignore[arg-type]
        files.append(file.getvalue())
    deep = page.astype(np.uint16) * 257
    files += [bytes(cv2.imencode(suffix, deep)[1]) for suffix in (".png", ".tiff", ".ppm", ".pam")]
    floats = page.astype(np.float32) / 255
    files += [bytes(cv2.imencode(suffix, floats)[1]) for suffix in (".tiff", ".pfm")]
    return [*files, *_tiled(), *_run_lengths(), *_texts(page[..., 0])]


def _tiled() -> list[bytes]:
    """Return TIFFs of 40 x 20 pixels in tiles of 16 x 16, in both orders, sizes of two types."""
    tile, tiles, files = zlib.compress(bytes(range(256))), 6, []
    for order, mark, size in (("<", b"II*\0", (9, "i")), (">", b"MM\0*", (4, "I"))):
        lists = 4 + 4 + 2 + 10 * 12 + 4
        first = lists + 2 * 4 * tiles
        short, long = (3, "H2x"), (4, "I")
        tags = (
            (256, size, 1, 40), (257, size, 1, 20), (258, short, 1, 8), (259, short, 1, 8),
            (262, short, 1, 1), (277, short, 1, 1), (322, size, 1, 16), (323, size, 1, 16),
            (324, long, tiles, lists), (325, long, tiles, lists + 4 * tiles),
        )  # fmt: skip
        content = mark + struct.pack(order + "IH", 8, len(tags))
        for tag, (kind, form), count, value in tags:
            content += struct.pack(order + "HHI" + form, tag, kind, count, value)
        places = [first + len(tile) * number for number in range(tiles)]
        content += bytes(4) + struct.pack(f"{order}{tiles}I", *places)
        files.append(content + struct.pack(order + "I", len(tile)) * tiles + tile * tiles)
    return files


def _run_lengths() -> list[bytes]:
    """Return BMPs of 12 x 6 pixels with runs of 8 and of 4 bits."""
    files = []
    for bits, kind in ((8, 1), (4, 2)):
        palette = b"".join(bytes([n, n, n, 0]) for n in range(2**bits))
        rows = b"".join(bytes([12, 17 * n, 0, 0]) for n in range(6)) + b"\0\1"
        start = 14 + 40 + len(palette)
        head = struct.pack("<IiiHHIIiiII", 40, 12, 6, 1, bits, kind, len(rows), 0, 0, 2**bits, 0)
        file = struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start)
        files.append(file + head + palette + rows)
    return files


def _texts(grey: np.ndarray) -> list[bytes]:
    """Return PBM, PGM and PPM in digits, with comments."""
    grey = grey[:9, :12]
    digits = " ".join(str(value) for value in grey.ravel()).encode()
    return [
        b"P1 # a\n12 9\n" + b"10" * 54 + b"\n",
        b"P2#a\n12 #b\n9\n255 " + digits + b"\n",
        b"P3\n4 9 255\n" + digits + b"\n",
        b"P5\n# a\n12 9\n255\n" + grey.tobytes(),
    ]


def take_picture(content: bytes) -> None:
    """Decode ``content``; raises :class:`PictureError`, and ValueError for what must not be."""
    limits = Limits()
    picture = decode_picture(content, "picture", limits)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"decoded to {picture.shape} {picture.dtype}")
    if picture.shape[0] * picture.shape[1] > limits.pixels:
        raise ValueError("is larger than its header announced")


def take_header(content: bytes) -> None:
    """Compare what the header of ``content`` says with what OpenCV and Pillow make of it.

    Raises :class:`PictureError` where there is no picture, and ValueError where they differ, or
    where OpenCV takes memory that the header did not announce.
    """
    header = read_header(content)
    if header is None or header.cut_off or not 0 < header.pixels <= _PIXELS:
        raise PictureError("is no picture, or a large one")
    given = header.plain + content[header.start :] if header.plain else content
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak
    before = _peak()
    try:
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
        decoded = cv2.imdecode(np.frombuffer(given, np.uint8), flags)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise ValueError("takes memory that its header does not announce") from error
        decoded = None
    if _peak() - before > _MEMORY:
        raise ValueError(f"takes {_peak() - before:,.0f} MiB")
    if decoded is None:
        raise PictureError("is damaged")
    if decoded.shape[:2] != (header.height, header.width):
        raise ValueError(f"OpenCV decodes {decoded.shape}, not {header}")
    size = _size_by_pillow(given)
    if size not in (None, (header.width, header.height)):
        raise ValueError(f"Pillow has {size}, not {header}")


def _peak() -> float:
    """Return the most memory that this process has held, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _size_by_pillow(content: bytes) -> tuple[int, int] | None:
    """Return the size that Pillow finds, None where it finds none; a TIFF's as displayed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content))
        except Exception:  # noqa: BLE001  # it raises what it likes
            return None
        if image.format == "TIFF" and image.getexif().get(0x112) in range(5, 9):
            return image.size[1], image.size[0]
        return image.size
