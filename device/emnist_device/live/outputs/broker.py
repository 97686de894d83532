"""What the address of an MQTT broker means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from emnist_edge.masking import ESCAPES, ends_unclear, masked

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PARTS = re.compile(
    r"(?P<scheme>mqtts?)://(?:(?P<user>[^/?#:]*)(?::(?P<password>[^/?#]*))?@)?"
    r"(?P<host>\[[^\]@/?#]+\]|[^:@/?#\[\]]+)(?::(?P<port>[^:@/?#]*))?"
    r"(?:/(?P<topic>[^?]*))?(?:\?(?P<query>.*))?",
    re.IGNORECASE,
)
# Bytes of UTF-8 that a topic may have (MQTT 5.0, 1.5.4), less those of the status below it.
_LONGEST_TOPIC = 65_535 - len("/status")
_EXAMPLE = "such as mqtt://localhost/lab/labels"


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

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_broker(url: str) -> Broker:
    """Return the broker that ``url`` means.

    Raises ValueError for what is none, with a message that shows no password.
    """
    try:
        return _parse(url.strip())
    except UnicodeError:
        reason = "what is escaped is no UTF-8, or the host no name"
    except ValueError as error:
        reason = str(error)
    raise ValueError(f"{masked(url)}: {reason}")


def _parse(url: str) -> Broker:
    """Return the broker; raises ValueError without the address."""
    if ends_unclear(url):
        raise ValueError(f"it is not clear where the password ends; {ESCAPES}")
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise ValueError(f"is no broker's address {_EXAMPLE}")
    scheme = parts["scheme"].lower()
    user, password, host, topic, query = (
        unquote(parts[name] or "", errors="strict")
        for name in ("user", "password", "host", "topic", "query")
    )
    host = host.strip("[]")
    if ":" not in host:
        host.encode("idna")
    if password and not user:
        raise ValueError("has a password and no user")
    return Broker(
        host,
        _port(parts["port"]) or _PORTS[scheme],
        _topic(topic),
        scheme == "mqtts",
        user or None,
        password or None,
        _qos(query),
    )


def _port(text: str | None) -> int | None:
    """Return the port, or None where none is named."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**16):
        raise ValueError("its port is no number from 1 to 65535")
    return int(text)


def _topic(text: str) -> str:
    topic = text.strip("/")
    if not topic or set(topic) & set("+#\0"):
        raise ValueError(f"names no topic, or one with + or #; write one {_EXAMPLE}")
    if len(topic.encode()) > _LONGEST_TOPIC:
        raise ValueError(f"its topic is longer than {_LONGEST_TOPIC} bytes")
    return topic


def _qos(query: str) -> int:
    """Return the quality of service that a query such as ``qos=1`` asks for."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    qos = values.pop("qos", "2")
    if values or qos not in {"0", "1", "2"}:
        raise ValueError("after the ? stands qos=0, qos=1 or qos=2 and nothing else")
    return int(qos)
