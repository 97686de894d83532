"""Frames -> a video file, and what was read of each -> JSON Lines beside it."""

from __future__ import annotations

import json
import queue
import shutil
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import cv2

from emnist_device.quiet import quiet_stderr
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import no_folder

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.live.moment import Moment

#: What the wheels of OpenCV can write: suffix -> codec. H.264 is not among it.
CODECS = {".mp4": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
# Recording ends before the disk is full: an MP4 needs room for its index, the system for itself.
_RESERVE = 64 * 2**20
# Frames that may wait for the disk, about 1 MB each at 640x480.
_WAITING = 8
# A pause of the source is recorded up to so many seconds.
_LONGEST_PAUSE = 1.0


class Recording:
    """Writes in a thread of its own; what the disk is too slow for is left out and counted.

    The video has a constant rate: a frame is repeated or left out so that it keeps real time.

    Args:
        path: of the video; where it exists, the next free name with a number is taken.
        rate: frames a second.
        wait: rather than leave frames out, let the reader wait for the disk.

    Raises :class:`OutputError` where the files cannot be written.
    """

    def __init__(self, path: Path, rate: float, *, wait: bool) -> None:
        if path.suffix.lower() not in CODECS:
            raise OutputError(f"{shown(path)}: record to a file that ends in {', '.join(CODECS)}")
        self.lost = 0
        self._rate, self._wait = rate, wait
        self._failure: str | None = None
        self._said = False
        self._queue: queue.Queue[Moment | None] = queue.Queue(_WAITING)
        try:
            self.path, self._log = _create(path)
        except (OSError, ValueError) as error:  # ValueError: a null byte in the name
            reason = getattr(error, "strerror", None) or error
            said = f"{shown(path)}: cannot be written ({reason}){no_folder(path)}"
            raise OutputError(said) from error
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def show(self, moment: Moment) -> None:
        """Record one frame; raises :class:`OutputError` once recording has ended by a failure."""
        if self._failure is not None:
            self._said = True
            raise OutputError(self._failure)
        try:
            self._queue.put(moment, block=self._wait)
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Finish the files; raises :class:`OutputError` where some of it could not be written."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
            if self._failure is not None and not self._said:
                raise OutputError(self._failure)
        if self.lost:
            lost, self.lost = self.lost, 0
            raise OutputError(f"{shown(self.path)}: the disk was too slow for {lost} frames")

    def _run(self) -> None:
        film = _Film(self.path, self._rate)
        ended, reason = False, "no frame came"
        try:
            with self._log as log:
                while (moment := self._queue.get()) is not None:
                    _record(film, log, moment)
            ended = True
        except Exception as error:  # noqa: BLE001  # a thread has nobody to raise to
            reason = getattr(error, "strerror", None) or str(error)
            self._failure = (
                f"{shown(self.path)}: recording ended at {film.seconds:.0f} s ({reason}); what was "
                "recorded can be played"
            )
        finally:
            film.close()
        if not film.seconds:
            self._failure = f"{shown(self.path)}: nothing was recorded ({reason})"
            for empty in (self.path, _log_of(self.path)):
                empty.unlink(missing_ok=True)
        while not ended:  # let nobody wait for room
            ended = self._queue.get() is None


class _Film:
    """A video file of constant rate, which starts with the first frame."""

    def __init__(self, path: Path, rate: float) -> None:
        self._path, self._rate = path, rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._origin = 0.0
        self._written = 0

    @property
    def seconds(self) -> float:
        """Length of the video so far."""
        return self._written / self._rate

    def add(self, picture: NDArray[np.uint8], time: float) -> None:
        """Add a picture taken at ``time``, in seconds; raises OSError where the disk is full."""
        if self._writer is None:
            self._size = (picture.shape[1], picture.shape[0])
            self._origin = time
            with quiet_stderr():
                codec = cv2.VideoWriter.fourcc(*CODECS[self._path.suffix.lower()])
                self._writer = cv2.VideoWriter(str(self._path), codec, self._rate, self._size)
            if not self._writer.isOpened():
                raise OSError("OpenCV cannot write this format here")
        if self._written % max(1, round(self._rate)) == 0:
            free = shutil.disk_usage(self._path.parent).free
            if free < _RESERVE:
                raise OSError(f"only {free // 2**20} MiB are free on the disk")
        due = round((time - self._origin) * self._rate) + 1 - self._written
        most = max(1, round(_LONGEST_PAUSE * self._rate))
        if due > most:  # the source was away: go on as if it had been for a moment
            self._origin += (due - most) / self._rate
            due = most
        colour = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        if colour.shape[1::-1] != self._size:  # another camera after a reconnect
            colour = cv2.resize(colour, self._size, interpolation=cv2.INTER_AREA)
        for _ in range(due):
            self._writer.write(colour)
        self._written += max(due, 0)

    def close(self) -> None:
        """Write the index."""
        if self._writer is not None:
            self._writer.release()


def _record(film: _Film, log: TextIO, moment: Moment) -> None:
    film.add(moment.frame.picture, moment.frame.time)
    value = {"video_time": round(film.seconds, 3), **moment.to_dict()}
    log.write(json.dumps(value, ensure_ascii=False) + "\n")
    log.flush()


def _log_of(path: Path) -> Path:
    return path.with_suffix(".jsonl")


def _create(path: Path) -> tuple[Path, TextIO]:
    """Make the video's file, empty, and open the log beside it.

    Where one of the two exists, the next free name with a number is taken for both.
    """
    candidate, number = path, 2
    while True:
        with suppress(FileExistsError):
            log = _log_of(candidate).open("x", encoding="utf-8")
            try:
                candidate.open("xb").close()
            except OSError:
                log.close()
                _log_of(candidate).unlink()
                raise
            return candidate, log
        candidate = path.with_stem(f"{path.stem}-{number}")
        number += 1
