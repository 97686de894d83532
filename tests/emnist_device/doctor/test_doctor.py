from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device import hardware
from emnist_device.doctor import doctor, trial
from emnist_device.doctor.doctor import Finding, examine
from emnist_device.hardware import Throttling
from emnist_device.live.sources.v4l2 import Device
from emnist_edge.errors import EmnistEdgeError, ModelError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the tests of other things the processes, which take seconds."""

    def missing(_trial: str, *modules: str) -> None:
        raise RuntimeMissingError(f"{modules} is not installed", "run: pip", missing=True)

    monkeypatch.setattr(doctor, "attempt", missing)


def found(topic: str) -> list[Finding]:
    return [finding for finding in examine() if finding.topic == topic]


def test_this_machine_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "attempt", trial.attempt)
    monkeypatch.setattr(trial, "_patience", trial._Patience(600.0, 600.0))  # whatever runs beside
    findings = list(examine())
    assert [finding for finding in findings if finding.state == "fault"] == []
    topics = [finding.topic for finding in findings]
    for topic in ("machine", "processor", "memory", "opencv", "runtime", "models", "reading"):
        assert topic in topics
    (reading,) = (finding for finding in findings if finding.topic == "reading")
    assert reading.text.startswith("a drawn 'EDGE 47' is read in ")


def test_a_missing_runtime_is_a_fault_and_says_what_to_install() -> None:
    (finding,) = found("runtime")
    assert (finding.state, finding.advice) == ("fault", "pip install ai-edge-litert")
    (finding,) = found("mqtt")
    assert (finding.state, finding.advice) == ("note", "pip")
    (finding,) = found("pdf")
    assert (finding.state, finding.text) == ("note", "('pypdfium2',) is not installed")
    (finding,) = found("numpy")
    assert (finding.state, finding.advice) == ("fault", "pip")


def test_the_second_runtime_does_where_the_first_does_not_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def attempt(trial: str, *modules: str) -> str:
        if modules[0].startswith("ai_edge"):
            raise RuntimeMissingError("litert does not load", "reinstall")
        return "tflite-runtime 2.14.0"

    monkeypatch.setattr(doctor, "attempt", attempt)
    findings = [(finding.state, finding.text) for finding in found("runtime")]
    assert findings == [("note", "litert does not load"), ("ok", "tflite-runtime 2.14.0")]


def test_a_damaged_model_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_model(name: str) -> None:
        if name == "mlp-int8":
            raise ModelError("mlp-int8.tflite: its SHA-256 is not the one in mlp-int8.json")

    monkeypatch.setattr("emnist_edge.artifact.open_model", open_model)
    fault, rest = found("models")
    assert fault.state == "fault"
    assert "SHA-256" in fault.text
    assert "cnn-int8" in rest.text
    assert "mlp-int8" not in rest.text


def test_cameras_are_listed_with_what_keeps_them_from_working(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    devices = [Device(Path("/dev/video0"), "HD Webcam"), Device(Path("/dev/video1"), "?", True)]
    monkeypatch.setattr(doctor, "capture_devices", lambda: devices)
    monkeypatch.setattr(doctor, "attempt", lambda *_: ["imx708"])
    texts = [(finding.state, finding.text) for finding in found("camera")]
    assert texts == [
        ("ok", "picamera:0 (imx708)"),
        ("ok", "/dev/video0 (HD Webcam)"),
        ("note", "/dev/video1: permission denied"),
    ]


@pytest.mark.parametrize(
    ("board", "missing", "notes"),
    [
        ("Raspberry Pi 5", True, ["picamera2 is out of order", "none found"]),
        ("", True, ["none found"]),
        ("", False, ["picamera2 is out of order", "none found"]),
    ],
)
def test_picamera2_is_missed_on_a_pi_and_where_it_is_broken(
    board: str, missing: bool, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(trial: str, *modules: str) -> None:
        raise RuntimeMissingError("picamera2 is out of order", "mend it", missing=missing)

    monkeypatch.setattr(doctor, "capture_devices", list)
    monkeypatch.setattr(doctor, "attempt", fail)
    monkeypatch.setattr(hardware, "board", lambda: board)
    assert [(one.state, one.text) for one in found("camera")] == [("note", text) for text in notes]


@pytest.mark.parametrize(
    ("machine", "small", "text"),
    [
        ("aarch64", False, "64 bits, Python"),
        ("aarch64", True, "32 bits under a 64-bit kernel, Python"),
        ("armv7l", True, "32 bits, Python"),
    ],
)
def test_32_bits_are_told_also_under_a_64_bit_kernel(
    machine: str, small: bool, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("emnist_edge.packages.is_32_bit", lambda: small)
    monkeypatch.setattr(doctor, "is_32_bit", lambda: small)
    (finding,) = found("machine")
    assert text in finding.text
    assert (finding.state == "note") is small
    assert bool(finding.advice) is small


def test_what_a_trial_raises_or_does_not_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert trial.attempt("versions", "numpy") == [f"numpy {np.__version__}"]
    monkeypatch.setitem(trial.TRIALS, "sick", lambda: 1 / 0)
    assert trial._answer("sick", []) == {"error": "fails (ZeroDivisionError: division by zero)"}
    monkeypatch.setattr(trial, "_patience", trial._Patience(0.01, 0.001))
    for seconds in (r"0\.01", r"0\.001", r"0\.001"):
        with pytest.raises(EmnistEdgeError, match=rf"does not answer within {seconds} s"):
            trial.attempt("reading")


@pytest.mark.parametrize(
    ("code", "output", "said"),
    [
        (-11, b"loads numpy\n\nloads picamera2\n", "picamera2 is installed, but ends the process "),
        (
            -11,
            b"loads numpy\n",
            r"numpy is .* loads it \(SIGSEGV\); its files are damaged, or",
        ),
        (
            -4,
            b"loads cv2\n",
            r"OpenCV is .*\(SIGILL\); it was built for another processor; run",
        ),
        (7, b"noise\nloads cv2\n\xff", r"OpenCV is .* loads it \(exit 7\); run: pip"),
        (-6, b"loads nothing\n", r"the process that tries it ends early \(SIGABRT\)$"),
        (-9, b"", r"the process that tries it ends early \(SIGKILL\)$"),
    ],
)
def test_what_ends_the_process_of_a_trial_is_what_was_loaded_at_last(
    code: int, output: bytes, said: str
) -> None:
    assert re.match(said, str(trial._died(code, output)))


def test_what_hangs_is_what_was_loaded_at_last() -> None:
    error = trial._hangs(b"loads numpy\n\nloads cv2\n", 20.0)
    assert str(error).startswith("OpenCV is installed, but does not load within 20 s; run: pip")


@pytest.mark.parametrize(
    ("answer", "state", "text"),
    [
        ("throttled=0x0\n", "ok", "full speed since the start"),
        ("throttled=0x50000\n", "note", "under-voltage, throttling since the start"),
        ("throttled=0x50005\n", "note", "under-voltage, throttling now"),
        ("", "ok", "full speed since the start"),
    ],
)
def test_what_the_pi_says_of_its_power(
    answer: str, state: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "throttling", lambda: Throttling.parse(answer))
    (finding,) = found("power")
    assert (finding.state, finding.text) == (state, text)


def test_a_check_that_fails_is_a_fault_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def _sick() -> Iterator[Finding]:
        raise OSError("no such bus")

    def _well() -> Iterator[Finding]:
        yield Finding("well", "ok", "fine")

    checks: Any = (_sick, _well)
    monkeypatch.setattr(doctor, "_CHECKS", checks)
    sick, well = examine()
    assert (sick.topic, sick.state) == ("sick", "fault")
    assert "no such bus" in sick.text
    assert well.state == "ok"
