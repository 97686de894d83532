"""USB cameras, video files and network streams, all through OpenCV."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.quiet import OPENCV_SILENT, set_opencv_level
from emnist_edge.errors import SourceError, shown
from emnist_edge.masking import ESCAPES, ends_unclear, masked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.live.sources.source import Wish

# FFmpeg and OpenCV print what goes wrong inside; whoever reads the frames says it in a line. FFmpeg
# takes its level from the environment when it is first used.
if not os.environ.get("EMNIST_EDGE_DEBUG"):
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    set_opencv_level(OPENCV_SILENT)

# A stream that sends nothing for so long has stalled. Milliseconds.
_OPEN_TIMEOUT, _READ_TIMEOUT = 10_000, 5_000
# What a file is played at if it does not say, or says nonsense.
_USUAL_RATE, _MOST_RATE = 25.0, 240.0


class _Capture:
    """What the three have in common: one ``cv2.VideoCapture``."""

    file = None

    def __init__(self, name: str) -> None:
        self.name = name
        self._capture: cv2.VideoCapture | None = None

    def _open(self, target: str, backend: int, options: Sequence[int] = ()) -> cv2.VideoCapture:
        """Open ``target``; raises :class:`SourceError` without a reason: OpenCV gives none."""
        self.close()
        capture = cv2.VideoCapture(target, backend, list(options))
        if not capture.isOpened():
            capture.release()
            raise SourceError(self.name)
        self._capture = capture
        return capture

    def _grab(self) -> NDArray[np.uint8] | None:
        """Return the next frame, or None where there is none."""
        if self._capture is None:
            return None
        try:
            done, picture = self._capture.read()
        except cv2.error:
            return None
        return np.asarray(picture, np.uint8) if done and picture is not None else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height that the frames are announced to have; 0 where that is not known."""
        if self._capture is None:
            return 0, 0
        return (
            int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )

    def close(self) -> None:
        """Let go of the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class Camera(_Capture):
    """A camera of Video4Linux: USB, or whatever else has a device file."""

    endless, rate = True, None

    def __init__(self, path: Path, wish: Wish) -> None:
        super().__init__(shown(path))
        self._path, self._wish = path, wish

    def open(self) -> None:
        """Open the device and ask for size and rate."""
        if not self._path.exists():
            raise SourceError(f"{self.name}: no such camera; is it plugged in?")
        if not os.access(self._path, os.R_OK | os.W_OK):
            raise SourceError(
                f"{self.name}: permission denied; run: sudo usermod -aG video $USER, "
                "and log in again"
            )
        try:
            # A link may lead to another number once the camera was plugged in again.
            capture = self._open(str(self._path.resolve()), cv2.CAP_V4L2)
        except SourceError:
            raise SourceError(
                f"{self.name}: cannot be opened as a camera; does another program use it?"
            ) from None
        width, height = self._wish.size
        if width * height > 640 * 480:  # raw frames of this size do not fit through USB 2
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_FPS, self._wish.rate)

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame; raises :class:`SourceError` where none comes."""
        picture = self._grab()
        if picture is None:
            raise SourceError(f"{self.name}: gives no frames; was it unplugged?")
        return picture


class Stream(_Capture):
    """A stream of the network: MJPEG or anything else over HTTP, RTSP, RTMP."""

    endless, rate = True, None

    def __init__(self, url: str) -> None:
        super().__init__(masked(url))
        self._url = url

    def open(self) -> None:
        """Connect."""
        options = (
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_TIMEOUT,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_TIMEOUT,
        )  # fmt: skip
        try:
            self._open(self._url, cv2.CAP_FFMPEG, options)
        except SourceError:
            advice = f" ({ESCAPES})" if ends_unclear(self._url) else ""
            raise SourceError(
                f"{self.name}: no stream; is the address right{advice}, and is it being sent?"
            ) from None

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame; raises :class:`SourceError` where none comes."""
        picture = self._grab()
        if picture is None:
            raise SourceError(f"{self.name}: the stream has ended or stalled")
        return picture


class Video(_Capture):
    """A video file, played at its own rate."""

    endless = False

    def __init__(self, path: Path) -> None:
        super().__init__(masked(str(path)))  # it may be an address without its rtsp://
        self._path = path
        self.rate: float | None = _USUAL_RATE

    def open(self) -> None:
        """Open the file and see what rate it has."""
        try:
            with self._path.open("rb") as file:
                empty = not file.read(1)
        except FileNotFoundError:
            advice = "; pictures are a folder, or page-%03d.png" if "*" in self.name else ""
            raise SourceError(
                f"{self.name}: no such file, and no other source either{advice}"
            ) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SourceError(f"{self.name}: cannot be read ({reason})") from error
        if empty:
            raise SourceError(f"{self.name}: is empty")
        try:
            capture = self._open(str(self._path), cv2.CAP_FFMPEG)
        except SourceError:
            raise SourceError(
                f"{self.name}: is not a video that can be read; use MP4, MKV or AVI"
            ) from None
        rate = capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 0 < rate <= _MOST_RATE else _USUAL_RATE

    def read(self) -> NDArray[np.uint8] | None:
        """Return the next frame; None at the end."""
        return self._grab()
