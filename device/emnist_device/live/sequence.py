"""Pictures in a folder, or numbered ones, in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emnist_device.picture import read_picture
from emnist_edge.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"}
_NUMBER = re.compile(r"%(?:0(\d+))?\d*d")


class Sequence:
    """Every picture is read, however long it takes."""

    endless, rate = False, None

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._left: list[Path] = []

    def open(self) -> None:
        """List the pictures."""
        self._left = list(reversed(_pictures(self._path)))
        if not self._left:
            raise SourceError(f"{self.name}: no pictures there")

    def read(self) -> NDArray[np.uint8] | None:
        """Return the next picture; None after the last.

        Raises :class:`PictureError` for one that is damaged; the next call goes on with the next.
        """
        return read_picture(self._left.pop()) if self._left else None

    def close(self) -> None:
        """Forget the rest."""
        self._left = []


def _pictures(path: Path) -> list[Path]:
    """Return the pictures of a folder by name, or those that a pattern such as p%03d.png means."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not path.parent.is_dir():
        return []
    before, number, after = re.split(r"(%0?\d*d)", path.name, maxsplit=1)
    width = _NUMBER.fullmatch(number)
    digits = rf"(\d{{{width[1]},}})" if width and width[1] else r"(\d+)"
    wanted = re.compile(re.escape(before) + digits + re.escape(after))
    numbered = [
        (int(match[1]), file)
        for file in path.parent.iterdir()
        if (match := wanted.fullmatch(file.name))
    ]
    return [file for _, file in sorted(numbered)]
