"""The reading loop: newest frame -> page -> steady lines -> outputs, until the source ends."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from emnist_device.decoding import Decoding
from emnist_device.live.moment import Moment, Output, Rate
from emnist_device.live.steady import Patience, Steady
from emnist_device.page import UNMATCHED
from emnist_device.reader import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import OutputError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.live.capture import Capture
    from emnist_device.live.frames import Frame
    from emnist_device.page import Page

# How often the loop looks up where no frame comes, and when that is worth a word. Seconds.
_LOOK, _SILENCE = 0.25, 5.0
# Alternatives that averaging needs; what is beyond them is next to nothing.
_ALTERNATIVES = 8
# What is used where nothing is known.
_DECODING = Decoding()


@dataclass(frozen=True)
class Settings:
    """How frames are read. colour: read colours too; grey is faster, and does for most ink."""

    model: str = DEFAULT_MODEL
    decoding: Decoding = _DECODING
    colour: bool = False
    threads: int = 1


class Eye:
    """A reader and how it reads, which may change between two pictures. One thread may read.

    Raises :class:`ModelError` where the model of ``settings`` cannot be had,
    :class:`ConstraintError` where nothing fulfils what is known of the text, and
    :class:`RuntimeMissingError` where something is needed that is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        reader = Reader(
            settings.model,
            threads=settings.threads,
            top_k=_ALTERNATIVES,
            decoding=settings.decoding,
        )
        self._current = (settings, reader)

    @property
    def settings(self) -> Settings:
        """How the next picture is read."""
        return self._current[0]

    def twin(self) -> Eye:
        """Return another of the same settings, for another thread."""
        return Eye(self.settings)

    def become(self, other: Eye) -> None:
        """Read as ``other`` from the next picture on; nobody may use that any more."""
        self._current = other._current

    def read(self, picture: NDArray[np.uint8]) -> Page:
        """Read (H, W) grey or (H, W, 3) BGR uint8."""
        settings, reader = self._current
        if picture.ndim == 3 and not settings.colour:
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        return reader.read(picture)


class Loop:
    """Reads what ``capture`` delivers, in the thread that calls :meth:`run`.

    Args:
        capture: a thread that is not yet started.
        eye: reads the pictures.
        patience: when a text has settled.
        outputs: are shown every frame; one that fails is closed and left out from then on.
        report: told in one line of what goes wrong.
        stopping: ends :meth:`run` soon once it is set.
        alive: called a few times a second as long as all is well, for a watchdog.
    """

    def __init__(
        self,
        capture: Capture,
        eye: Eye,
        patience: Patience,
        outputs: Sequence[Output],
        report: Callable[[str], None],
        stopping: threading.Event,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.failed = False
        self._capture, self._eye, self._report, self._alive = capture, eye, report, alive
        self._outputs = list(outputs)
        self._steady = Steady(patience, eye.settings.decoding.min_confidence)
        self._rate = Rate()
        self._stopping = stopping

    def run(self) -> None:
        """Read until the source ends or it is stopped, then close every output."""
        mailbox = self._capture.mailbox
        self._capture.start()
        heard = time.monotonic()
        silent = False
        try:
            while not self._stopping.is_set() and not mailbox.ended:
                frame = mailbox.take(_LOOK)
                if self._capture.healthy:
                    self._alive()
                if frame is not None:
                    self._show(self._read(frame))
                    heard, silent = time.monotonic(), False
                elif not silent and time.monotonic() - heard > _SILENCE:
                    self._report(f"no frame for {_SILENCE:.0f} seconds; waiting")
                    silent = True
        finally:
            self._capture.stop()
            self.failed |= self._capture.failed
            for output in self._outputs:
                self._close(output)

    def _read(self, frame: Frame) -> Moment:
        """Read one frame and follow its lines."""
        page = self._eye.read(frame.picture)
        start = time.perf_counter()
        height, width = frame.picture.shape[:2]
        lines, settled = self._steady.update(page, frame.time, (width, height))
        for each in settled:
            if each.line.line.matched is False:
                self._report(f"{each.text} was read, or some of its words, {UNMATCHED}")
        now = time.monotonic()
        return Moment(
            frame,
            lines,
            settled,
            self._rate.count(now),
            1000 * (now - frame.captured),
            self._capture.mailbox.dropped,
            {**page.timing_ms, "track": 1000 * (time.perf_counter() - start)},
            page.model,
        )

    def _show(self, moment: Moment) -> None:
        for output in tuple(self._outputs):
            try:
                output.show(moment)
            except OutputError as error:
                self._report(str(error))
                self.failed = True
                self._outputs.remove(output)
                self._close(output)

    def _close(self, output: Output) -> None:
        try:
            output.close()
        except OutputError as error:
            self._report(str(error))
            self.failed = True
