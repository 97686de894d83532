"""Files that are out to do harm, or just odd, with what is to become of each.

The names are those of the table in SECURITY.md, and a test holds the two together.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from emnist_edge.drawing.pages import draw_page
from evaluate.damage import KINDS, overwrite
from evaluate.damage import encode as encode_kind
from tests.spoilt import LOST, compressed_by, gapped, sound

TEXT = "HARBOR\n7483"
PAGE = draw_page(TEXT, size=(500, 320), height=50, seed=3).picture
_IMAGE = Image.fromarray(PAGE[..., ::-1])
_OTHER = Image.fromarray(draw_page("ZEBRA", size=(500, 320), height=50, seed=4).picture[..., ::-1])

# Kinds whose decoders refuse what is damaged, rather than to give what is left of it.
_TOLD = {"GIF", "WebP without loss"}

#: OpenCV as Debian Bookworm has it.
OLD_OPENCV = cv2.__version__.startswith("4.6")


@dataclass(frozen=True)
class Nasty:
    """A file and its outcome: the text that is read in it, or words of the error."""

    name: str
    content: bytes
    text: str | None = None
    error: str | None = None


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return ``image`` as a file of ``kind``."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width: int, height: int, depth: int, kind: int, data: bytes, interlaced: int = 0) -> bytes:
    """Return a PNG with this header, whatever its compressed ``data`` holds."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb() -> bytes:
    """Return a PNG of 30,000 x 30,000 pixels of one bit, blank: 900 megapixels in 110 kB."""
    row = bytes(1 + 30_000 // 8)
    packer = zlib.compressobj(1)
    return png(
        30_000,
        30_000,
        1,
        0,
        b"".join([*(packer.compress(100 * row) for _ in range(300)), packer.flush()]),
    )


def _flipped(content: bytes, position: int) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 0xFF
    return bytes(changed)


def tiff(*tags: tuple[int, int], kind: int = 4) -> bytes:
    """Return the header of a TIFF with these ``tags``, each with one value of 32 bits."""
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, value in sorted(tags))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def _interlaced() -> bytes:
    """Return PAGE as grey PNG with Adam7's seven passes, two IDAT chunks, the second damaged."""
    grey = np.asarray(_IMAGE.convert("L"))
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    passes = [grey[y::dy, x::dx] for y, x, dy, dx in (*starts, (1, 0, 2, 1))]
    raw = b"".join(b"\0" + row.tobytes() for part in passes for row in part)
    whole = png(grey.shape[1], grey.shape[0], 8, 0, zlib.compress(raw), interlaced=1)
    return _flipped(whole, len(whole) - 200)


def _floats(*, colour: bool) -> bytes:
    """Return PAGE as a TIFF of floats 0..1 with a patch that is not a number, and one infinite."""
    samples = (PAGE if colour else PAGE[..., 0]).astype(np.float32) / 255
    samples[:20, :20], samples[:20, -20:] = np.nan, np.inf
    # Not compressed: the way that OpenCV 4 compresses floats knows nothing but numbers.
    return bytes(cv2.imencode(".tiff", samples, [cv2.IMWRITE_TIFF_COMPRESSION, 1])[1])


def _two_frames() -> bytes:
    """Return PAGE as a JPEG whose frame header stands there twice."""
    jpeg = encode(_IMAGE, "JPEG")
    start = jpeg.index(b"\xff\xc0")
    end = start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")
    return jpeg[:end] + jpeg[start:]


def _negative() -> bytes:
    """Return a TIFF of -60 x 40 pixels."""
    return tiff((256, 2**32 - 60), (257, 40), kind=9)


def _two_widths() -> bytes:
    return b"P7\nWIDTH 5\nHEIGHT 5\nWIDTH 6\nDEPTH 1\nMAXVAL 255\nENDHDR\n" + bytes(30)


def _long_chunk(photo: bytes) -> bytes:
    """Return the PNG ``photo`` with a first chunk of samples that is said to have 4 GB."""
    place = photo.index(b"IDAT") - 4
    return photo[:place] + b"\xf0\0\0\0" + photo[place + 4 :]


