"""Settled texts -> an MQTT broker, each once, through broker restarts. Needs the extra ``mqtt``."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emnist_device.live.outage import Outage
from emnist_edge.errors import OutputError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.live.moment import Moment
    from emnist_device.live.outputs.broker import Broker

# Seconds between attempts to connect: doubled from the first to the last, and back at the first
# once a connection has held.
_FIRST_WAIT, _LAST_WAIT = 1.0, 30.0
# Texts that wait for a broker that is away, and seconds that it keeps what it knows of us.
_QUEUED, _SESSION = 1000, 3600
# Seconds to get the last texts through when all ends, and then to say good-bye.
_PARTING, _GOODBYE = 3.0, 2.0
_KEEPALIVE = 30
# Ends the connection, and lets the broker publish what was left with it for that case (MQTT 5.0,
# 3.14.2.1).
_WITH_WILL = "Disconnect with will message"
_WRONG_VERSION = "Unsupported protocol version"
# What paho says where the broker has said nothing.
_NO_REASON = {"Unspecified error", "Success", "Normal disconnection"}


class Publisher:
    """Publishes texts in order, each once the broker has confirmed the one before.

    paho alone would send what waited for a connection after what came later. A broker that is away
    is tried again and again. ``topic/status`` is kept at ``online``, and at ``offline`` once we are
    gone, however we went. MQTT 5.0 is spoken, and 3.1.1 with a broker that does not know it: there,
    a text whose connection was lost may arrive twice.

    Raises :class:`RuntimeMissingError` without the extra ``mqtt``.
    """

    def __init__(self, broker: Broker, report: Callable[[str], None]) -> None:
        for module in ("paho.mqtt.enums", "paho.mqtt.client"):
            load_module(module, "--mqtt")
        from paho.mqtt import client

        self._paho = client
        self._broker, self._report = broker, report
        self._name = f"mqtt: {broker.place}"
        self._status = f"{broker.topic}/status"
        self._outage = Outage(self._name, report, _FIRST_WAIT, _LAST_WAIT)
        self._texts: deque[str] = deque()
        self._lost = 0  # texts for which there was no room
        # Numbers of messages that the broker has answered -> why it refused one, or nothing.
        self._done: dict[int, str] = {}
        self._denied = False
        self._online = self._ending = self._over = False
        # The version that is spoken; whether the broker has accepted it, whether it has answered
        # to this connection, and whether the other one is to be tried.
        self._version = client.MQTTv5
        self._accepted = self._answered = self._other = self._tried_other = False
        self._news = threading.Condition()  # guards all of it
        self._client = self._connect()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    def show(self, moment: Moment) -> None:
        """Publish the texts that settled with this frame."""
        with self._news:
            if self._online:
                self._outage.works()
        for settled in moment.settled:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            content = {"text": settled.text, "at": at, **settled.to_dict()}
            del content["settled"]
            with self._news:
                if len(self._texts) >= _QUEUED:
                    if not self._lost:
                        self._report(f"{self._name}: is away for too long; texts are lost")
                    self._lost += 1
                    continue
                self._texts.append(json.dumps(content, ensure_ascii=False))
                self._news.notify_all()

    def close(self) -> None:
        """Publish the last texts, if the broker is there, and disconnect.

        Raises :class:`OutputError` where texts were lost.
        """
        with self._news:
            self._ending = True
            self._news.notify_all()
        try:
            self._thread.join(_PARTING)
        finally:
            with self._news:
                self._over = True
                self._news.notify_all()
                lost = self._lost + len(self._texts)
            self._part()
        if lost:
            raise OutputError(
                f"{self._name}: {lost} {'text' if lost == 1 else 'texts'} did not get through"
            )

    def _connect(self) -> Any:
        """Return a client that connects, in a thread of its own."""
        from paho.mqtt.enums import CallbackAPIVersion
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        broker, newest = self._broker, self._version == self._paho.MQTTv5
        client = self._paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"emnist-edge-{socket.gethostname()}-{os.getpid()}",
            protocol=self._version,
        )
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set()
        client.will_set(self._status, "offline", qos=1, retain=True)
        client.reconnect_delay_set(_FIRST_WAIT, _LAST_WAIT)  # type: ignore[arg-type]  # any number
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_publish = self._published
        settings: dict[str, Any] = {}
        if newest:  # the broker keeps our session through a reconnect, and forgets it some day
            session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            session.SessionExpiryInterval = _SESSION
            first = self._paho.MQTT_CLEAN_START_FIRST_ONLY
            settings = {"clean_start": first, "properties": session}
        client.connect_async(broker.host, broker.port, _KEEPALIVE, **settings)
        client.loop_start()
        return client

    def _part(self) -> None:
        """Disconnect; does not wait for a connection that hangs."""
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.reasoncodes import ReasonCode

        if self._version == self._paho.MQTTv5:
            self._client.disconnect(reasoncode=ReasonCode(PacketTypes.DISCONNECT, _WITH_WILL))
        else:  # before MQTT 5.0 a will is for accidents alone
            if self._online:
                farewell = self._client.publish(self._status, "offline", qos=1, retain=True)
                with suppress(RuntimeError, ValueError):  # it is gone after all
                    farewell.wait_for_publish(_GOODBYE)
            self._client.disconnect()
        end = threading.Thread(target=self._client.loop_stop, daemon=True)
        end.start()
        end.join(_GOODBYE)

    def _run(self) -> None:
        """Publish one text after the other until the end."""
        while True:
            with self._news:
                self._news.wait_for(self._has_work)
                if self._over or not (self._texts or self._other):
                    return
                other, text = self._other, self._texts[0] if self._texts else ""
            if other:
                self._change_version()
                continue
            # Kept and sent again by paho where the connection is lost meanwhile.
            sent = self._client.publish(self._broker.topic, text, qos=self._broker.qos)
            if self._wait_for(sent):
                self._texts.popleft()

    def _has_work(self) -> bool:
        if self._over or self._other:
            return True
        return self._online if self._texts else self._ending

    def _change_version(self) -> None:
        """Speak the other version; to a broker that has refused both, after a pause."""
        with self._news:
            if self._tried_other:
                self._news.wait_for(lambda: self._over, self._outage.pause())
            old = self._client
        for name in ("on_connect", "on_connect_fail", "on_disconnect", "on_publish"):
            setattr(old, name, None)
        old.disconnect()
        with self._news:
            self._other = self._answered = False
            self._tried_other = True
            if not self._over:
                newest, older = self._paho.MQTTv5, self._paho.MQTTv311
                self._version = older if self._version == newest else newest
                self._client = self._connect()

    def _wait_for(self, sent: Any) -> bool:
        """Wait for the broker to confirm the message, and say whether it did before the end."""
        with self._news:
            if self._broker.qos == 0:
                through = bool(sent.rc == self._paho.MQTT_ERR_SUCCESS)
                self._online &= through  # else the connection is lost
                return through
            self._news.wait_for(lambda: self._over or self._other or sent.mid in self._done)
            through = sent.mid in self._done
            refused = self._done.get(sent.mid)
            self._done.clear()
            if refused:  # and would be again: the next may be taken
                self._lost += 1
                if not self._denied:
                    self._report(f"{self._name}: refuses a text ({refused})")
                self._denied = True
            return through

    def _published(self, *arguments: Any) -> None:
        """Note that the broker has confirmed a message, or refused it for want of rights, say."""
        number, reason = arguments[2:4]
        with self._news:
            self._done[number] = str(reason) if reason.is_failure else ""
            self._news.notify_all()

    def _connected(self, *arguments: Any) -> None:  # paho's callbacks: client, data, flags, reason
        client, reason = arguments[0], arguments[3]
        with self._news:
            self._answered = True
            if reason.is_failure:
                if str(reason) == _WRONG_VERSION:
                    self._refused(str(reason))
                else:
                    self._outage.failed(f"{self._name}: refuses us ({reason})")
                return
            self._accepted = True
            self._outage.works()
        client.publish(self._status, "online", qos=1, retain=True)
        with self._news:
            self._online = True
            self._news.notify_all()

    def _refused(self, reason: str) -> None:
        """Have the other version of MQTT tried; report a broker that has refused both."""
        if self._tried_other:
            self._outage.failed(f"{self._name}: refuses us ({reason})")
        self._accepted, self._other = False, True
        self._news.notify_all()

    def _failed(self, *_: Any) -> None:
        error = sys.exc_info()[1]  # paho calls this while it handles the error
        reason = getattr(error, "strerror", None) or error
        self._outage.failed(f"{self._name}: cannot be reached" + (f" ({reason})" if reason else ""))

    def _disconnected(self, *arguments: Any) -> None:
        client, reason = arguments[0], arguments[3]
        with self._news:
            self._online = False
            self._news.notify_all()
            if self._over or not reason.is_failure:
                return
            if self._answered and not self._accepted:  # why is said
                return
            said = "" if str(reason) in _NO_REASON else f" ({reason})"
            if not self._accepted:
                # Brokers that do not know a version may end the connection without a word.
                self._refused(f"ends the connection{said}")
                return
            self._outage.failed(f"{self._name}: connection lost{said}")
            pause = self._outage.pause()
            client.reconnect_delay_set(pause, max(pause, _LAST_WAIT))
