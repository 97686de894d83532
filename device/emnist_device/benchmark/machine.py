"""What was measured on: the machine, its state, and the versions of all that runs on it.

No host name, no path and no address: the description is meant to be published.
"""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import cv2

import emnist_edge
from emnist_device import hardware

# Packages whose versions change what is measured.
_PACKAGES = (
    "numpy", "opencv-python-headless", "opencv-python", "ai-edge-litert", "tflite-runtime",
    "onnxruntime",
)  # fmt: skip


def describe() -> dict[str, Any]:
    """Return plain values for JSON; None for what the machine does not show.

    processor: name of board or processor. cores: that this process may use. features: instructions
    that make integer networks fast. memory_mb: of 1e6 bytes. governor: of the frequency.
    temperature: in °C, of the hottest zone. throttling: what a Raspberry Pi says of its power.
    load: processes that ran or waited in the last minute, on average; about 0 on a machine that is
    free to measure. revision: of git, with "-dirty" where files were changed; None outside a
    checkout.
    """
    throttling = hardware.throttling()
    versions = {name: hardware.version(name) for name in _PACKAGES}
    if not any(name.startswith("opencv") and version for name, version in versions.items()):
        versions["opencv"] = cv2.__version__  # the distribution's does not say that it is installed
    return {
        "processor": hardware.processor(),
        "cores": hardware.cores(),
        "features": hardware.vector_features(),
        "memory_mb": hardware.memory_mb("MemTotal"),
        "governor": ", ".join(hardware.governors()) or None,
        "temperature": hardware.temperature(),
        "throttling": None if throttling is None else str(throttling),
        "load": round(os.getloadavg()[0], 2),
        "system": hardware.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "emnist_edge": emnist_edge.__version__,
        "packages": {name: version for name, version in versions.items() if version is not None},
        "revision": revision(Path(emnist_edge.__file__).parents[1]),
    }


def summary(facts: dict[str, Any] | None = None) -> str:
    """Return what :func:`describe` says in two lines."""
    facts = describe() if facts is None else facts
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    state = [f"load {facts['load']:.1f}"]
    if facts["governor"] is not None:
        state.append(f"governor {facts['governor']}")
    if facts["temperature"] is not None:
        state.append(f"{facts['temperature']:.0f} °C")
    if facts["throttling"] is not None:
        state.append(facts["throttling"])
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['system']} "
        f"{facts['architecture']}, {', '.join(state)}\n"
        f"emnist-edge {facts['emnist_edge']}, Python {facts['python']}, {packages}"
    )


def revision(folder: Path) -> str | None:
    """Return the git revision of the checkout ``folder``; None where it is none."""
    if not (folder / ".git").exists():
        return None
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
