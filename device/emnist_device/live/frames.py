"""One frame at a time: the capture thread puts, the reader takes the newest."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """A picture of a source.

    number: counts from 0, without gaps, over all that was captured.
    picture: (H, W) grey or (H, W, 3) BGR uint8.
    time: seconds since the source's first frame; for a file, as the file has it.
    captured: ``time.monotonic()`` when it arrived.
    file: that it was, where each frame is a file of its own.
    """

    number: int
    picture: NDArray[np.uint8]
    time: float
    captured: float
    file: str | None = None


class Mailbox:
    """Room for one frame between two threads.

    A frame that nobody took is replaced by the next, so a slow reader sees fewer frames and never
    older ones.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many frames were replaced before they were taken."""
        return self._dropped

    @property
    def ended(self) -> bool:
        """Whether the mailbox is closed and the last frame was taken."""
        with self._changed:
            return self._closed and self._frame is None

    def put(self, frame: Frame) -> None:
        """Leave ``frame``, in place of one that is still there."""
        with self._changed:
            self._dropped += self._frame is not None
            self._frame = frame
            self._changed.notify_all()

    def hand(self, frame: Frame) -> None:
        """Leave ``frame`` once the one before it was taken; nothing is dropped."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is None or self._closed)
            if not self._closed:
                self._frame = frame
                self._changed.notify_all()

    def take(self, timeout: float) -> Frame | None:
        """Wait up to ``timeout`` seconds for a frame and take it; None if none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            return frame

    def close(self) -> None:
        """Wake everybody who waits. A frame that is there can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
