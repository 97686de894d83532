"""Settled texts -> an MQTT broker, each once, through broker restarts. Needs the extra ``mqtt``."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.live.moment import Moment

# Seconds between attempts to connect: doubled from the first to the last.
_FIRST_WAIT, _LAST_WAIT = 1, 30
# Texts that wait for a broker that is away, and seconds that it keeps what it knows of us.
_QUEUED, _SESSION = 1000, 3600
# Seconds to get the last texts through when all ends.
_PARTING = 3.0
_KEEPALIVE = 30
# Ends the connection, and lets the broker publish what was left with it for that case (MQTT 5.0,
# 3.14.2.1).
_WITH_WILL = "Disconnect with will message"


@dataclass(frozen=True)
class Broker:
    """What ``mqtt://[user:password@]host[:port]/topic[?qos=N]`` means; mqtts for TLS.

    qos: 2 delivers each text exactly once, for brokers that have it; 1 at least once.
    """

    host: str
    port: int
    topic: str
    tls: bool = False
    user: str | None = None
    password: str | None = None
    qos: int = 2


def parse_broker(url: str) -> Broker:
    """Return the broker that ``url`` means; raises ValueError for what is none."""
    example = "such as mqtt://localhost/lab/labels"
    parts = urlsplit(url)
    topic = unquote(parts.path.strip("/"))
    qos = parse_qs(parts.query).get("qos", ["2"])[-1]
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise ValueError(f"{url!r} is no broker's address {example}")
    if not topic or set(topic) & set("+#\0"):
        raise ValueError(f"{url!r} names no topic, or one with + or #; write one {example}")
    if qos not in {"0", "1", "2"}:
        raise ValueError("qos must be 0, 1 or 2")
    tls = parts.scheme == "mqtts"
    return Broker(
        parts.hostname,
        parts.port or (8883 if tls else 1883),
        topic,
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        int(qos),
    )


class Publisher:
    """Publishes texts in their order, the next when the broker has the last.

    paho alone would send what waited for a connection after what came later. A broker that is away
    is tried again and again. ``topic/status`` is kept at ``online``, and at ``offline`` once we are
    gone, however we went. Raises :class:`RuntimeMissingError` without the extra ``mqtt``.
    """

    def __init__(self, broker: Broker, report: Callable[[str], None]) -> None:
        for module in ("paho.mqtt.enums", "paho.mqtt.client"):
            load_module(module, "--mqtt")
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties
        from paho.mqtt.reasoncodes import ReasonCode

        self._broker, self._report = broker, report
        self._status = f"{broker.topic}/status"
        self._where = f"{broker.host}:{broker.port}"
        self._farewell = ReasonCode(PacketTypes.DISCONNECT, _WITH_WILL)
        self._lost = False
        self._texts: deque[str] = deque()
        self._done: set[int] = set()  # numbers of messages that the broker has
        self._online = self._ending = self._over = False
        self._news = threading.Condition()  # guards all five
        # MQTT 5 lets the broker keep our session through a reconnect, and forget it some day.
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"emnist-edge-{socket.gethostname()}-{os.getpid()}",
            protocol=paho.MQTTv5,
        )
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set()
        self._client.will_set(self._status, "offline", qos=1, retain=True)
        self._client.reconnect_delay_set(_FIRST_WAIT, _LAST_WAIT)
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._failed
        self._client.on_disconnect = self._disconnected
        self._client.on_publish = self._published
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = _SESSION
        self._client.connect_async(
            broker.host,
            broker.port,
            _KEEPALIVE,
            clean_start=paho.MQTT_CLEAN_START_FIRST_ONLY,
            properties=session,
        )
        self._client.loop_start()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    def show(self, moment: Moment) -> None:
        """Publish the texts that settled with this frame."""
        for settled in moment.settled:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            content = {"text": settled.text, "at": at, **settled.as_dict()}
            del content["settled"]
            with self._news:
                if len(self._texts) >= _QUEUED:
                    self._report(f"mqtt: {self._where}: is away for too long; a text was lost")
                    continue
                self._texts.append(json.dumps(content, ensure_ascii=False))
                self._news.notify_all()

    def close(self) -> None:
        """Get the last texts through, if the broker is there, and say good-bye."""
        with self._news:
            self._ending = True
            self._news.notify_all()
        self._thread.join(_PARTING)
        with self._news:
            self._over = True
            self._news.notify_all()
            left = len(self._texts)
        if left:
            self._report(f"mqtt: {self._where}: {left} texts did not get through")
        self._client.disconnect(reasoncode=self._farewell)
        self._client.loop_stop()

    def _run(self) -> None:
        """Hand over one text after the other until all is over."""
        while True:
            with self._news:
                self._news.wait_for(self._has_work)
                if self._over or not self._texts:
                    return
                text = self._texts[0]
            # Kept and sent again by paho where the connection is lost meanwhile.
            number = self._client.publish(self._broker.topic, text, qos=self._broker.qos).mid
            if self._wait_for(number):
                self._texts.popleft()

    def _has_work(self) -> bool:
        return self._over or (self._online if self._texts else self._ending)

    def _wait_for(self, number: int) -> bool:
        """Return whether the broker has the message, or that nobody will say so, before the end."""
        with self._news:
            unasked = self._broker.qos == 0
            self._news.wait_for(lambda: unasked or self._over or number in self._done)
            through = unasked or number in self._done
            self._done.clear()
            return through

    def _published(self, *arguments: Any) -> None:
        """Note that the broker has a message."""
        with self._news:
            self._done.add(arguments[2])
            self._news.notify_all()

    def _connected(self, *arguments: Any) -> None:  # paho's callbacks: client, data, flags, reason
        reason = arguments[3]
        if reason.is_failure:
            self._complain(f"refuses us ({reason})")
            return
        if self._lost:
            self._report(f"mqtt: {self._where}: is back")
            self._lost = False
        self._client.publish(self._status, "online", qos=1, retain=True)
        self._set_online(True)

    def _failed(self, *_: Any) -> None:
        self._complain("cannot be reached")

    def _disconnected(self, *arguments: Any) -> None:
        self._set_online(False)
        if not self._over and arguments[3].is_failure:
            self._complain("connection lost")

    def _set_online(self, online: bool) -> None:
        with self._news:
            self._online = online
            self._news.notify_all()

    def _complain(self, what: str) -> None:
        """Say once what is wrong, and no more until it is well again."""
        if not self._lost:
            self._lost = True
            self._report(f"mqtt: {self._where}: {what}; trying again")
