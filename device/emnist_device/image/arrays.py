"""What a caller gives as a picture: accepted, or refused with how to convert it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WANTED = "image must be a NumPy array, (H, W) grey or (H, W, 3) BGR uint8, not "
# What to do about arrays of other numbers of channels.
_CHANNELS = {
    1: "take image[:, :, 0]",
    4: "drop transparency with cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)",
}


def check_picture(image: object) -> NDArray[np.uint8]:
    """Return ``image``, which may be a view of any strides, in one piece.

    Raises TypeError where it is no array, and ValueError where it is one of another shape or kind.
    """
    if not isinstance(image, np.ndarray):
        raise TypeError(_WANTED + _no_array(image))
    if image.dtype != np.uint8:
        raise ValueError(f"{_WANTED}{image.dtype}; {_to_bytes(image.dtype)}")
    if image.ndim not in {2, 3}:
        raise ValueError(f"{_WANTED}of shape {image.shape}; read one picture at a time")
    if image.ndim == 3 and image.shape[2] != 3:
        advice = _CHANNELS.get(image.shape[2], "take the channels that are the picture")
        raise ValueError(f"{_WANTED}of shape {image.shape}; {advice}")
    if image.size == 0:
        raise ValueError(f"{_WANTED}of shape {image.shape}; the picture has no pixels")
    return np.ascontiguousarray(image)


def _no_array(image: object) -> str:
    """Return what ``image`` is, and what to do about it."""
    if image is None:
        return "None; did cv2.imread find the file, and is it a picture?"
    if isinstance(image, str | Path):
        return f"the path {str(image)!r}; read the file with cv2.imread"
    if isinstance(image, bytes | bytearray | memoryview):
        return "bytes; decode them with cv2.imdecode"
    if type(image).__module__.startswith("PIL."):
        return "a PIL image; convert it with np.asarray(image.convert('L'))"
    return f"{type(image).__name__}; convert it with np.asarray"


def _to_bytes(kind: np.dtype[np.generic]) -> str:
    """Return how to convert numbers of ``kind``."""
    if kind.kind == "b":
        return "convert it with 255 * image.astype(np.uint8)"
    if kind.kind == "f":
        return "convert it with (255 * image).round().astype(np.uint8) where its white is 1"
    return "scale its brightness to 0 to 255, then convert it with image.astype(np.uint8)"
