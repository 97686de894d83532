from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

from train.common import memory

# Prints how many pages were mapped anew for the same 64 megabytes, taken and given back 20 times.
_FAULTS = """
import resource, sys
from train.common.memory import keep_memory
kept = keep_memory() if sys.argv[1] == "keep" else False
faults = []
for _ in range(21):
    held = bytearray(64 * 2**20)
    del held
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(int(kept), faults[-1] - faults[0])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_memory_is_mapped_once() -> None:
    def faults(how: str) -> tuple[bool, int]:
        done = subprocess.run(
            [sys.executable, "-c", _FAULTS, how], capture_output=True, text=True, check=True
        )
        kept, count = done.stdout.split()
        return kept == "1", int(count)

    kept, few = faults("keep")
    assert kept
    _, many = faults("leave")
    assert few < many / 10


def test_other_systems_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.keep_memory()


def test_other_c_libraries_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not memory.keep_memory()
