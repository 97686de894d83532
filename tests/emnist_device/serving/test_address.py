from __future__ import annotations

import pytest

from emnist_device.serving.address import parse_address


@pytest.mark.parametrize(
    ("text", "host", "number"),
    [
        ("8000", "127.0.0.1", 8000),
        (":8000", "127.0.0.1", 8000),
        ("0.0.0.0:80", "0.0.0.0", 80),
        ("[::1]:0", "::1", 0),
        ("pi.local:8080", "pi.local", 8080),
    ],
)
def test_addresses(text: str, host: str, number: int) -> None:
    address = parse_address(text, None)
    assert (address.host, address.port) == (host, number)
    assert address.loopback == (host in {"127.0.0.1", "::1"})


@pytest.mark.parametrize("text", ["", "pi.local", "80:", "99999", "-1", "1e3", "²"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is not a port"):
        parse_address(text, None)
    with pytest.raises(ValueError, match="at least 8 characters"):
        parse_address("8000", "short")


@pytest.mark.parametrize("token", ["k\u00e4se-1234", "two words", "new\nline", "\udcff-1234567"])
def test_tokens_that_headers_cannot_bring_are_refused(token: str) -> None:
    with pytest.raises(ValueError, match="signs of ASCII, without spaces"):
        parse_address("8000", token)


def test_proxies_are_addresses_or_networks() -> None:
    proxies = ("10.0.0.7", "172.18.0.0/16", "fd00::/8")
    assert parse_address("8000", None, proxies).proxies == proxies
    for wrong in ("proxy.local", "10.0.0.1/8", "*", ""):
        with pytest.raises(ValueError, match="no address or network of a proxy"):
            parse_address("8000", None, (wrong,))
