"""Picture files -> arrays as a person sees them, and back.

OpenCV decodes; this module adds what it leaves to its caller: paper behind transparent pixels,
16-bit samples, orientation, limits, and errors that say what is wrong. What a file would take is
read from its header first; OpenCV gets nothing that exceeds the limits, and what comes out is what
the header announced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.image.damage import find_compression, find_damage
from emnist_device.image.files import read_file, reason_of
from emnist_device.image.formats.exif import upright
from emnist_device.image.headers import read_header
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.quiet import overheard
from emnist_edge.errors import PictureError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.image.formats.header import Header

# The first versions of OpenCV that read them, by its change log and as tried.
_READ_SINCE = {"GIF": (4, 12), "animated WebP": (4, 11)}
# Colours of any depth, not turned: OpenCV's versions differ in what they turn.
_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
# A picture is decoded so many times before it is called damaged. Beside 8 threads that decode
# damaged ones without end, 1 in 200 sound ones seemed to be.
_HEARINGS = 3
# Samples are converted this many pixels at a time: what that takes beside them stays small.
_STRIP = 2**20


@dataclass(frozen=True)
class Transparency:
    """Thresholds of the paper behind transparent pixels.

    clear: where less than this fraction of a picture is opaque, it is a drawing on nothing.
    light: ink of more than this mean brightness (of 255), two thirds of white, was drawn for a dark
        screen; other ink is laid on white paper.
    """

    clear: float = 0.5
    light: float = 170.0


TRANSPARENCY = Transparency()


def read_picture(path: str | Path, limits: Limits = DEFAULTS) -> NDArray[np.uint8]:
    """Read a picture file; see :func:`decode_picture`.

    Raises :class:`PictureError` naming ``path`` where it cannot be read, is no regular file or no
    picture, or exceeds ``limits``.
    """
    return decode_picture(read_file(path, limits), shown(path), limits)


def decode_picture(
    content: bytes,
    name: str,
    limits: Limits = DEFAULTS,
    *,
    transparency: Transparency = TRANSPARENCY,
) -> NDArray[np.uint8]:
    """Decode the content of a picture file.

    Takes JPEG, PNG, WebP, GIF, BMP, TIFF, and PNM and its kin; of several pictures in one file, the
    first. Transparent pixels become paper, 16-bit samples 8-bit.

    Args:
        content: the file's bytes.
        name: what messages call it.
        limits: what it may take; what its header announces counts, before anything is decoded.
        transparency: thresholds of the paper behind transparent pixels.

    Returns:
        (H, W, 3) BGR uint8, as displayed: EXIF orientation applied.

    Raises:
        PictureError: empty, too large, truncated, damaged, or not a picture.
    """
    if not content:
        raise PictureError(f"{name}: is empty")
    limits.check_file(len(content), name)
    header = _admit(content, name, limits)
    if header.plain:
        content = header.plain + content[header.start :]
    colour = _to_8_bits(_decode(content, name, _STORED, header))
    if header.alpha:
        stored = _decode(content, name, cv2.IMREAD_UNCHANGED, header)
        if stored.ndim == 3 and stored.shape[2] == 4:
            colour = _on_paper(colour, _to_8_bits(stored)[..., 3], transparency)
    return np.ascontiguousarray(upright(colour, header.orientation))


def _admit(content: bytes, name: str, limits: Limits) -> Header:
    """Return the header of ``content``; raises :class:`PictureError` where it is not to be decoded.

    Nothing is decoded for it, and no memory is taken.
    """
    header = read_header(content)
    if header is not None:
        limits.check_header(header, name)
        if header.cut_off:
            raise PictureError(f"{name}: is cut off; copy or take the picture again")
    if header is None or not header.width * header.height:
        raise PictureError(f"{name}: is not a picture that can be read; use JPEG or PNG")
    return header


def is_writable_format(suffix: str) -> bool:
    """Say whether pictures can be written in the format that ``suffix``, such as .png, names."""
    try:
        return cv2.haveImageWriter(suffix)
    except cv2.error:
        return False


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write ``picture`` (H, W, 3) BGR uint8 in the format of the suffix of ``path``.

    Raises :class:`PictureError` for a suffix that names no format and where writing fails.
    """
    try:
        done, encoded = cv2.imencode(path.suffix or ".", picture)
    except cv2.error:
        done = False
    if not done:
        raise PictureError(
            f"{shown(path)}: {path.suffix!r} names no picture format; use .png or .jpg"
        )
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise PictureError(f"{shown(path)}: cannot be written ({reason_of(error)})") from error


def _decode(content: bytes, name: str, flags: int, header: Header) -> NDArray[Any]:
    """Return the picture as it is stored, which is as ``header`` says.

    What is heard while it is decoded may be of another picture, which a thread of somebody else
    decodes: damage is what is heard each time.
    """
    damage = ""
    for _ in range(_HEARINGS):
        picture, damage = _decode_once(content, name, flags, header)
        if not damage:
            return picture
    raise PictureError(f"{name}: {damage}")


