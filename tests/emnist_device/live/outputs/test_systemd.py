from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from emnist_device.live.outputs.systemd import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """Where a service's words arrive."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        yield listener


def test_nothing_is_said_where_systemd_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier()
    notifier.ready()
    notifier.alive()
    notifier.stopping()


def test_the_watchdog_is_fed_as_often_as_it_must_be(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    notifier = Notifier()
    notifier.ready()
    for _ in range(50):
        notifier.alive()
    notifier.stopping()
    assert [systemd.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    systemd.close()
    notifier.stopping()


@pytest.mark.parametrize(
    ("variable", "value"), [("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", "soon"), ("WATCHDOG_USEC", "")]
)
def test_a_watchdog_that_is_not_ours_is_not_fed(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv(variable, value)
    notifier = Notifier()
    notifier.alive()
    notifier.stopping()
    assert systemd.recv(99) == b"STOPPING=1"


def test_the_command_says_that_it_is_ready_alive_and_stopping(
    systemd: socket.socket, video: Path
) -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "NOTIFY_SOCKET": systemd.getsockname(),
        "WATCHDOG_USEC": "400000",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "emnist_edge", "live", "--json", str(video)],
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    assert systemd.recv(99) == b"READY=1"
    assert [systemd.recv(99) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    words = b"WATCHDOG=1"
    while words == b"WATCHDOG=1":
        words = systemd.recv(99)
    assert words == b"STOPPING=1"
