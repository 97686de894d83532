"""Where frames come from: what a user names -> a source that opens, reads and closes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.live.sources.lens import Lens
from emnist_device.live.sources.source import Source, Wish, WishError
from emnist_edge.errors import RuntimeMissingError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable


_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SEQUENCE = re.compile(r"%0?\d*d")
# What lies in /dev and is no device.
_NO_DEVICES = {"shm", "fd", "stdin", "mqueue", "hugepages"}


def make_source(
    name: str,
    wish: Wish,
    limits: Limits = DEFAULTS,
    report: Callable[[str], None] = lambda _message: None,
) -> Source:
    """Return the source that ``name`` stands for, not yet opened.

    ``auto`` is the first camera there is; ``picamera`` the Raspberry Pi's own, ``picamera:1`` the
    second of them; a number, ``/dev/video0`` or a link to it a USB camera; anything with ``://`` a
    stream; a folder or a pattern such as ``page-%03d.png`` pictures in order, each of which may
    cost what ``limits`` allow; else it is a video file.

    ``report`` is told why a camera that may be there was passed over. Raises :class:`SourceError`
    where there is no such thing, and :class:`WishError` where something is asked of it that it
    cannot do.
    """
    from emnist_device.live.sources.picamera import Picamera

    source = _make(name, wish, limits, report)
    if wish.lens != Lens() and not isinstance(source, Picamera):
        raise WishError(
            f"{source.name}: --focus, --exposure, --gain and --zoom are for the Raspberry Pi's own "
            "camera (picamera); those of a USB camera are set with v4l2-ctl"
        )
    return source


def _make(name: str, wish: Wish, limits: Limits, report: Callable[[str], None]) -> Source:
    """Return the source that ``name`` stands for."""
    if name == "auto":
        return _first_camera(wish, report)
    kind, _, number = name.partition(":")
    if kind == "picamera" and (_is_number(number) or name == kind):
        from emnist_device.live.sources.picamera import Picamera

        return Picamera(int(number or 0), wish)
    device = f"/dev/video{name}" if _is_number(name) else name
    if _is_device(device):
        from emnist_device.live.sources.video import Camera

        return Camera(Path(device), wish)
    if _URL.match(name):
        from emnist_device.live.sources.video import Stream

        return Stream(name)
    path = Path(name)
    if path.is_dir() or _SEQUENCE.search(path.name):
        from emnist_device.live.sources.sequence import Sequence

        return Sequence(path, wish.rate, limits)
    from emnist_device.live.sources.video import Video

    return Video(path)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _is_device(name: str) -> bool:
    """Say whether ``name`` is a device file, or a link to one, there or not."""
    try:
        parts = Path(name).resolve().parts
    except (OSError, RuntimeError, ValueError):  # links in a circle, a null byte
        return False
    return parts[1:2] == ("dev",) and len(parts) > 2 and parts[2] not in _NO_DEVICES


def _first_camera(wish: Wish, report: Callable[[str], None]) -> Source:
    """Return the Pi's own camera where there is one, else the first USB camera."""
    from emnist_device.live.sources.picamera import Picamera, picamera_models
    from emnist_device.live.sources.v4l2 import capture_devices
    from emnist_device.live.sources.video import Camera

    try:
        if picamera_models():
            return Picamera(0, wish)
    except RuntimeMissingError as error:
        if not error.missing:
            report(f"no picamera: {error}")
    except Exception as error:  # noqa: BLE001  # whatever libcamera raises, a USB camera may do
        report(f"no picamera: it cannot be asked for cameras ({type(error).__name__}: {error})")
    devices = capture_devices()
    if not devices:
        raise SourceError(
            "no camera found; plug one in, or name a video, a folder of pictures or a stream "
            "(emnist-edge doctor says what this machine has)"
        )
    return Camera(devices[0].path, wish)
