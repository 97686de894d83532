"""Which of ``/dev/video*`` are cameras, asked of the kernel (Video4Linux2's VIDIOC_QUERYCAP)."""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

# linux/videodev2.h: the request, struct v4l2_capability, and two bits of its device_caps.
_QUERYCAP, _CAPABILITY = 0x80685600, "16s32s32sIII12x"
_VIDEO_CAPTURE, _STREAMING = 0x1, 0x04000000
# Drivers of a Raspberry Pi whose nodes give raw sensor data or recode: picamera2's business.
_NO_CAMERA = (
    "bcm2835-isp", "bcm2835-codec", "unicam", "rp1-cfe", "pispbe", "rpivid", "rpi-hevc-dec",
)  # fmt: skip


@dataclass(frozen=True)
class Device:
    """A camera that the kernel knows; ``denied`` where this user may not open it."""

    path: Path
    card: str
    denied: bool = False


def capture_devices(folder: Path = Path("/dev")) -> list[Device]:
    """Return the cameras in ``folder`` by number; those that cannot be asked count as cameras."""
    paths = [path for path in folder.glob("video*") if path.name[5:].isdigit()]
    found = (_ask(path) for path in sorted(paths, key=lambda path: int(path.name[5:])))
    return [device for device in found if device is not None]


def _ask(path: Path) -> Device | None:
    """Return the camera at ``path``, or None if it is none."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        return Device(path, "unknown", denied=True)
    except OSError:  # the driver is there, the device is gone
        return None
    try:
        answer = fcntl.ioctl(descriptor, _QUERYCAP, bytes(struct.calcsize(_CAPABILITY)))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return parse_capability(path, answer)


def parse_capability(path: Path, answer: bytes) -> Device | None:
    """Return the camera that a ``struct v4l2_capability`` tells of, or None if it is none."""
    driver, card, _, _, _, capabilities = struct.unpack(_CAPABILITY, answer)
    captures = capabilities & _VIDEO_CAPTURE and capabilities & _STREAMING
    if not captures or driver.rstrip(b"\0").decode("ascii", "replace") in _NO_CAMERA:
        return None
    return Device(path, card.rstrip(b"\0").decode("utf-8", "replace"))
