from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.image.limits import Limits
from emnist_device.processes import workers
from emnist_device.processes.process import Failure, Terms
from emnist_device.processes.workers import run
from emnist_edge.errors import EmnistEdgeError, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TERMS = Terms(Limits(seconds=20, pixels=10**6))


ORDERS: dict[str, Callable[[], Any]] = {
    "crash": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "hang": lambda: time.sleep(60),
    "hang in C": lambda: ctypes.PyDLL(None).sleep(60),  # other threads of Python do not run
    "hoard": lambda: len(np.ones(2**30)),
    "pid": os.getpid,
}


def make(folder: Path) -> Callable[[str], Any]:
    """Return a function that does what it is told."""

    def work(order: str) -> Any:
        if order in ORDERS:
            return ORDERS[order]()
        if order.startswith("killed"):  # by another, the first time
            (folder / f"{order} {os.getpid()}").touch()
            if order.endswith("always") or len(list(folder.glob(f"{order}*"))) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
        while order == "wait" and not (folder / "enough").exists():
            time.sleep(0.01)
        return order.upper()

    return work


def refuse() -> Callable[[str], str]:
    raise ModelError("no such model")


def hoard() -> Callable[[str], str]:
    np.ones(2**30)
    return str


def fail() -> Callable[[str], str]:
    raise KeyError("a fault")


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_with_their_index(tmp_path: Path, jobs: int) -> None:
    orders = [f"order {number}" for number in range(20)]
    results = dict(run(partial(make, tmp_path), orders, jobs, TERMS))
    assert results == {number: f"ORDER {number}" for number in range(20)}


def test_a_process_serves_many_items(tmp_path: Path) -> None:
    pids = [pid for _, pid in run(partial(make, tmp_path), ["pid"] * 8, 2, TERMS)]
    assert 1 <= len(set(pids)) <= 2
    assert os.getpid() not in pids
    for pid in set(pids):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_ends_its_process_costs_itself_alone(tmp_path: Path) -> None:
    orders = ["a", "crash", "b", "abort", "c", "exit", "d", "killed once", "killed always", "e"]
    results = dict(run(partial(make, tmp_path), orders, 2, TERMS))
    assert len(results) == len(orders)
    failures = {orders[i]: r.reason for i, r in results.items() if isinstance(r, Failure)}
    assert {order: results[i] for i, order in enumerate(orders) if order not in failures} == {
        order: order.upper() for order in ("a", "b", "c", "d", "e", "killed once")
    }
    causes = {"crash": "SIGSEGV", "abort": "SIGABRT", "exit": "exit 3", "killed always": "SIGKILL"}
    for order, cause in causes.items():
        assert f"ends the process that reads it ({cause})" in failures[order]


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    start = time.monotonic()
    terms = Terms(Limits(seconds=0.5))
    results = dict(run(partial(make, tmp_path), ["a", "hang", "b"], 1, terms))
    assert (results[0], results[2]) == ("A", "B")
    assert results[1] == Failure("took longer than 0.5 s; raise the limit: --limit seconds=S")
    assert time.monotonic() - start < 50  # the hanging one would take 60


def test_what_waits_for_an_earlier_item_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_AHEAD", 10)
    taken: list[int] = []

    def orders() -> Iterator[str]:
        for number in range(40):
            taken.append(number)
            yield "wait" if number == 3 else "a"

    done = []
    for index, _ in run(partial(make, tmp_path), orders(), 2, TERMS):
        done.append(index)
        if len(done) == 12:  # 0 to 2, and the nine that come after 3
            assert taken[-1] == 12
            (tmp_path / "enough").touch()
    assert sorted(done[:12]) == [0, 1, 2, *range(4, 13)]
    assert done[12] == 3
    assert sorted(done) == list(range(40))


def test_memory_is_bounded(tmp_path: Path) -> None:
    results = dict(run(partial(make, tmp_path), ["a", "hoard", "b"], 1, TERMS))
    assert (results[0], results[2]) == ("A", "B")
    assert isinstance(results[1], Failure)
    assert "(exit 1)" in results[1].reason  # by a MemoryError, not by a machine short of memory


def decode() -> Callable[[bytes], bool]:
    def opens(content: bytes) -> bool:
        try:
            return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) is not None
        except cv2.error:
            return False

    return opens


def test_opencv_has_the_limits_of_pictures_too() -> None:
    pictures = [
        cv2.imencode(".png", np.zeros(shape, np.uint8))[1].tobytes()
        for shape in ((1000, 1000), (1001, 1000), (1, 5000), (1, 5001), (5001, 1))
    ]
    terms = Terms(Limits(pixels=10**6, side=5000))
    assert dict(run(decode, pictures, 1, terms)) == dict(
        enumerate([True, False, True, False, False])
    )


def test_a_process_that_cannot_start() -> None:
    with pytest.raises(ModelError, match="no such model"):
        list(run(refuse, ["a"], 2, TERMS))
    with pytest.raises(EmnistEdgeError, match="does not start"):
        list(run(fail, ["a"], 2, TERMS))
    with pytest.raises(EmnistEdgeError, match="does not start"):
        list(run(hoard, ["a"], 1, TERMS))


def killed_at_first(folder: Path) -> Callable[[int], int]:
    if not (folder / "tried").exists():
        (folder / "tried").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return abs


def test_a_process_that_is_killed_as_it_starts_gets_another_chance(tmp_path: Path) -> None:
    assert dict(run(partial(killed_at_first, tmp_path), [-1, -2], 1, TERMS)) == {0: 1, 1: 2}


def test_a_process_that_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(EmnistEdgeError, match=r"cannot be started \(Resource.*fewer --jobs"):
        list(run(decode, [b""], 1, TERMS))


def test_modules_in_the_current_folder_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cv2", "numpy", "select", "emnist_device"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert dict(run(partial(make, tmp_path), ["a"], 1, TERMS)) == {0: "A"}
    assert not (tmp_path / "run").exists()


def test_nothing_to_do_starts_nothing() -> None:
    assert list(run(fail, [], 2, TERMS)) == []


@pytest.mark.parametrize("order", ["hang", "hang in C"])
def test_processes_end_with_a_caller_that_is_killed(tmp_path: Path, order: str) -> None:
    code = (
        "import sys; from functools import partial; from pathlib import Path\n"
        "from emnist_device.processes.workers import run\n"
        "from tests.emnist_device.processes.test_workers import *\n"
        "terms, items = Terms(Limits(seconds=1)), ['pid', sys.argv[2]]\n"
        "for _, pid in run(partial(make, Path(sys.argv[1])), items, 1, terms):\n"
        "    print(pid, flush=True)\n"
    )
    caller = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path, order],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert caller.stdout is not None
    with caller.stdout:
        pid = int(caller.stdout.readline())
        caller.kill()
        caller.wait()
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the worker goes on without its caller")
