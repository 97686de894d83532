from __future__ import annotations

import pytest

from emnist_device.live.outputs.broker import Broker, parse_broker


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://pi.local/lab/door", Broker("pi.local", 1883, "lab/door")),
        (
            "mqtts://me:p%40ss@host:999/a%20b?qos=1",
            Broker("host", 999, "a b", True, "me", "p@ss", 1),
        ),
        ("mqtt://me:p@s:s@host:1884/t", Broker("host", 1884, "t", False, "me", "p@s:s")),
        ("mqtts://host/t", Broker("host", 8883, "t", True)),
        ("MQTT://host:/t/", Broker("host", 1883, "t")),
        ("mqtt://[::1]/t", Broker("::1", 1883, "t")),
        ("mqtt://me@[fe80::1%25eth0]:1884/t", Broker("fe80::1%eth0", 1884, "t", False, "me")),
        ("mqtt://ü:p%2F%23%3F@host/t", Broker("host", 1883, "t", False, "ü", "p/#?")),
        ("mqtt://host/a%40b", Broker("host", 1883, "a@b")),
    ],
)
def test_addresses(url: str, broker: Broker) -> None:
    assert parse_broker(url) == broker


def test_places() -> None:
    assert Broker("pi.local", 1883, "t").place == "pi.local:1883"
    assert Broker("::1", 1884, "t").place == "[::1]:1884"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "is no broker's address"),
        ("http://h/t", "is no broker's address"),
        ("mqtt:///t", "is no broker's address"),
        ("mqtt://::1/t", "is no broker's address"),
        ("mqtt://h", "names no topic"),
        ("mqtt://h/", "names no topic"),
        ("mqtt://h/#", "with [+] or #"),
        ("mqtt://h/lab/#", "with [+] or #"),
        ("mqtt://h/lab/+/x", "with [+] or #"),
        ("mqtt://h/a%2Bb", "with [+] or #"),
        ("mqtt://h/a%00b", "with [+] or #"),
        ("mqtt://h/%FF", "no UTF-8"),
        ("mqtt://a..b/t", "the host no name"),
        ("mqtt://h/" + "t" * 65_600, "longer than"),
        ("mqtt://h:0/t", "from 1 to 65535"),
        ("mqtt://h:65536/t", "from 1 to 65535"),
        ("mqtt://h:x/t", "from 1 to 65535"),
        ("mqtt://h:-1/t", "from 1 to 65535"),
        ("mqtt://h/t?qos=3", "qos=0, qos=1 or qos=2"),
        ("mqtt://h/t?retain=1", "nothing else"),
        ("mqtt://:SECRET@h/t", "a password and no user"),
        ("mqtt://me:1/SECRET@h/t", "where the password ends; write @ / [?] # .* as %40 %2F"),
        ("mqtt://me:p#SECRET@h/t", "where the password ends"),
        ("mqtt://me:p?SECRET@h/t", "where the password ends"),
        ("mqtt://me:SECRET@h:x/t", "from 1 to 65535"),
    ],
)
def test_what_is_no_broker(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_broker(url)
    assert "SECRET" not in str(caught.value)
