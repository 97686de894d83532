"""Pictures in a folder, or numbered ones, in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.image.picture import read_picture
from emnist_device.processes.process import Failure, Terms
from emnist_device.processes.servant import Servant
from emnist_edge.errors import PictureError, SourceError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"}
_NUMBER = re.compile(r"%(?:0(\d+))?\d*d")


class Sequence:
    """Pictures as if a camera had taken ``rate`` of them a second.

    Each is decoded in a process with ``limits``.
    """

    endless = False

    def __init__(self, path: Path, rate: float, limits: Limits = DEFAULTS) -> None:
        self.name = shown(path)
        self.rate: float | None = rate
        self.file: str | None = None
        self._path, self._limits = path, limits
        self._servant = Servant(_decoder, Terms(limits))
        self._left: list[Path] = []

    def open(self) -> None:
        """List the pictures."""
        try:
            self._left = list(reversed(_pictures(self._path)))
        except OSError as error:
            raise SourceError(f"{self.name}: cannot be read ({error.strerror})") from error
        if not self._left:
            raise SourceError(f"{self.name}: no pictures there")

    def read(self) -> NDArray[np.uint8] | None:
        """Return the next picture; None after the last.

        Raises :class:`PictureError` for one that is damaged; the next call goes on with the next.
        """
        if not self._left:
            self._servant.close()
            return None
        path = self._left.pop()
        self.file = shown(path)
        picture = self._servant.do((path, self._limits))
        if isinstance(picture, Failure):
            raise PictureError(f"{self.file}: {picture.reason}")
        return np.asarray(picture, np.uint8)

    def close(self) -> None:
        """Forget the rest."""
        self._left = []
        self._servant.close()


def _decoder() -> Callable[[tuple[Path, Limits]], NDArray[np.uint8]]:
    """Return the function of the process: file and limits -> picture."""
    return lambda item: read_picture(*item)


def _pictures(path: Path) -> list[Path]:
    """Return the pictures of a folder by name, or those that a pattern such as p%03d.png means."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not path.parent.is_dir():
        return []
    before, number, after = re.split(r"(%0?\d*d)", path.name, maxsplit=1)
    padded = _NUMBER.fullmatch(number)
    width = int(padded[1] or 1) if padded else 1
    wanted = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
    numbered = [
        (int(match[1]), file)
        for file in path.parent.iterdir()
        if (match := wanted.fullmatch(file.name)) and len(match[1]) >= width
    ]
    return [file for _, file in sorted(numbered)]
