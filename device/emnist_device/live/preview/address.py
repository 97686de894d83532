"""Where the preview is served, and whether that is beyond this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

#: Served here unless told otherwise: nobody else can reach it.
LOOPBACK = "127.0.0.1"
#: A token that is shorter can be guessed.
LEAST_TOKEN = 8


@dataclass(frozen=True)
class Address:
    """Host and port to bind to, 0 for any free port, and the token that visitors must bring.

    token: None asks for none on loopback, and for a new one, which is printed, elsewhere.
    """

    host: str
    port: int
    token: str | None = None

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_address(text: str, token: str | None) -> Address:
    """Return the address that ``[HOST:]PORT`` means; raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 2**16):
        raise ValueError(f"{text!r} is not a port such as 8000, or a host and a port")
    if token is not None and len(token) < LEAST_TOKEN:
        raise ValueError(f"a token needs at least {LEAST_TOKEN} characters")
    return Address(host.strip("[]") or LOOPBACK, int(port), token or None)
