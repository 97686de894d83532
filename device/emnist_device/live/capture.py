"""The capture thread: puts a source's frames into the mailbox, and reopens a source that fails."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2

from emnist_device.live.frames import Frame, Mailbox
from emnist_device.live.outage import Outage
from emnist_edge.errors import PictureError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.live.sources.source import Source

# Seconds before a source that failed is opened again: doubled from the first to the last, and back
# at the first once it has held.
_FIRST_WAIT, _LAST_WAIT = 0.5, 10.0
# Longest time that a call to a healthy source takes, in seconds: OpenCV waits 10 for a camera.
_PATIENCE = 25.0
_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class Capture(threading.Thread):
    """Reads a source until it ends or is stopped.

    Args:
        source: opened by whoever starts the thread, which closes it.
        report: told in one line of what goes wrong and of recoveries; called from this thread.
        every_frame: wait for the reader rather than drop frames, and do not keep a file's pace.
        turn: degrees that pictures are turned by, clockwise: 0, 90, 180 or 270.
    """

    def __init__(
        self,
        source: Source,
        report: Callable[[str], None],
        *,
        every_frame: bool = False,
        turn: int = 0,
    ) -> None:
        super().__init__(name="capture", daemon=True)
        self.mailbox = Mailbox()
        self.recoveries = 0
        self.failed = False
        self.outage = Outage(source.name, report, _FIRST_WAIT, _LAST_WAIT)
        self._source, self._report = source, report
        self._every_frame = every_frame or (not source.endless and source.rate is None)
        self._turn = _TURNS.get(turn)
        self._stopping = threading.Event()
        self._count = 0
        self._start: float | None = None
        self._beat = time.monotonic()

    @property
    def source(self) -> Source:
        """Where the frames come from."""
        return self._source

    @property
    def healthy(self) -> bool:
        """Whether the thread runs and hangs in no driver; waiting to reconnect is healthy."""
        return self.is_alive() and time.monotonic() - self._beat < _PATIENCE

    def stop(self) -> None:
        """Ask the thread to end, and wait for it, but not for a driver that hangs."""
        self._stopping.set()
        self.mailbox.close()
        if self.is_alive():
            self.join(timeout=2)

    def run(self) -> None:
        """Capture; see the class."""
        try:
            while not self._stopping.is_set():
                try:
                    self._play()
                except SourceError as error:
                    self.outage.failed(str(error))
                    self._source.close()
                    self._reopen()
                else:
                    return
        except Exception as error:  # noqa: BLE001  # a thread has nobody to raise to
            self._report(f"{self._source.name}: has failed ({type(error).__name__}: {error})")
            self.failed = True
        finally:
            self._source.close()
            self.mailbox.close()

    def _play(self) -> None:
        """Put frames until the source ends; raises :class:`SourceError` where it fails."""
        if self._start is None:
            self._start = time.monotonic()
        while not self._stopping.is_set():
            self._beat = time.monotonic()
            try:
                picture = self._source.read()
            except PictureError as error:  # one of several: the others are read
                self._report(str(error))
                self.failed = True
                continue
            if picture is None:
                if self._count == 0:
                    self._report(f"{self._source.name}: holds no frame that can be read")
                    self.failed = True
                return
            self._deliver(picture, self._start)

    def _deliver(self, picture: NDArray[np.uint8], start: float) -> None:
        """Put one frame when it is due, ``start`` being when the first was."""
        if self._turn is not None:
            picture = cv2.rotate(picture, self._turn)
        rate = self._source.rate
        if rate is not None and not self._every_frame:
            self._wait(start + self._count / rate - time.monotonic())
        now = time.monotonic()
        # A file's own clock: what is read faster or slower than it plays is still at its place.
        moment = self._count / rate if rate is not None else now - start
        frame = Frame(self._count, picture, moment, now, self._source.file)
        self._count += 1
        self.outage.works()
        if self._every_frame:
            with self._at_rest():
                self.mailbox.hand(frame)
        else:
            self.mailbox.put(frame)

    def _reopen(self) -> None:
        """Open the source again, with growing pauses, until it is open or the thread is stopped."""
        while not self._wait(self.outage.pause()):
            try:
                self._source.open()
            except SourceError:
                continue
            self.recoveries += 1
            return

    def _wait(self, seconds: float) -> bool:
        """Wait, and say whether the thread was asked to end."""
        with self._at_rest():
            return self._stopping.wait(max(0.0, seconds))

    @contextmanager
    def _at_rest(self) -> Iterator[None]:
        """Count as healthy while the block waits, however long: it calls no driver."""
        self._beat = math.inf
        try:
            yield
        finally:
            self._beat = time.monotonic()
