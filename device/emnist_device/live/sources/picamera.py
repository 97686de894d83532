"""The Raspberry Pi's own camera, through picamera2, which the system brings and pip does not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.live.sources.source import WishError
from emnist_edge.errors import RuntimeMissingError, SourceError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.live.sources.source import Wish

# A camera that gives nothing for so long has stalled, beside the time of exposure. Seconds.
_TIMEOUT = 5.0
# Formats whose rows of brightness come first, one byte a pixel.
_PLANAR = {"YUV420", "YVU420", "NV12", "NV21"}


class Picamera:
    """Grey frames: the brightness plane of the low-resolution YUV stream, without a conversion."""

    endless, rate, file = True, None, None

    def __init__(self, number: int, wish: Wish) -> None:
        self.name = f"picamera:{number}"
        self._number, self._wish = number, wish
        self._camera: Any = None  # picamera2 has no types
        self._size = wish.size
        self._timeout = _TIMEOUT + (wish.lens.exposure or 0) / 1000

    def open(self) -> None:
        """Configure the camera and start it."""
        try:
            picamera2 = load_module("picamera2")
        except RuntimeMissingError as error:
            raise SourceError(f"{self.name}: {error}") from error
        try:
            camera = picamera2.Picamera2(self._number)
        except (RuntimeError, IndexError) as error:  # none there, or another program has it
            raise SourceError(
                f"{self.name}: no such camera, or another program uses it ({error}); "
                "rpicam-hello --list-cameras shows what is there"
            ) from error
        try:
            self._configure(camera)
            camera.start()
        except Exception as error:  # whatever libcamera says, the camera is let go
            _let_go(camera)
            if isinstance(error, SourceError):
                raise
            raise SourceError(f"{self.name}: cannot be started ({error})") from error
        self._camera = camera

    def _configure(self, camera: Any) -> None:
        """Set the stream and the optics; the size that the hardware makes of the wish is noted."""
        lens = self._wish.lens
        camera.configure(
            camera.create_video_configuration(
                main={"size": self._wish.size},
                lores={"size": self._wish.size, "format": "YUV420"},
                controls={"FrameRate": lens.rate(self._wish.rate)},
                queue=False,  # the next frame, not one that waited
            )
        )
        stream = camera.camera_configuration()["lores"]
        if stream["format"] not in _PLANAR:
            raise SourceError(f"{self.name}: gives {stream['format']} in place of YUV420")
        self._size = stream["size"]
        try:
            controls = lens.controls(camera.camera_controls)
        except ValueError as error:
            raise WishError(f"{self.name}: {error}") from error
        camera.set_controls(controls)

    def read(self) -> NDArray[np.uint8]:
        """Return the next frame, (H, W) uint8; raises :class:`SourceError` where none comes."""
        width, height = self._size
        try:
            job = self._camera.capture_array("lores", wait=False)
            planes = self._camera.wait(job, timeout=self._timeout)
        except TimeoutError as error:
            raise SourceError(f"{self.name}: gives no frames; check its cable") from error
        except RuntimeError as error:
            raise SourceError(f"{self.name}: has failed ({error})") from error
        # Y above U and V; rows are as long as the hardware likes them. The buffer is reused.
        return np.ascontiguousarray(planes[:height, :width], np.uint8)

    def close(self) -> None:
        """Stop the camera and let go of it."""
        camera, self._camera = self._camera, None
        if camera is not None:
            _let_go(camera)


def _let_go(camera: Any) -> None:
    """Stop and close ``camera``; one that has failed fails in this as well."""
    for step in (camera.stop, camera.close):
        with suppress(Exception):
            step()


def picamera_models() -> list[str]:
    """Return the models of the Pi's own cameras.

    Raises :class:`RuntimeMissingError` where picamera2 is not installed or does not load.
    """
    picamera2 = load_module("picamera2")
    # libcamera lists USB cameras too; those are opened by their device files.
    return [
        str(camera.get("Model", "unknown"))
        for camera in picamera2.Picamera2.global_camera_info()
        if "/usb" not in str(camera.get("Id", ""))
    ]
