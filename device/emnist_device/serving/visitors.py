"""Who visits, how many requests of each are answered at once, and what becomes of wrong tokens."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Wrong tokens that cost nothing: a person mistypes, and an old page is still open somewhere.
_FREE = 8
# Seconds to wait after the next one, which double with each, and the longest. At one guess a
# minute, a token of eight random letters and digits takes longer than any device lives.
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# Seconds without a wrong token after which an address has none, and addresses that are remembered.
_FORGOTTEN_AFTER, _REMEMBERED = 600.0, 1024
# Addresses that one subscriber of IPv6 has at will differ in the last 64 bits.
_IPV6_PREFIX = 64


class FullError(Exception):
    """As many requests as may be are being answered."""


def visitor(host: str) -> str:
    """Return what stands for the visitors from the address ``host``: one household in IPv6."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_link_local:  # these share a prefix with everybody in the network
        return str(address)
    return str(ipaddress.IPv6Network((int(address), _IPV6_PREFIX), strict=False))


class Places:
    """Counts requests that are being answered; for one thread.

    Args:
        total: of all visitors together.
        each: of one visitor, so that none can take all.
    """

    def __init__(self, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, who: str) -> Iterator[None]:
        """Hold a place for a request of ``who``; raises :class:`FullError` where none is left."""
        if self._taken.get(who, 0) >= self._each or self._taken.total() >= self._total:
            raise FullError
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


@dataclass
class _Failures:
    """Wrong tokens of one visitor. until: no other is looked at before that time, in seconds."""

    count: int
    until: float
    latest: float
    guess: tuple[str, ...]


class Throttle:
    """Makes those who bring wrong tokens wait, longer each time; others do not notice.

    Args:
        clock: the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()  # the latest at the end

    def __len__(self) -> int:
        return len(self._failures)

    def wait(self, who: str) -> float:
        """Return the seconds before a token of ``who`` is looked at; 0 for now."""
        failures = self._failures.get(who)
        return 0.0 if failures is None else max(0.0, failures.until - self._clock())

    def fail(self, who: str, guess: tuple[str, ...]) -> None:
        """Count a wrong ``guess``. The same once more tells nothing new, and is not counted."""
        now = self._clock()
        known = self._failures.pop(who, None)
        if known is None or now - known.latest > _FORGOTTEN_AFTER:
            known = _Failures(0, now, now, ())
        if guess != known.guess:
            known.count += 1
            known.guess = guess
            if known.count > _FREE:
                doubled = _FIRST_WAIT * 2.0 ** min(known.count - _FREE - 1, 32)
                known.until = now + min(doubled, _LONGEST_WAIT)
        known.latest = now
        self._failures[who] = known
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)
