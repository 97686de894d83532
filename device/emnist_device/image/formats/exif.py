"""EXIF: which of the eight orientations a picture is stored in, and the picture as displayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.image.formats.header import UNREADABLE
from emnist_device.image.formats.tiff import read_orientation

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

# The eight orientations of EXIF: the picture as stored, then as displayed.
_ORIENTATIONS: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = (
    lambda a: a,
    lambda a: a[:, ::-1],
    lambda a: a[::-1, ::-1],
    lambda a: a[::-1],
    lambda a: a.swapaxes(0, 1),
    lambda a: a.swapaxes(0, 1)[:, ::-1],
    lambda a: a[::-1, ::-1].swapaxes(0, 1),
    lambda a: a.swapaxes(0, 1)[::-1],
)


def exif_orientation(exif: bytes) -> int:
    """Return the orientation in the content of an EXIF block, 1 to 8; 1 where it has none."""
    try:
        said = read_orientation(exif)
    except UNREADABLE:
        return 1
    return said if 1 <= said <= len(_ORIENTATIONS) else 1


def upright(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return the picture ``stored`` in ``orientation``, 1 to 8, as it is displayed: a view."""
    return _ORIENTATIONS[orientation - 1](stored)
