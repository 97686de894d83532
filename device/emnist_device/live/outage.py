"""Something that goes away and comes back: when it is tried again, and what is said of it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

# What has worked for so long is well again: its next failure is news. Seconds.
_HELD = 30.0


class Outage:
    """Says each state once, however often something fails; pauses grow until it has held.

    From any thread.

    Args:
        name: what messages call it.
        report: told in one line of a failure, of a recovery, and that one follows the other.
        first, last: seconds to the next try, doubled from the one to the other.
        clock: seconds.
    """

    def __init__(
        self,
        name: str,
        report: Callable[[str], None],
        first: float,
        last: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._report, self._clock = name, report, clock
        self._first = self._pause = first
        self._last = last
        self._state: Literal["well", "away", "back", "unsteady"] = "well"
        self._since: float | None = None  # when it began to work after a failure
        self._lock = threading.RLock()

    @property
    def over(self) -> bool:
        """Whether it works, and has for a while."""
        with self._lock:
            return self._state == "well"

    def failed(self, reason: str) -> None:
        """Note that it does not work, which is said unless it is known."""
        with self._lock:
            self._judge()
            self._since = None
            if self._state == "well":
                self._state = "away"
                self._report(f"{reason}; trying again")
            elif self._state == "back":
                self._state = "unsteady"
                self._report(
                    f"{self._name}: comes and goes; trying again, and silent until it has held for "
                    f"{_HELD:.0f} seconds"
                )

    def works(self) -> None:
        """Note that it works; to be called again and again."""
        with self._lock:
            if self._state == "well":
                return
            if self._since is None:
                self._since = self._clock()
            if self._state == "away":
                self._state = "back"
                self._report(f"{self._name}: is back")
            self._judge()

    def pause(self) -> float:
        """Return the seconds to wait before the next try."""
        with self._lock:
            pause, self._pause = self._pause, min(2 * self._pause, self._last)
            return pause

    def _judge(self) -> None:
        """End the outage where it has worked for long enough."""
        if self._since is not None and self._clock() - self._since >= _HELD:
            if self._state == "unsteady":
                self._report(f"{self._name}: is back")
            self._state, self._since, self._pause = "well", None, self._first