def _scans(count: int) -> bytes:
    """Return PAGE as a progressive JPEG whose last scan comes ``count`` times more."""
    jpeg = encode(_IMAGE, "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + count * jpeg[last:-2] + jpeg[last:]


def _spoilt() -> list[Nasty]:
    """Return damaged pictures, and sound ones that look like them."""
    files = {kind: encode_kind(_IMAGE, kind) for kind in KINDS if kind not in _TOLD}
    damaged = files | {"JPEG with bytes between its segments": gapped(files["JPEG"])}
    whole = sound(files["JPEG"], files["JPEG that restarts"])
    unknown = {65_000: "compressed by 65000", 34_925: "compressed by LZMA"}
    return [
        *(
            Nasty(f"damaged in the middle: {kind}", overwrite(content), error=LOST)
            for kind, content in damaged.items()
        ),
        *(
            Nasty(f"bytes that belong to nothing: {kind}", content, text=TEXT)
            for kind, content in whole.items()
        ),
        *(
            Nasty(
                f"unknown compression: {number}",
                compressed_by(number, files["TIFF by LZW"]),
                error=said,
            )
            for number, said in unknown.items()
        ),
    ]


def _packed(photo: bytes) -> bytes:
    """Return the PNG ``photo`` with 800 texts that are 8 MB each once they are unpacked."""
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(8 * 10**6)))
    return photo[:33] + 800 * text + photo[33:]


def _commented() -> bytes:
    """Return PAGE as a PGM with comments that some decoders take for the end of a number."""
    grey = np.asarray(_IMAGE.convert("L"))
    height, width = grey.shape
    return b"P5 %d#70000 \n#9\n%d#\n255\n" % (width, height) + grey.tobytes()


def _lies() -> list[Nasty]:
    """Return headers that announce 2 gigapixels and more, in each format, with nothing behind."""
    grey = encode(Image.new("L", (8, 8)), "JPEG")
    frame = grey.index(b"\xff\xc0")
    jpeg = grey[: frame + 5] + b"\xff\xff\xff\xff" + grey[frame + 9 :]
    gif = b"GIF89a\xff\xff\xff\xff" + encode(Image.new("P", (8, 8)), "GIF")[10:]
    extended = b"VP8X" + struct.pack("<II", 10, 0) + b"\xff\xff\xff" * 2
    bitmap = encode(Image.new("RGB", (8, 8)), "BMP")
    size = [(256, 50_000), (257, 40_000)]
    tiles = [(256, 64), (257, 64), (258, 8), (277, 3), (322, 2**15), (323, 2**14)]
    contents = {
        "PNG": png(50_000, 40_000, 8, 2, b""),
        "JPEG": jpeg,
        "GIF": gif,
        "WebP": b"RIFF" + struct.pack("<I", len(extended) + 4) + b"WEBP" + extended,
        "BMP": bitmap[:18] + struct.pack("<ii", 50_000, -40_000) + bitmap[26:],
        "TIFF": tiff(*size),
        "TIFF, in its tiles": tiff(*tiles),
        "TIFF, in its strips": tiff((256, 5_000), (257, 8), (278, 2**20)),
        "PPM": b"P6 50000 40000 255\n",
        "PBM": b"P1 # a comment 1 1\n50000\n40000\n",
        "PAM": b"P7\nWIDTH 50000\nHEIGHT 40000\nDEPTH 3\nMAXVAL 255\nENDHDR\n",
        "PFM": b"PF\n50000 40000\n-1.0\n",
    }
    own = grey[frame : frame + 13]
    large = own[:5] + b"\x3e\x80" * 2 + own[9:]
    contents |= {
        "JPEG, behind a marker without length": grey.replace(own, b"\xff\x01\0\x13" + large),
        "JPEG, behind bytes that are no marker": grey.replace(own, b"\xff\0\0\x13" + large),
        "TIFF, in its tiles, by signed numbers": tiff(*tiles, kind=9),
        "BigTIFF": b"II+\0\x08\0\0\0"
        + struct.pack("<QQ", 16, 2)
        + b"".join(struct.pack("<HHQQ", tag, 16, 1, 50_000) for tag in (256, 257)),
        "PGM, behind a comment in a number": b"P5 50000#9\n40000#9\n255\n",
    }
    limit = "header announces .* is the limit"
    return [
        Nasty(f"header of gigapixels: {kind}", content, error=limit)
        for kind, content in contents.items()
    ]


def _read_since(major: int, minor: int, kind: str, **outcome: str) -> dict[str, str]:
    """Return ``outcome``, but an error where OpenCV is older than what first reads ``kind``."""
    new = tuple(int(part) for part in cv2.__version__.split(".")[:2]) >= (major, minor)
    return outcome if new else {"error": f"reads no {kind}, as {major}.{minor} and later do"}


# What is said of files whose decoder fails, and of those that no decoder gets.
_DAMAGED, _NO_PICTURE = "is damaged, or of a kind", "is not a picture"


def nasty_files() -> list[Nasty]:
    """Return all of them; those of several kinds are named ``class: kind``."""
    return [*_broken(), *_spoilt(), *_odd()]


