from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device import doctor, hardware
from emnist_device.doctor import Finding, examine
from emnist_device.hardware import Throttling
from emnist_device.live.v4l2 import Device
from emnist_edge.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator


def found(topic: str) -> list[Finding]:
    return [finding for finding in examine() if finding.topic == topic]


def test_this_machine_can_read() -> None:
    findings = list(examine())
    assert [finding for finding in findings if finding.state == "fault"] == []
    topics = [finding.topic for finding in findings]
    for topic in ("machine", "processor", "memory", "opencv", "runtime", "models", "reading"):
        assert topic in topics
    (reading,) = (finding for finding in findings if finding.topic == "reading")
    assert reading.text.startswith("a drawn 'EDGE 47' is read in ")


def test_a_missing_runtime_is_a_fault_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name in {"ai-edge-litert", "tflite-runtime", "paho-mqtt"}:
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    (finding,) = found("runtime")
    assert (finding.state, finding.advice) == ("fault", "pip install ai-edge-litert")
    (finding,) = found("mqtt")
    assert (finding.state, finding.advice) == ("note", "pip install 'emnist-edge[mqtt]'")


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
    monkeypatch.setattr("emnist_device.live.v4l2.capture_devices", lambda: devices)
    monkeypatch.setattr("emnist_device.live.picamera.picamera_models", lambda: ["imx708"])
    monkeypatch.setattr(hardware, "board", lambda: "Raspberry Pi 5")
    texts = [(finding.state, finding.text) for finding in found("camera")]
    assert texts == [
        ("ok", "picamera:0 (imx708)"),
        ("ok", "/dev/video0 (HD Webcam)"),
        ("note", "/dev/video1: permission denied"),
        ("note", "picamera2 is not there"),
    ]


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
