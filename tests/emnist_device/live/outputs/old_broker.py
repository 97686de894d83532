"""An MQTT broker that knows 3.1.1 alone, as far as a publisher needs one (OASIS mqtt-v3.1.1)."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

# Packets by the upper four bits of their first byte.
CONNECT, PUBLISH, PUBREL, PINGREQ, DISCONNECT = 1, 3, 6, 12, 14
#: How a client of MQTT 5.0 is turned away: as 3.1.1 says, as 5.0 says, or without a word.
Manner = Literal["3.1.1", "5.0", "silent"]
_REFUSALS: dict[Manner, bytes] = {
    "3.1.1": b"\x20\x02\x00\x01",
    "5.0": b"\x20\x03\x00\x84\x00",
    "silent": b"",
}


class OldBroker:
    """Serves one connection after the other on loopback, in a thread.

    refuses: versions that are turned away. drops: connections that end after the first text, before
    it is acknowledged. arrived: (topic, payload, kept) of what was published.
    """

    def __init__(self, manner: Manner, refuses: tuple[int, ...] = (5,), drops: int = 0) -> None:
        self.arrived: list[tuple[str, str, bool]] = []
        self.versions: list[int] = []
        self._manner, self._refuses, self._drops = manner, refuses, drops
        self._changed = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, question: Callable[[OldBroker], bool]) -> None:
        """Wait until ``question`` about this broker is answered with yes."""
        with self._changed:
            assert self._changed.wait_for(lambda: question(self), 30), self.arrived

    def stop(self) -> None:
        """Serve nobody any more."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(10)

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream, suppress(OSError):
                connection.settimeout(30)
                while (packet := _packet(stream.read)) and self._answer(connection, *packet):
                    pass

    def _answer(self, connection: socket.socket, first: int, body: bytes) -> bool:
        """Answer a packet, and say whether the connection goes on."""
        kind = first >> 4
        if kind == CONNECT:
            return self._welcome(connection, body[2 + int.from_bytes(body[:2], "big")])
        if kind == PUBLISH:
            return self._keep(connection, first, body)
        if kind == PUBREL:
            connection.sendall(b"\x70\x02" + body[:2])
        if kind == PINGREQ:
            connection.sendall(b"\xd0\x00")
        return kind != DISCONNECT

    def _welcome(self, connection: socket.socket, version: int) -> bool:
        with self._changed:
            self.versions.append(version)
            self._changed.notify_all()
        refused = version in self._refuses
        connection.sendall(_REFUSALS[self._manner] if refused else b"\x20\x02\x00\x00")
        return not refused

    def _keep(self, connection: socket.socket, first: int, body: bytes) -> bool:
        size = int.from_bytes(body[:2], "big")
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        quality = first >> 1 & 3
        number, payload = (rest[:2], rest[2:]) if quality else (b"", rest)
        if self._drops and not topic.endswith("/status"):
            self._drops -= 1
            return False
        with self._changed:
            self.arrived.append((topic, payload.decode(), bool(first & 1)))
            self._changed.notify_all()
        if quality:
            connection.sendall((b"\x40\x02", b"\x50\x02")[quality - 1] + number)
        return True


def _packet(read: Callable[[int], bytes]) -> tuple[int, bytes] | None:
    """Return the first byte of a packet and what follows its length; None at the end."""
    first = read(1)
    if not first:
        return None
    length, shift = 0, 0
    while True:
        (byte,) = read(1)
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first[0], read(length)
