"""Frames that cannot be read, such as noise: counted and reported; the reading goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.live.frames import Frame
    from emnist_edge.errors import PictureError


class Unread:
    """Tells of the frames of ``name`` that cannot be read: of the first at once, then how many.

    Where each frame is a file of its own, each is told of.
    """

    def __init__(self, name: str, report: Callable[[str], None]) -> None:
        self._name, self._report = name, report
        self._frames = self._unread = 0
        self._files = False

    @property
    def read(self) -> int:
        """How many frames could be read."""
        return self._frames - self._unread

    @property
    def failed(self) -> bool:
        """Whether a file could not be read, or there was no frame that could."""
        return self._unread > 0 and (self._files or self._unread == self._frames)

    def count(self, frame: Frame, error: PictureError | None) -> None:
        """Note that ``frame`` was read, or could not be because of ``error``."""
        self._frames += 1
        if error is None:
            return
        self._unread += 1
        if frame.file is not None:
            self._files = True
            self._report(f"{frame.file}: {error}")
        elif self._unread == 1:
            self._report(f"{self._name}: frame {frame.number} {error}; going on with the next")

    def close(self) -> None:
        """Tell how many there were, where that is not known yet."""
        if self._unread > 1 and not self._files:
            self._report(f"{self._name}: {self._unread} of {self._frames} frames could not be read")