def _broken() -> list[Nasty]:
    """Return what is empty, no picture, cut off, or contradicts itself."""
    jpeg, photo = encode(_IMAGE, "JPEG"), encode(_IMAGE, "PNG")
    return [
        Nasty("empty file", b"", error="is empty"),
        Nasty("no picture", b"Dear reader, this is no picture.\n" * 9, error=_NO_PICTURE),
        Nasty("no picture: PDF", b"%PDF-1.7\n" + bytes(500), error=_NO_PICTURE),
        Nasty("no picture: gzip", zlib.compress(bytes(500)), error=_NO_PICTURE),
        Nasty("decompression bomb", bomb(), error="header announces 30,000 x 30,000 pixels"),
        *_lies(),
        Nasty("truncated: JPEG", jpeg[: len(jpeg) // 2], error="is cut off"),
        Nasty("truncated: PNG", photo[: len(photo) // 2], error="is cut off"),
        Nasty("truncated: PPM", encode(_IMAGE, "PPM")[:-1], error="is cut off"),
        *(
            Nasty(f"truncated: {kind}", content[: len(content) // 2], **outcome)
            for kind, outcome in (
                ("GIF", _read_since(4, 12, "GIF", error=_DAMAGED)),
                ("BMP", {"error": _DAMAGED}),
                ("TIFF", {"error": _DAMAGED}),
            )
            for content in [encode(_IMAGE.convert("RGB"), kind)]
        ),
        Nasty(
            "header that contradicts itself: JPEG of two frames", _two_frames(), error=_NO_PICTURE
        ),
        Nasty(
            "header that contradicts itself: TIFF of a negative side",
            _negative(),
            error=_NO_PICTURE,
        ),
        Nasty(
            "header that contradicts itself: PAM of two widths", _two_widths(), error=_NO_PICTURE
        ),
        Nasty("header that contradicts itself: PNG", _long_chunk(photo), error="is cut off"),
        Nasty("too many scans", _scans(1000), error=_NO_PICTURE),
        Nasty("packed bytes beside the picture", _packed(photo), text=TEXT),
        Nasty("comment behind a number", _commented(), text=TEXT),
        Nasty("truncated in its header: PNG", photo[:18], error="is cut off"),
        Nasty("truncated in its header: PPM", b"P6 50", error=_NO_PICTURE),
        Nasty("damaged chunk: interlaced PNG", _interlaced(), error=_DAMAGED),
        Nasty("damaged chunk: PNG", _flipped(photo, len(photo) // 2), error=_DAMAGED),
    ]


def _odd() -> list[Nasty]:
    """Return sound pictures of unusual kinds, and formats that are not read."""
    deep = PAGE[..., 0].astype(np.uint16) * 257
    more: dict[str, object] = {"save_all": True, "append_images": [_OTHER]}
    return [
        Nasty("side of no pixels", png(0, 5, 8, 0, b""), error=_NO_PICTURE),
        *(
            Nasty(
                f"one row or column: {shape}",
                encode(Image.fromarray(np.full(shape, 200, np.uint8)), "PNG"),
                text="",
            )
            for shape in ((1, 1), (1, 3000), (3000, 1))
        ),
        Nasty("CMYK: JPEG", encode(_IMAGE.convert("CMYK"), "JPEG"), text=TEXT),
        Nasty("CMYK: TIFF", encode(_IMAGE.convert("CMYK"), "TIFF"), text=TEXT),
        Nasty("16 bits: PNG", bytes(cv2.imencode(".png", deep)[1]), text=TEXT),
        Nasty("16 bits: TIFF", bytes(cv2.imencode(".tiff", deep)[1]), text=TEXT),
        Nasty(
            "animated: GIF", encode(_IMAGE, "GIF", **more), **_read_since(4, 12, "GIF", text=TEXT)
        ),
        Nasty(
            "animated: WebP",
            encode(_IMAGE, "WEBP", quality=95, **more),
            **_read_since(4, 11, "animated WebP", text=TEXT),
        ),
        Nasty("animated: PNG", encode(_IMAGE, "PNG", **more), text=TEXT),
        Nasty("several pages: TIFF", encode(_IMAGE, "TIFF", **more), text=TEXT),
        Nasty("samples that are no numbers: TIFF", _floats(colour=True), text=TEXT),
        Nasty("samples of floats in grey: TIFF", _floats(colour=False), error=_DAMAGED),
        Nasty(
            "format that is not read: OpenEXR",
            b"\x76\x2f\x31\x01\x02\0\0\0" + bytes(300),
            error=_NO_PICTURE,
        ),
        Nasty(
            "format that is not read: JPEG 2000",
            bytes(cv2.imencode(".jp2", PAGE)[1]),
            error=_NO_PICTURE,
        ),
    ]
