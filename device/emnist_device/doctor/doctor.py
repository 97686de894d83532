"""What works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from emnist_device import hardware
from emnist_device.doctor.trial import TEXT, attempt
from emnist_device.live.sources.v4l2 import capture_devices
from emnist_edge.errors import EmnistEdgeError, RuntimeMissingError
from emnist_edge.packages import PACKAGES, RUNTIMES, how_on_32_bits, is_32_bit, runtime_to_install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

State = Literal["ok", "note", "fault"]

_LOW_MEMORY_MB, _HOT = 250, 80.0
# What kernels of 64 bits call themselves, also to a system of 32 bits.
_OF_64_BITS = ("aarch64", "x86_64")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. advice: what to do, where there is something to do."""

    topic: str
    state: State
    text: str
    advice: str = ""

    def to_dict(self) -> dict[str, Any]:
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
    where = f"{hardware.board() or platform.machine()}, {hardware.system()}"
    python = f"Python {platform.python_version()}"
    if not is_32_bit():
        yield Finding("machine", "ok", f"{where}, 64 bits, {python}")
        return
    under = " under a 64-bit kernel" if platform.machine() in _OF_64_BITS else ""
    advice = how_on_32_bits()
    yield Finding("machine", "note", f"{where}, 32 bits{under}, {python}", advice)


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


def _numpy() -> Iterator[Finding]:
    yield from _tried("numpy", "numpy")


def _opencv() -> Iterator[Finding]:
    try:
        found = attempt("opencv", "cv2")
    except EmnistEdgeError as error:
        yield _fault("opencv", error)
        return
    text = f"{found['version']}; windows: {found['windows']}"
    if found["missing"]:
        missing = " and ".join(found["missing"])
        yield Finding("opencv", "note", f"{text}; without {missing}", PACKAGES["cv2"].how)
    else:
        yield Finding("opencv", "ok", f"{text}; V4L2 and FFmpeg")


def _runtime() -> Iterator[Finding]:
    """The first that works is used; what is wrong with a better one is a note then."""
    broken: list[Finding] = []
    for module in RUNTIMES:
        try:
            found = attempt("runtime", module)
        except EmnistEdgeError as error:
            if not (isinstance(error, RuntimeMissingError) and error.missing):
                broken.append(_fault("runtime", error))
            continue
        yield from (replace(finding, state="note") for finding in broken)
        yield Finding("runtime", "ok", found)
        return
    missing = RuntimeMissingError("no TFLite runtime is installed", runtime_to_install())
    yield from broken or [_fault("runtime", missing)]


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
    try:
        found = attempt("reading")
    except EmnistEdgeError as error:
        yield _fault("reading", error)
        return
    text = found["text"]
    if text == TEXT:
        yield Finding("reading", "ok", f"a drawn {text!r} is read in {found['ms']} ms")
    else:
        yield Finding("reading", "fault", f"a drawn {TEXT!r} is read as {text!r}")


def _cameras() -> Iterator[Finding]:
    models: list[str] = []
    try:
        models = attempt("picamera", "picamera2")
    except EmnistEdgeError as error:
        missing = isinstance(error, RuntimeMissingError) and error.missing
        if not missing or "Raspberry Pi" in hardware.board():
            yield replace(_fault("camera", error), state="note")
    for number, model in enumerate(models):
        yield Finding("camera", "ok", f"picamera:{number} ({model})")
    devices = capture_devices()
    for device in devices:
        if device.denied:
            advice = "sudo usermod -aG video $USER, and log in again"
            yield Finding("camera", "note", f"{device.path}: permission denied", advice)
        else:
            yield Finding("camera", "ok", f"{device.path} ({device.card})")
    if not models and not devices:
        advice = "plug one in, or read a video, a folder of pictures or a stream"
        yield Finding("camera", "note", "none found", advice)


def _extras() -> Iterator[Finding]:
    extras = {
        "serve": ("starlette.applications", "uvicorn"),
        "mqtt": ("paho.mqtt.enums", "paho.mqtt.client"),
        "pdf": ("pypdfium2",),
        "forms": ("yaml", "fpdf", "pypdfium2"),
        "forest": ("onnxruntime",),
    }
    for extra, modules in extras.items():
        for finding in _tried(extra, *modules):
            yield replace(finding, state="ok" if finding.state == "ok" else "note")


def _tried(topic: str, *modules: str) -> Iterator[Finding]:
    """Load ``modules``; what is not there is a fault."""
    try:
        yield Finding(topic, "ok", ", ".join(attempt("versions", *modules)))
    except EmnistEdgeError as error:
        yield _fault(topic, error)


def _fault(topic: str, error: EmnistEdgeError) -> Finding:
    if isinstance(error, RuntimeMissingError):
        return Finding(topic, "fault", error.text, error.advice.removeprefix("run: "))
    return Finding(topic, "fault", str(error))


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _machine,
    _processor,
    _memory,
    _temperature,
    _power,
    _numpy,
    _opencv,
    _runtime,
    _models,
    _reading,
    _cameras,
    _extras,
)
