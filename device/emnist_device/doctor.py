"""What works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import importlib.util
import os
import platform
import struct
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from emnist_device import hardware
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

State = Literal["ok", "note", "fault"]

_LOW_MEMORY_MB, _HOT = 250, 80.0
_REINSTALL = "pip install --force-reinstall emnist-edge"
_TEST_TEXT = "EDGE 47"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. advice: what to do, where there is something to do."""

    topic: str
    state: State
    text: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def examine() -> Iterator[Finding]:
    """Look at everything; a check that fails itself is a fault and not the end."""
    for check in _CHECKS:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001  # a sick machine is what this is for
            topic = check.__name__.strip("_")
            yield Finding(topic, "fault", f"cannot be looked at ({type(error).__name__}: {error})")


def _machine() -> Iterator[Finding]:
    bits = 8 * struct.calcsize("P")
    where = f"{hardware.board() or platform.machine()}, {hardware.system()}"
    text = f"{where}, {bits} bits, Python {platform.python_version()}"
    if bits == 32:
        yield Finding("machine", "note", text, "a 64-bit system has wheels for everything")
    else:
        yield Finding("machine", "ok", text)


def _processor() -> Iterator[Finding]:
    fast = ", ".join(hardware.vector_features()) or "no vectors"
    yield Finding("processor", "ok", f"{os.cpu_count()} cores; {fast}")


def _memory() -> Iterator[Finding]:
    free = hardware.memory_mb("MemAvailable")
    if free is not None:
        low = free < _LOW_MEMORY_MB
        advice = "close other programs; reading takes about 100 MB" if low else ""
        yield Finding("memory", "note" if low else "ok", f"{free} MB free", advice)


def _temperature() -> Iterator[Finding]:
    degrees = hardware.temperature()
    if degrees is not None:
        hot = degrees >= _HOT
        advice = "from here on a Raspberry Pi slows down: cool it" if hot else ""
        yield Finding("temperature", "note" if hot else "ok", f"{degrees:.0f} °C", advice)


def _power() -> Iterator[Finding]:
    found = hardware.throttling()
    if found is not None:
        full = not found.now and not found.before
        advice = "" if full else "use the official power supply, and cool the processor"
        yield Finding("power", "ok" if full else "note", str(found), advice)


def _opencv() -> Iterator[Finding]:
    import cv2

    registry = cv2.videoio_registry
    backends = {registry.getBackendName(backend) for backend in registry.getBackends()}
    windows = next(
        line.split(":", 1)[1].strip()
        for line in cv2.getBuildInformation().splitlines()
        if line.strip().startswith("GUI:")
    )
    text = f"{cv2.__version__}; windows: {windows}"
    missing = [name for name in ("V4L2", "FFMPEG") if name not in backends]
    if missing:
        advice = "pip install opencv-python-headless"
        yield Finding("opencv", "note", f"{text}; without {' and '.join(missing)}", advice)
    else:
        yield Finding("opencv", "ok", f"{text}; V4L2 and FFmpeg")


def _runtime() -> Iterator[Finding]:
    for name in ("ai-edge-litert", "tflite-runtime"):
        version = hardware.version(name)
        if version is not None:
            yield Finding("runtime", "ok", f"{name} {version}")
            return
    yield Finding("runtime", "fault", "no TFLite runtime", "pip install ai-edge-litert")


def _models() -> Iterator[Finding]:
    from emnist_edge.artifact import PAGE_MODEL, installed, open_model

    names = [*(artifact.name for artifact in installed()), PAGE_MODEL]
    whole = []
    for name in names:
        try:
            open_model(name)
            whole.append(name)
        except EmnistEdgeError as error:
            yield Finding(
                "models", "fault", str(error), "pip install --force-reinstall emnist-edge"
            )
    if whole:
        yield Finding("models", "ok", f"{', '.join(whole)}; their hashes are right")


def _reading() -> Iterator[Finding]:
    from emnist_device.reader import Reader
    from emnist_edge.drawing import draw_page

    picture = draw_page(_TEST_TEXT, size=(640, 480), height=60, seed=7).picture
    try:
        reader = Reader()
    except EmnistEdgeError as error:
        yield Finding("reading", "fault", str(error))
        return
    reader.read(picture)
    start = time.perf_counter()
    text = reader.read(picture).text
    took = 1000 * (time.perf_counter() - start)
    if text == _TEST_TEXT:
        yield Finding("reading", "ok", f"a drawn {text!r} is read in {took:.0f} ms")
    else:
        yield Finding("reading", "fault", f"a drawn {_TEST_TEXT!r} is read as {text!r}")


def _cameras() -> Iterator[Finding]:
    from emnist_device.live.picamera import INSTALL, picamera_models
    from emnist_device.live.v4l2 import capture_devices

    models, devices = picamera_models(), capture_devices()
    for number, model in enumerate(models):
        yield Finding("camera", "ok", f"picamera:{number} ({model})")
    for device in devices:
        if device.denied:
            advice = "sudo usermod -aG video $USER, and log in again"
            yield Finding("camera", "note", f"{device.path}: permission denied", advice)
        else:
            yield Finding("camera", "ok", f"{device.path} ({device.card})")
    on_pi = "Raspberry Pi" in hardware.board()
    if on_pi and importlib.util.find_spec("picamera2") is None:
        yield Finding("camera", "note", "picamera2 is not there", INSTALL)
    if not models and not devices:
        advice = "plug one in, or read a video, a folder of pictures or a stream"
        yield Finding("camera", "note", "none found", advice)


def _extras() -> Iterator[Finding]:
    extras = {"serve": ("starlette", "uvicorn"), "mqtt": ("paho-mqtt",), "forest": ("onnxruntime",)}
    for extra, packages in extras.items():
        versions = [f"{name} {version}" for name in packages if (version := hardware.version(name))]
        if len(versions) == len(packages):
            yield Finding(extra, "ok", ", ".join(versions))
        else:
            yield Finding(extra, "note", "not there", f"pip install 'emnist-edge[{extra}]'")


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _machine,
    _processor,
    _memory,
    _temperature,
    _power,
    _opencv,
    _runtime,
    _models,
    _reading,
    _cameras,
    _extras,
)
