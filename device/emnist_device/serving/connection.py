"""One HTTP connection with limits on what it may take from others."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from emnist_device.serving.visitors import visitor

if TYPE_CHECKING:
    import asyncio

#: Connections at once. One more takes the place of one that is idle, else the answer is 503.
CONNECTIONS = 64
# Seconds for the head of a request to arrive, and for an answer to be taken.
_PATIENCE = 20.0
# Seconds in which more of what is refused is thrown away: a client that is still sending when its
# connection is closed sees no answer.
_LINGER = 5.0


class Connection(H11Protocol):
    """Uvicorn's connection, which is closed where others need its place, or it is too slow.

    A connection is idle while no request of it is being answered, however many bytes drip in. An
    idle one is closed after a while, and makes place for others when all are taken: the visitor
    with most connections loses the one that has been idle for longest.
    """

    _visitor = ""
    _idle_since = 0.0
    _refused = False
    _idling: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is being answered."""
        # Uvicorn declares ``cycle`` without None, which it is before the first request.
        cycle = cast("Any", self.cycle)
        return self._refused or cycle is None or bool(cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or another's place for it."""
        super().connection_made(transport)
        self._visitor = visitor(self.client[0] if self.client else "")
        self._begin_idling()
        if len(self.connections) > CONNECTIONS and not self._make_place():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections; try again.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._idling, self._stuck):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrives, unless the connection is being closed."""
        if self._refused:
            return
        super().data_received(data)
        if not self.idle and self._idling is not None:
            self._idling.cancel()

    def eof_received(self) -> None:
        """Answer a request that the client has broken off."""
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._refuse(HTTPStatus.BAD_REQUEST, "The request is cut off.")

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if self.idle:
            self._begin_idling()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no valid HTTP request."""
        del msg  # says less
        self._refuse(HTTPStatus.BAD_REQUEST, "This is no HTTP/1.1 request as a browser sends it.")

    def pause_writing(self) -> None:
        """Wait for the client to take what it was sent, but not for ever."""
        super().pause_writing()
        self._stuck = self.loop.call_later(_PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()

    def _begin_idling(self) -> None:
        self._idle_since = self.loop.time()
        if self._idling is not None:
            self._idling.cancel()
        self._idling = self.loop.call_later(_PATIENCE, self.transport.abort)

    def _make_place(self) -> bool:
        """Close an idle connection, and say whether there was one."""
        others = [cast("Connection", other) for other in self.connections if other is not self]
        crowd = Counter(other._visitor for other in others)
        idle = [other for other in others if other.idle]
        if not idle:
            return False
        goes = max(idle, key=lambda other: (crowd[other._visitor], -other._idle_since))
        self.connections.discard(goes)
        goes.transport.abort()
        return True

    def _refuse(self, status: HTTPStatus, line: str) -> None:
        """Answer with one line where no answer has begun, then take no more."""
        self._refused = True
        if (cycle := cast("Any", self.cycle)) is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain\r\n"
                f"Content-Length: {len(line) + 1}\r\nConnection: close\r\n\r\n"
            )
            self.transport.write(f"{head}{line}\n".encode("ascii"))
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.abort)