def _decode_once(content: bytes, name: str, flags: int, header: Header) -> tuple[NDArray[Any], str]:
    """Return the picture as it is stored, and what seems to be wrong with it, if anything."""
    try:
        with overheard() as said:
            picture = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        if "CV_IO_MAX_IMAGE" in str(error):
            raise PictureError(
                f"{name}: is larger than OpenCV takes in this process; set "
                f"OPENCV_IO_MAX_IMAGE_PIXELS={header.pixels} before it is loaded"
            ) from error
        raise PictureError(f"{name}: cannot be decoded; it is damaged or far too large") from error
    if picture is None or picture.size == 0:
        raise PictureError(f"{name}: {_why_undecoded(content, said[0])}")
    height, width = picture.shape[:2]
    if (width, height) != (header.width, header.height):
        raise PictureError(
            f"{name}: is damaged: its header announces {header.width:,} x {header.height:,} "
            f"pixels, and it has {width:,} x {height:,}"
        )
    return picture, find_damage(said[0], content)


def _why_undecoded(content: bytes, said: str) -> str:
    """Return why OpenCV makes nothing of a picture whose header is right; ``said``: its words."""
    kind = "GIF" if content.startswith(b"GIF") else "animated WebP" if _is_animated(content) else ""
    if kind and _opencv_version() < _READ_SINCE[kind]:
        since = ".".join(map(str, _READ_SINCE[kind]))
        return (
            f"OpenCV {cv2.__version__}, which is installed, reads no {kind}, as {since} and later "
            "do; save it as PNG"
        )
    return find_compression(said) or "is damaged, or of a kind that cannot be read; use JPEG or PNG"


def _is_animated(content: bytes) -> bool:
    """Say whether a WebP holds several pictures; ANIM follows the header of an extended one."""
    return content[8:16] == b"WEBPVP8X" and content[30:34] == b"ANIM"


def _opencv_version() -> tuple[int, ...]:
    return tuple(int(part) for part in cv2.__version__.split(".")[:2])


def _to_8_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale ``samples`` of any type to uint8; what is not finite becomes black.

    16-bit files often use 10 or 12 bits only: full scale is the next power of two.
    """
    if samples.dtype == np.uint8:
        return np.ascontiguousarray(samples)
    if samples.dtype == np.uint16:
        full = 2.0 ** max(8, int(samples.max()).bit_length()) - 1
        return np.clip(np.arange(2**16) * (255 / full) + 0.5, 0, 255).astype(np.uint8)[samples]
    full = max(float(_finite(samples[rows]).max()) for rows in _strips(samples.shape))
    scaled = np.empty(samples.shape, np.uint8)
    for rows in _strips(samples.shape):
        values = _finite(samples[rows]) * (255 / (full if full > 0 else 1.0))
        scaled[rows] = np.clip(values + 0.5, 0, 255)
    return scaled


def _finite(samples: NDArray[Any]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # of some NaNs NumPy says so
        return np.nan_to_num(samples.astype(np.float64), posinf=0.0, neginf=0.0)


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows that together make a picture of ``shape``."""
    rows = max(1, _STRIP // shape[1])
    for start in range(0, shape[0], rows):
        yield slice(start, start + rows)


def _on_paper(
    colour: NDArray[np.uint8], alpha: NDArray[np.uint8], transparency: Transparency
) -> NDArray[np.uint8]:
    """Lay ``colour`` (H, W, 3) with ``alpha`` (H, W) on paper: white, or black for light ink.

    A drawing in light ink on nothing, made for a dark screen, would vanish on white.
    """
    total = float(alpha.sum(dtype=np.int64)) / 255
    paper = 255
    if total < transparency.clear * alpha.size:
        mean = cv2.transform(colour, np.full((1, 3), 1 / 3))
        light = sum(float((mean[rows] * weight).sum()) for rows, weight in _weights(alpha))
        paper = 0 if light / 255 / max(total, 1e-6) > transparency.light else 255
    laid = np.empty_like(colour)
    for rows, weight in _weights(alpha):
        weighed = colour[rows] * weight[..., None] + paper * (255 - weight[..., None]) + 128
        laid[rows] = (weighed + (weighed >> 8)) >> 8  # divided by 255 and rounded
    return laid


def _weights(alpha: NDArray[np.uint8]) -> Iterator[tuple[slice, NDArray[np.uint16]]]:
    """Yield strips of rows, and ``alpha`` (H, W) in each, wide enough to multiply samples by."""
    for rows in _strips(alpha.shape):
        yield rows, alpha[rows].astype(np.uint16)
