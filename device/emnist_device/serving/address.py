"""Where a page is served, and whether that is beyond this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Served here unless told otherwise: nobody else can reach it.
LOOPBACK = "127.0.0.1"
#: Proxies on this machine are believed when they say for whom they ask.
LOOPBACKS = (LOOPBACK, "::1")
#: A token that is shorter can be guessed.
LEAST_TOKEN = 8


@dataclass(frozen=True)
class Address:
    """Host and port to bind to, 0 for any free port, and the token that visitors must bring.

    token: None asks for none on loopback, and for a new one, which is printed, elsewhere.
    proxies: addresses and networks of proxies beyond this machine.
    """

    host: str
    port: int
    token: str | None = None
    proxies: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_address(text: str, token: str | None, proxies: Sequence[str] = ()) -> Address:
    """Return the address that ``[HOST:]PORT`` means; raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 2**16):
        raise ValueError(f"{text!r} is not a port such as 8000, or a host and a port")
    if token is not None and len(token) < LEAST_TOKEN:
        raise ValueError(f"a token needs at least {LEAST_TOKEN} characters")
    if token is not None and not all("!" <= char <= "~" for char in token):
        raise ValueError("a token is of letters, digits and signs of ASCII, without spaces")
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise ValueError(f"{proxy!r} is no address or network of a proxy") from error
    return Address(host.strip("[]") or LOOPBACK, int(port), token or None, tuple(proxies))
