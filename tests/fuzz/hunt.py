"""Cases by number -> faults in the fewest bytes, by processes that may crash, hang or grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.image.limits import Limits
from emnist_device.processes.process import Failure, Terms
from emnist_device.processes.workers import run
from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fuzz.targets import Target

#: What a case may use: seconds, and bytes that its process may allocate. The pixels are OpenCV's
#: own limit, as it is without ours.
TERMS = Terms(Limits(seconds=20, memory=2**30, pixels=2**30, side=2**20))
# A fault is reduced in at most so many rounds, trying so many inputs in each.
_ROUNDS, _BATCH = 60, 64


@dataclass(frozen=True)
class Verdict:
    """What became of a case: accepted, refused, or a fault; and the process's peak, in MiB."""

    accepted: bool
    fault: str | None
    memory: float


@dataclass
class Hunt:
    """What came of the cases of a target. faults: input -> what it did."""

    cases: int = 0
    accepted: int = 0
    refused: int = 0
    memory: float = 0.0
    faults: dict[bytes, str] = field(default_factory=dict)


def case(target: Target, seed: int, number: int) -> bytes:
    """Return the input of case ``number``, which is the same whenever it is made."""
    return mutate(_seeds(target), np.random.default_rng([seed, number]))


@cache
def _seeds(target: Target) -> list[bytes]:
    return target.seeds()


def hunt(
    name: str, cases: int, seed: int, jobs: int, targets: Mapping[str, Target] = TARGETS
) -> Hunt:
    """Try ``cases`` cases of the target ``name``; reduce the shortest of each kind of fault."""
    found = Hunt()
    target = targets[name]
    for number, verdict in run(partial(_by_number, target, seed), range(cases), jobs, TERMS):
        found.cases += 1
        fault = _fault(verdict)
        if fault is not None:
            found.faults[case(target, seed, number)] = fault
            continue
        found.accepted += verdict.accepted
        found.refused += not verdict.accepted
        found.memory = max(found.memory, verdict.memory)
    if not target.trusted:
        shortest = {_kind(found.faults[content]): content for content in _longest_first(found)}
        for content in shortest.values():
            fault = found.faults.pop(content)
            found.faults[reduce(target, content, fault)] = fault
    return found


def _longest_first(found: Hunt) -> list[bytes]:
    return sorted(found.faults, key=len, reverse=True)


def reduce(target: Target, content: bytes, fault: str) -> bytes:
    """Return ``content`` with all taken out that ``fault`` does not need."""
    size = len(content) // 2
    for _ in range(_ROUNDS):
        if not size:
            break
        starts = range(0, len(content), max(size, -(-len(content) // _BATCH)))
        smaller = [content[:start] + content[start + size :] for start in starts]
        verdicts = run(partial(_by_content, target), smaller, 1, TERMS)
        kept = next(
            (smaller[i] for i, verdict in verdicts if _kind(_fault(verdict)) == _kind(fault)), None
        )
        verdicts.close()
        if kept is None:
            size //= 2
        else:
            content, size = kept, min(size, len(kept))
    return content


def _fault(verdict: Verdict | Failure) -> str | None:
    return verdict.reason if isinstance(verdict, Failure) else verdict.fault


def _kind(fault: str | None) -> str | None:
    """Return the exception, or how the process ended, without what differs from case to case."""
    return fault and fault.partition(":")[0]


def _by_number(target: Target, seed: int) -> Callable[[int], Verdict]:
    return lambda number: judge(target, case(target, seed, number))


def _by_content(target: Target) -> Callable[[bytes], Verdict]:
    return lambda content: judge(target, content)


def judge(target: Target, content: bytes) -> Verdict:
    """Let ``target`` take ``content`` in this process."""
    accepted, fault = False, None
    try:
        accepted = target.accepts(content)
    except Exception as error:  # noqa: BLE001  # is what is looked for
        fault = f"{type(error).__name__}: {error}"
    return Verdict(accepted, fault, _peak())


def _peak() -> float:
    """Return the most memory that this process has held, in MiB.

    Not ru_maxrss, which starts at what the caller held when it started this process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
