from __future__ import annotations

import json
import platform
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from emnist_device import hardware
from emnist_device.benchmark.machine import describe, revision, summary
from emnist_device.hardware import Throttling

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
    "proc/cpuinfo": "processor\t: 0\nFeatures\t: fp asimd asimddp\n",
    "proc/meminfo": "MemTotal:        8000000 kB\nMemAvailable:    1000000 kB\n",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/class/thermal/thermal_zone1/temp": "51500\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "ondemand\n",
}


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the files of a Raspberry Pi in place of the kernel's."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(hardware, "_ROOT", tmp_path)
    monkeypatch.setattr(hardware, "throttling", lambda: Throttling.parse("throttled=0x50000"))


def test_a_raspberry_pi_is_described(pi: None) -> None:
    facts = describe()
    assert facts["processor"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert facts["features"] == ["asimd", "asimddp"]
    assert facts["memory_mb"] == 8192
    assert (facts["governor"], facts["temperature"]) == ("ondemand", 51.5)
    assert facts["throttling"] == "under-voltage, throttling since the start"
    assert "numpy" in facts["packages"]
    first, second = summary(facts).splitlines()
    assert first.startswith("Raspberry Pi 5 Model B Rev 1.0, ")
    assert "governor ondemand, 52 °C, under-voltage, throttling since the start" in first
    assert platform.python_version() in second


def test_what_the_machine_does_not_show_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "_ROOT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # no vcgencmd
    facts = describe()
    for name in ("governor", "temperature", "throttling", "memory_mb"):
        assert facts[name] is None
    assert facts["features"] == []
    assert facts["processor"]
    assert summary(facts).count("\n") == 1


def test_the_description_names_neither_host_nor_path(pi: None, tmp_path: Path) -> None:
    facts = describe()
    assert facts.pop("system")  # such as Debian GNU/Linux
    text = json.dumps(facts)
    assert str(tmp_path) not in text
    assert "/" not in text
    assert socket.gethostname() not in text


def test_the_revision_is_that_of_the_checkout_alone(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert revision(tmp_path) is None
    git("init", "--quiet")
    assert revision(tmp_path) is None
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "--quiet", "--message=one")
    found = revision(tmp_path)
    assert found
    assert git("rev-parse", "HEAD").startswith(found)
    (tmp_path / "file").write_text("two")
    assert revision(tmp_path) == f"{found}-dirty"
    (tmp_path / "below").mkdir()
    assert revision(tmp_path / "below") is None
