"""Picture files -> arrays as a person sees them, and back.

OpenCV decodes; this module adds what it leaves to its caller: paper behind transparent pixels,
16-bit samples, orientation where alpha is asked for, limits, and errors that say what is wrong.
What a file would take is read from its header first; OpenCV gets nothing that exceeds the limits.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.headers import is_truncated, read_header, webp_orientation
from emnist_device.limits import DEFAULTS, Limits
from emnist_device.quiet import quiet_stderr
from emnist_edge.errors import PictureError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_JPEG, _WEBP = b"\xff\xd8", b"WEBP"
# Samples are converted this many pixels at a time: what that takes beside them stays small.
_STRIP = 2**20
# The eight orientations of EXIF: the picture as stored, then as displayed.
_ORIENTATIONS: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = (
    lambda a: a,
    lambda a: a[:, ::-1],
    lambda a: a[::-1, ::-1],
    lambda a: a[::-1],
    lambda a: a.swapaxes(0, 1),
    lambda a: np.rot90(a, -1),
    lambda a: np.rot90(a, 2).swapaxes(0, 1),
    lambda a: np.rot90(a, 1),
)


def read_picture(path: str | Path, limits: Limits = DEFAULTS) -> NDArray[np.uint8]:
    """Read a picture file; see :func:`decode_picture`.

    Raises :class:`PictureError` naming ``path`` where it cannot be read, is no regular file or no
    picture, or exceeds ``limits``.
    """
    name = shown(path)
    try:
        # A pipe without a writer would block, a device might never end: neither is read.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise PictureError(f"{name}: is a folder; name the pictures in it")
            if not stat.S_ISREG(status.st_mode):
                raise PictureError(f"{name}: is a pipe or device; a pipe is read by the name -")
            limits.check_file(status.st_size, name)
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(status.st_size)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise PictureError(f"{name}: no such file") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise PictureError(f"{name}: cannot be read ({_reason(error)})") from error
    return decode_picture(content, name, limits)


def decode_picture(content: bytes, name: str, limits: Limits = DEFAULTS) -> NDArray[np.uint8]:
    """Decode the content of a picture file.

    Takes JPEG, PNG, WebP, GIF, BMP, TIFF, and PNM and its kin; of several pictures in one file, the
    first. Transparent pixels become paper, 16-bit samples 8-bit.

    Args:
        content: the file's bytes.
        name: what messages call it.
        limits: what it may take; what its header announces counts, before anything is decoded.

    Returns:
        (H, W, 3) BGR uint8, as displayed: EXIF orientation applied.

    Raises:
        PictureError: empty, too large, truncated, damaged, or not a picture.
    """
    if not content:
        raise PictureError(f"{name}: is empty")
    limits.check_file(len(content), name)
    if is_truncated(content):
        raise PictureError(f"{name}: is cut off; copy or take the picture again")
    header = read_header(content)
    if header is None or not header.pixels:
        raise PictureError(f"{name}: is not a picture that can be read; use JPEG or PNG")
    limits.check_header(header, name)
    colour = _to_8_bits(_decode_upright(content, name))
    if content.startswith(_JPEG):  # no alpha there: spare a large photo the second decoding
        return colour
    stored = _decode(content, name, cv2.IMREAD_UNCHANGED)
    if stored.ndim == 3 and stored.shape[2] == 4:
        return _on_paper(colour, _alpha_like(colour, _to_8_bits(stored)))
    return colour


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
        raise PictureError(f"{shown(path)}: cannot be written ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _decode_upright(content: bytes, name: str) -> NDArray[Any]:
    """Return the picture without alpha, as displayed."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
    if content[8:12] != _WEBP:
        return _decode(content, name, flags)
    stored = _decode(content, name, flags | cv2.IMREAD_IGNORE_ORIENTATION)
    return _ORIENTATIONS[webp_orientation(content) - 1](stored)


def _decode(content: bytes, name: str, flags: int) -> NDArray[Any]:
    try:
        with quiet_stderr():  # libpng and libjpeg report there what the error below says
            picture = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        raise PictureError(f"{name}: cannot be decoded; it is damaged or far too large") from error
    if picture is None or picture.size == 0:
        raise PictureError(f"{name}: is damaged, or of a kind that cannot be read; use JPEG or PNG")
    return picture


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
        share = _finite(samples[rows]) * (255 / (full if full > 0 else 1.0))
        scaled[rows] = np.clip(share + 0.5, 0, 255)
    return scaled


def _finite(samples: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(samples.astype(np.float64), posinf=0.0, neginf=0.0)


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of rows that together make a picture of ``shape``."""
    rows = max(1, _STRIP // shape[1])
    for start in range(0, shape[0], rows):
        yield slice(start, start + rows)


def _alpha_like(colour: NDArray[Any], stored: NDArray[Any]) -> NDArray[Any]:
    """Return the alpha channel of ``stored`` (H, W, 4), turned as ``colour`` (H', W', 3) was.

    OpenCV applies the EXIF orientation only where it drops alpha; comparing both decodings tells
    which of the eight orientations it was.
    """
    for orient in _ORIENTATIONS:
        if np.array_equal(orient(stored[..., :3]), colour):
            return orient(stored[..., 3])
    return stored[..., 3] if stored.shape[:2] == colour.shape[:2] else stored[..., 3].T


def _on_paper(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay ``colour`` (H, W, 3) with ``alpha`` (H, W) on paper: white, or black for light ink.

    A drawing in light ink on nothing, made for a dark screen, would vanish on white.
    """
    total = float(alpha.sum(dtype=np.int64)) / 255
    paper = 255
    if total < 0.5 * alpha.size:  # mostly clear
        mean = cv2.transform(colour, np.full((1, 3), 1 / 3))
        light = sum(float((mean[rows] * share).sum()) for rows, share in _shares(alpha))
        paper = 0 if light / 255 / max(total, 1e-6) > 170 else 255
    laid = np.empty_like(colour)
    for rows, share in _shares(alpha):
        weighed = colour[rows] * share[..., None] + paper * (255 - share[..., None]) + 128
        laid[rows] = (weighed + (weighed >> 8)) >> 8  # divided by 255 and rounded
    return laid


def _shares(alpha: NDArray[np.uint8]) -> Iterator[tuple[slice, NDArray[np.uint16]]]:
    """Yield strips of rows, and ``alpha`` (H, W) in each, wide enough to multiply samples by."""
    for rows in _strips(alpha.shape):
        yield rows, alpha[rows].astype(np.uint16)
