"""TIFFs of several pages, by what every OpenCV that is allowed has."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import cv2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def tiff(pictures: Sequence[NDArray[Any]]) -> bytes:
    """Return a TIFF with a page for each of ``pictures``."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pages.tif"
        assert cv2.imwritemulti(str(path), list(pictures))
        return path.read_bytes()
