"""The machine as Linux shows it in /proc and /sys, and a Raspberry Pi through ``vcgencmd``.

What is not shown is None or empty: containers, virtual machines and other systems hide much.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Where the kernel's files are, for tests to put others there.
_ROOT = Path("/")
# Instructions that make integer networks fast, as /proc/cpuinfo calls them.
_FEATURES = ("asimd", "asimddp", "i8mm", "neon", "avx2", "avx_vnni", "avx512_vnni", "amx_int8")
# Bits of `vcgencmd get_throttled`: now, and 16 higher, since the start.
_THROTTLING = ("under-voltage", "a capped clock", "throttling", "the soft temperature limit")


@dataclass(frozen=True)
class Throttling:
    """What slows a Raspberry Pi down now, and what has since it was started."""

    now: tuple[str, ...]
    before: tuple[str, ...]

    @classmethod
    def parse(cls, answer: str) -> Throttling:
        """Return what ``throttled=0x50005``, the answer of vcgencmd, means."""
        bits = int(answer.strip().partition("=")[2] or "0", 16)
        now, before = (
            tuple(name for n, name in enumerate(_THROTTLING) if bits >> (first + n) & 1)
            for first in (0, 16)
        )
        return cls(now, before)

    def __str__(self) -> str:
        if not self.now and not self.before:
            return "full speed since the start"
        return f"{', '.join(self.now or self.before)} {'now' if self.now else 'since the start'}"


def board() -> str:
    """Return the name of the board, such as "Raspberry Pi 5 Model B Rev 1.0"; empty elsewhere."""
    return text("proc/device-tree/model").strip("\0\n")


def processor() -> str:
    """Return the name of the board or the processor, else the architecture."""
    names = [
        line.partition(":")[2].strip()
        for line in text("proc/cpuinfo").splitlines()
        if line.startswith("model name")
    ]
    return board() or next(iter(names), "") or platform.processor() or platform.machine()


def vector_features() -> list[str]:
    """Return those of the processor's instructions that make integer networks fast."""
    found: set[str] = set()
    for line in text("proc/cpuinfo").splitlines():
        if line.partition(":")[0].strip() in {"flags", "Features"}:
            found.update(line.partition(":")[2].split())
    return [feature for feature in _FEATURES if feature in found]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def memory_mb(field: str) -> int | None:
    """Return a field of /proc/meminfo, ``MemTotal`` or ``MemAvailable``, in MB of 1e6 bytes."""
    for line in text("proc/meminfo").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 // 10**6
    return None


def governors() -> list[str]:
    """Return the frequency governors that cores have, such as "performance", each once."""
    files = (_ROOT / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor")
    return sorted({name for file in files if (name := text(file).strip())})


def temperature() -> float | None:
    """Return the temperature of the hottest zone, in °C."""
    zones = (_ROOT / "sys/class/thermal").glob("thermal_zone*/temp")
    degrees = [int(value) / 1000 for zone in zones if (value := text(zone).strip()).isdigit()]
    return max(degrees, default=None)


def throttling() -> Throttling | None:
    """Return what ``vcgencmd`` says; None where there is none: on anything but a Raspberry Pi."""
    vcgencmd = shutil.which("vcgencmd")
    if vcgencmd is None:
        return None
    answer = subprocess.run(  # noqa: S603  # the Pi's own tool
        [vcgencmd, "get_throttled"], capture_output=True, text=True, check=False, timeout=5
    )
    return Throttling.parse(answer.stdout)


def system() -> str:
    """Return the name of the operating system."""
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        return platform.system()


def version(package: str) -> str | None:
    """Return the version of a package that is installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def text(path: str | Path) -> str:
    """Return the content of a file of the kernel's, empty where there is none."""
    try:
        return (_ROOT / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
