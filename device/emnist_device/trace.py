"""What happened on the way from a picture to its text, as pictures in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.image.picture import write_picture
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Glyphs in a row of their sheet.
_COLUMNS = 16


class Trace:
    """Takes the arrays of each step, and writes each as a PNG file: ``1-contrast.png``, ...

    Raises :class:`PictureError` where the folder cannot be made or written to.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PictureError(f"{folder}: cannot be made ({error.strerror})") from error
        self._folder, self._count = folder, 0

    def add(self, name: str, image: NDArray[np.uint8]) -> None:
        """Write ``image``, (H, W) or (H, W, 3) BGR uint8, as the next step."""
        self._count += 1
        write_picture(self._folder / f"{self._count}-{name}.png", image)

    def labels(self, name: str, labels: NDArray[np.int32]) -> None:
        """Write ``labels`` (H, W), each in a colour of its own on black."""
        hues = (labels * 67 % 180).astype(np.uint8)
        full = np.where(labels > 0, np.uint8(255), np.uint8(0))
        self.add(name, cv2.cvtColor(cv2.merge([hues, full, full]), cv2.COLOR_HSV2BGR))

    def glyphs(self, name: str, glyphs: NDArray[np.uint8]) -> None:
        """Write ``glyphs`` (N, 28, 28) side by side, in rows."""
        rows = max(1, -(-len(glyphs) // _COLUMNS))
        sheet = np.full((rows * _COLUMNS, 30, 30), 96, np.uint8)
        sheet[: len(glyphs), 1:-1, 1:-1] = glyphs
        tiles = sheet.reshape(rows, _COLUMNS, 30, 30).swapaxes(1, 2)
        self.add(name, tiles.reshape(rows * 30, _COLUMNS * 30))
