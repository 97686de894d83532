"""What is known once a frame is read: the value that every output is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from emnist_device.live.frames import Frame
    from emnist_device.live.sheets import SettledSheet, SheetSight
    from emnist_device.live.steady import Settled, SteadyLine
    from emnist_device.page import Part

# Frames a second are counted over so many seconds.
_WINDOW = 2.0


@dataclass(frozen=True)
class Moment:
    """One frame and all that was made of it.

    lines: in sight, in reading order. settled: the texts that are new with this frame.
    rate: frames read a second, over the last two. latency_ms: from the frame's arrival to here.
    dropped: frames that were never read, so far. timing_ms: of the stages of the reading.
    error: why the frame could not be read, where it could not; there is no writing then.
    parts: regions and grids of this frame, where such are read. sheet: of a form, where such are.
    """

    frame: Frame
    lines: tuple[SteadyLine, ...]
    settled: tuple[Settled | SettledSheet, ...]
    rate: float
    latency_ms: float
    dropped: int
    timing_ms: dict[str, float]
    model: str
    error: str | None = None
    parts: tuple[Part, ...] = ()
    sheet: SheetSight | None = None

    @property
    def text(self) -> str:
        """The text in sight, a line break between each two lines."""
        return "\n".join(each.line.text for each in self.lines)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the picture as plain values for JSON."""
        rest: dict[str, Any] = {} if self.error is None else {"error": self.error}
        rest |= {"regions": [part.to_dict() for part in self.parts]} if self.parts else {}
        rest |= {} if self.sheet is None else {"sheet": self.sheet.to_dict()}
        return {
            "frame": self.frame.number,
            "time": round(self.frame.time, 3),
            "text": self.text,
            "lines": [line.to_dict() for line in self.lines],
            "settled": [settled.text for settled in self.settled],
            "rate": round(self.rate, 1),
            "latency_ms": round(self.latency_ms, 1),
            "dropped": self.dropped,
            "timing_ms": {name: round(ms, 2) for name, ms in self.timing_ms.items()},
            "model": self.model,
            **rest,
        }


class Output(Protocol):
    """Something that moments are shown on."""

    def show(self, moment: Moment) -> None:
        """Show one; must not wait. Raises :class:`OutputError` where it will never work again."""

    def close(self) -> None:
        """Finish what was begun."""


@dataclass
class Rate:
    """Counts events a second over a sliding window."""

    _times: deque[float] = field(default_factory=deque)

    def count(self, now: float) -> float:
        """Count one event at ``now``, in seconds, and return the rate; 0 for the first."""
        self._times.append(now)
        while now - self._times[0] > _WINDOW:
            self._times.popleft()
        span = now - self._times[0]
        return (len(self._times) - 1) / span if span > 0 else 0.0
