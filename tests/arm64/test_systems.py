from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from emnist_edge.errors import EmnistEdgeError
from tests.arm64 import debian
from tests.arm64.__main__ import show
from tests.arm64.debian import Apt, run
from tests.arm64.systems import SYSTEMS
from tests.minimum.bounds import ROOT


def names(system: str) -> set[str]:
    lines = SYSTEMS[system].requirements()
    return {line.partition("<")[0].partition(">")[0].partition("[")[0] for line in lines}


def test_wheels_are_those_that_the_markers_leave() -> None:
    assert names("trixie-arm64") >= {"numpy", "opencv-python-headless", "ai-edge-litert", "click"}
    assert "tflite-runtime" not in names("trixie-arm64")
    small = names("bookworm-armhf")
    assert {"tflite-runtime", "click"} <= small
    assert not small & {"numpy", "opencv-python-headless", "ai-edge-litert", "onnxruntime"}
    newer = replace(SYSTEMS["bookworm-armhf"], python="3.13")
    assert not any("tflite" in line for line in newer.requirements())


def test_the_guide_and_the_systems_agree() -> None:
    guide = (ROOT / "device/README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", guide, re.MULTILINE)) == set(SYSTEMS)
    pins = SYSTEMS["bookworm-arm64"].pins
    assert pins  # what picamera2 wants
    assert set(pins) <= set(SYSTEMS["bookworm-arm64"].requirements())
    assert all(f"'{pin}'" in guide for pin in pins)


def test_the_emulated_python_sees_its_own_libraries_alone(tmp_path: Path) -> None:
    system = SYSTEMS["bookworm-armhf"]
    blas = tmp_path / system.name / "root/usr/lib/arm-linux-gnueabihf/blas"
    blas.mkdir(parents=True)
    command, environment = system.command(tmp_path, Path("/opt/qemu"), "-m", "pytest")
    assert command[:3] == ["/opt/qemu/qemu-arm", "-cpu", "cortex-a7"]
    assert command[-3].endswith("root/usr/bin/python3.11")
    assert environment["LD_LIBRARY_PATH"] == str(blas)
    assert str(tmp_path / system.name / "site") in environment["PYTHONPATH"]
    assert "PATH" not in environment


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmnistEdgeError, match=r"^false failed: it does not say why$"):
        run(["false"], "false")
    with pytest.raises(EmnistEdgeError, match=r"^sh failed: no network$"):
        run(["sh", "-c", "echo no network >&2; exit 3"], "sh")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmnistEdgeError, match="needs Debian or Ubuntu"):
        Apt(tmp_path, "trixie", "arm64")
    monkeypatch.setattr(debian, "_TOOLS", ())
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "none.gpg")
    with pytest.raises(EmnistEdgeError, match="apt install debian-archive-keyring"):
        Apt(tmp_path, "trixie", "arm64")


@pytest.mark.parametrize(
    ("same", "apart", "read", "good"),
    [(9, 0.0, True, True), (8, 0.02, True, True), (8, 0.2, True, False), (9, 0.0, False, False)],
)
def test_another_class_or_text_is_a_failure(
    same: int, apart: float, read: bool, good: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    report = {
        "machine": {"python": "3.13.5", "architecture": "aarch64", "packages": {"numpy": "2.5.5"}},
        "models": {
            "cnn-int8": {"same": same, "apart": apart, "largest": 0.004, "p50_ms": 3.0},
            "forest-edge": {"missing": "no ONNX runtime is installed"},
        },
        "samples": {"note.jpg": read},
        "stages": [{"stage": "segment", "median_ms": 700.0}],
    }
    assert show(report, 9) is good
    said = capsys.readouterr().out
    assert f"same class as on this machine for {same} of 9" in said
    assert (f"others within {apart:.2g}" in said) is (same < 9)
    assert "forest-edge: not there" in said
    assert ("not note.jpg" in said) is not read
