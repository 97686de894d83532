"""Notifications to systemd: ready, alive, stopping (the protocol of sd_notify(3))."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

# Told alive so many times within the time that the watchdog waits.
_BEATS = 4


class Notifier:
    """Tells systemd the state of the service; does nothing where systemd did not start it."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        # A name that starts with @ is in the abstract namespace.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        # Where it is set, the watchdog is for the process of that number alone.
        mine = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = os.environ.get("WATCHDOG_USEC", "")
        self._period = int(microseconds) / 1e6 / _BEATS if mine and microseconds.isdecimal() else 0
        self._due = 0.0

    def ready(self) -> None:
        """Say that everything is open and frames are about to be read."""
        self._send(b"READY=1")

    def alive(self) -> None:
        """Feed the watchdog, as often as it asks for."""
        if self._period and time.monotonic() >= self._due:
            self._due = time.monotonic() + self._period
            self._send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the service is about to end."""
        self._send(b"STOPPING=1")

    def _send(self, word: bytes) -> None:
        if self._address:
            # If systemd does not listen, there is nobody to tell.
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.sendto(word, self._address)
