"""Addresses as messages show them: without the passwords and tokens that they may hold."""

from __future__ import annotations

import re

from emnist_edge.errors import shown

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HIDDEN = "***"
# Values outside a query, where some cameras have them: /user=admin_password=tlJwpbo6_channel=1.
_NAMED = re.compile(r"((?:pass\w*|pwd|psw|token|key|secret|auth\w*)=)[^/?#&;]+", re.IGNORECASE)
# Where a port is no number, it may be a password whose host was left out.
_PORT = re.compile(r"^((?:\[[^\]/?#]*\]|[^\[:/?#]*):)(?!\d*(?:[/?#]|$))[^/?#]*", re.ASCII)
#: What to do where an address seems to end too early.
ESCAPES = "write @ / ? # within a user, a password or a path as %40 %2F %3F %23"


def masked(address: str) -> str:
    """Return ``address`` for a message: no user, no password, no value of a query, one line.

    What is no address, such as the name of a file, stays as it is but for characters that are not
    printable. Where it is not clear where a password ends, more is hidden.
    """
    scheme = _SCHEME.match(address)
    head = scheme[0] if scheme else ""
    rest = address[len(head) :]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if ends_unclear(address):
        rest = f"{_HIDDEN}@{rest.rpartition('@')[2]}"
    elif "@" in authority and (head or ":" in authority):
        rest = rest[len(authority.rpartition("@")[0]) + 1 :]
    if head:
        rest = _PORT.sub(rf"\1{_HIDDEN}", rest, count=1)
    return shown(head + (_without_values(rest) if head else _NAMED.sub(rf"\1{_HIDDEN}", rest)))


def ends_unclear(address: str) -> bool:
    """Say whether it is not clear where a password in ``address`` ends: it is not escaped."""
    rest = _SCHEME.sub("", address, count=1)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return "@" in rest[len(authority) :] and (":" in authority or "@" in authority)


def _without_values(rest: str) -> str:
    """Return what follows ``scheme://`` without the values of its query and of a fragment."""
    rest, end, fragment = rest.partition("#")
    path, mark, query = rest.partition("?")
    parts = re.split(r"([&;])", query)
    for index in range(0, len(parts), 2):
        name, equals, value = parts[index].partition("=")
        parts[index] = f"{name}={_HIDDEN if value else ''}" if equals else name and _HIDDEN
    hidden = _NAMED.sub(rf"\1{_HIDDEN}", path) + mark + "".join(parts)
    return hidden + end + (fragment and _HIDDEN)
