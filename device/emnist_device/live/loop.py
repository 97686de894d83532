"""The reading loop: newest frame -> page -> steady lines -> outputs, until the source ends."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from emnist_device.live.moment import Moment, Output, Rate
from emnist_device.live.outputs.outputs import Outputs
from emnist_device.live.steady import Patience, Steady
from emnist_device.live.unread import Unread
from emnist_device.page import UNMATCHED, Page
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from emnist_device.live.capture import Capture
    from emnist_device.live.eye import Eye
    from emnist_device.live.frames import Frame
    from emnist_device.live.sheets import SheetWatch

# How often the loop looks up where no frame comes, and when that is worth a word. Seconds.
_LOOK, _SILENCE = 0.25, 5.0
# Why a sheet is refused is told once, whatever the numbers in it.
_DIGITS = re.compile(r"\d+")


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
        sheets: reads sheets of forms, in place of lines of writing.
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
        sheets: SheetWatch | None = None,
    ) -> None:
        self._capture, self._eye, self._report, self._alive = capture, eye, report, alive
        self._outputs = Outputs(outputs, report)
        self._patience, self._sheets = patience, sheets
        self._refused: set[str] = set()
        self._steady = Steady(patience, eye.settings.decoding.min_confidence)
        self._unread = Unread(capture.source.name, report)
        self._rate = Rate()
        self._stopping = stopping
        self._seen = self._settled = 0  # frames with writing, and texts

    @property
    def failed(self) -> bool:
        """Whether a file could not be read, or an output has failed."""
        return self._capture.failed or self._outputs.failed or self._unread.failed

    def run(self) -> None:
        """Read until the source ends or it is stopped, then close every output."""
        with ExitStack() as rest:  # from the last to the first, whatever happens meanwhile
            rest.callback(self._outputs.close)
            rest.callback(self._unread.close)
            rest.callback(self._capture.stop)
            self._capture.start()
            ended = self._follow()
        if ended and not (self._capture.source.endless or self._settled):
            self._explain()

    def _follow(self) -> bool:
        """Read and show what comes; say whether the source has come to its end."""
        mailbox = self._capture.mailbox
        heard = time.monotonic()
        silent = False
        while not (self._stopping.is_set() or self._outputs.gone):
            if mailbox.ended:
                return True
            frame = mailbox.take(_LOOK)
            if self._capture.healthy:
                self._alive()
            if frame is not None:
                sheets = self._sheets
                self._outputs.show(
                    self._read(frame) if sheets is None else self._watch(sheets, frame)
                )
                heard, silent = time.monotonic(), False
            elif not self._capture.outage.over:  # that is said already
                heard = time.monotonic()
            elif not silent and time.monotonic() - heard > _SILENCE:
                self._report(f"no frame for {_SILENCE:.0f} seconds; waiting")
                silent = True
        return False

    def _watch(self, sheets: SheetWatch, frame: Frame) -> Moment:
        """Look at the sheet on one frame, which is read when it holds still."""
        start = time.perf_counter()
        sight, settled = sheets.update(frame.picture, frame.time)
        self._unread.count(frame, None)
        self._settled += len(settled)
        if sight.refused and (kind := _DIGITS.sub("", sight.note)) not in self._refused:
            self._refused.add(kind)
            self._report(f"{self._capture.source.name}: {sight.note}")
        now = time.monotonic()
        return Moment(
            frame,
            (),
            settled,
            self._rate.count(now),
            1000 * (now - frame.captured),
            self._capture.mailbox.dropped,
            {"read": 1000 * (time.perf_counter() - start)},
            self._eye.model,
            sheet=sight,
        )

    def _read(self, frame: Frame) -> Moment:
        """Read one frame and follow its lines; one that cannot be read has none."""
        error = None
        try:
            page = self._eye.read(frame.picture)
        except PictureError as reason:
            error, page = reason, Page((), self._eye.model, {})
        self._unread.count(frame, error)
        start = time.perf_counter()
        height, width = frame.picture.shape[:2]
        lines, settled = self._steady.update(page, frame.time, (width, height))
        for each in settled:
            if each.line.line.matched is False:
                self._report(f"{each.text} was read, or some of its words, {UNMATCHED}")
        self._seen += bool(page.lines)
        self._settled += len(settled)
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
            None if error is None else str(error),
            page.parts,
        )

    def _explain(self) -> None:
        """Say why a file has come to its end without a text."""
        source, patience = self._capture.source, self._patience
        if not self._unread.read:
            return
        if self._sheets is not None:
            self._report(f"{source.name}: no sheet was read{self._why(self._sheets)}")
            return
        if not self._seen:
            self._report(f"{source.name}: no writing was seen")
            return
        advice = "lower --settle or --confidence"
        if source.file is not None or self._unread.read == 1:
            advice = "single pictures are read by emnist-edge classify; for frames, lower --settle"
        self._report(
            f"{source.name}: no text has settled: none read the same for {patience.settle:g} s "
            f"with a confidence of {patience.confidence:g}; {advice}"
        )

    def _why(self, sheets: SheetWatch) -> str:
        """Return why no sheet was read, by what was said last, unless that was told before."""
        if sheets.waiting and not self._refused:
            return (
                f": none held still for {self._patience.settle:g} s; single pictures are read by "
                "emnist-edge form read; for frames, lower --settle"
            )
        told = sheets.waiting or _DIGITS.sub("", sheets.note) in self._refused
        return "" if told else f": {sheets.note}"
