"""Picture files -> arrays as a person sees them, and back.

OpenCV decodes; this module adds what it leaves to its caller: paper behind transparent pixels,
16-bit samples, orientation where alpha is asked for, and errors that say what is wrong. OpenCV
decodes the rest of a truncated file as grey without a word, so the end of the file is looked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.quiet import quiet_stderr
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Larger files are refused.
MAX_BYTES = 256 * 2**20

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
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


def read_picture(path: str | Path) -> NDArray[np.uint8]:
    """Read a picture file; see :func:`decode_picture`.

    Raises :class:`PictureError` naming ``path`` where it cannot be read or is no picture.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PictureError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path}: is a folder; name the pictures in it") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise PictureError(f"{path}: cannot be read ({_reason(error)})") from error
    return decode_picture(content, str(path))


def decode_picture(content: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the content of a picture file.

    Takes what OpenCV takes: JPEG, PNG, WebP, BMP, TIFF, PGM and its kin; of several pictures in one
    file, the first. Transparent pixels become paper, 16-bit samples 8-bit.

    Args:
        content: the file's bytes.
        name: what messages call it.

    Returns:
        (H, W, 3) BGR uint8, as displayed: EXIF orientation applied.

    Raises:
        PictureError: empty, too large, truncated, or not a picture.
    """
    if not content:
        raise PictureError(f"{name}: is empty")
    if len(content) > MAX_BYTES:
        raise PictureError(f"{name}: is larger than {MAX_BYTES // 2**20} MiB; scale it down")
    if _is_truncated(content):
        raise PictureError(f"{name}: is cut off; copy or take the picture again")
    colour = _decode(content, name, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if not content.startswith(_JPEG):  # no alpha there: spare a large photo the second decoding
        stored = _decode(content, name, cv2.IMREAD_UNCHANGED)
        if stored.ndim == 3 and stored.shape[2] == 4:
            return _on_paper(_to_8_bits(colour), _to_8_bits(_alpha_like(colour, stored)))
    return _to_8_bits(colour)


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write ``picture`` (H, W, 3) BGR uint8 in the format of the suffix of ``path``.

    Raises :class:`PictureError` for a suffix that names no format and where writing fails.
    """
    try:
        done, encoded = cv2.imencode(path.suffix or ".", picture)
    except cv2.error:
        done = False
    if not done:
        raise PictureError(f"{path}: {path.suffix!r} names no picture format; use .png or .jpg")
    try:
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise PictureError(f"{path}: cannot be written ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _decode(content: bytes, name: str, flags: int) -> NDArray[Any]:
    try:
        with quiet_stderr():  # libpng and libjpeg report there what the error below says
            picture = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        raise PictureError(f"{name}: cannot be decoded; it is damaged or far too large") from error
    if picture is None or picture.size == 0:
        raise PictureError(f"{name}: is not a picture that can be read; use JPEG or PNG")
    return picture


def _to_8_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale ``samples`` of any type to uint8.

    16-bit files often use 10 or 12 bits only: full scale is the next power of two.
    """
    if samples.dtype == np.uint8:
        return np.ascontiguousarray(samples)
    finite = np.nan_to_num(samples.astype(np.float32), posinf=0.0, neginf=0.0)
    largest = float(finite.max())
    if np.issubdtype(samples.dtype, np.integer):
        full = 2.0 ** max(8, int(largest).bit_length()) - 1
    else:
        full = largest if largest > 0 else 1.0
    return np.clip(finite * (255 / full) + 0.5, 0, 255).astype(np.uint8)


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
    visible = alpha.astype(np.float32) / 255
    total = float(visible.sum())
    mostly_clear = total < 0.5 * visible.size
    brightness = float((colour.mean(axis=2) * visible).sum()) / max(total, 1e-6)
    paper = 0.0 if mostly_clear and brightness > 170 else 255.0
    share = visible[..., None]
    return np.asarray(np.rint(colour * share + paper * (1 - share)), np.uint8)


def _is_truncated(content: bytes) -> bool:
    """Say whether a JPEG, PNG or WebP lacks its end."""
    if content.startswith(_JPEG):
        scan = _jpeg_scan(content)
        return scan is None or content.find(b"\xff\xd9", scan) < 0
    if content.startswith(_PNG):
        return content.rfind(b"IEND") < 0
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return len(content) < 8 + int.from_bytes(content[4:8], "little")
    return False


def _jpeg_scan(content: bytes) -> int | None:
    """Return where the first scan of a JPEG starts (ITU-T T.81, annex B), or None without one.

    The segments before it are skipped: a thumbnail in them has an end marker of its own.
    """
    position = 2
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker == 0xDA:  # start of scan
            return position
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None
