"""How far the study is, and about how long it takes yet: a line on standard error for each part."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A part that takes less of its time than this was done before, and says nothing of the machine.
_RUN = 0.02


@dataclass
class Progress:
    """Tells which part begins and how long all that are left take, by what parts took so far.

    parts: seconds that each part takes on a machine like any other, in their order: only how they
    compare matters once a part has run. clock: returns seconds.
    """

    parts: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    _done: int = field(default=0, init=False)
    _taken: float = field(default=0.0, init=False)
    _expected: float = field(default=0.0, init=False)

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Say that the part ``name``, the next one, begins, and do its ``work``."""
        names = list(self.parts)
        left = sum(self.parts[one] for one in names[self._done :]) * self._pace()
        self._done += 1
        click.echo(f"{self._done} of {len(names)}: {name}; about {spoken(left)} left", err=True)
        start = self.clock()
        work()
        seconds = self.clock() - start
        if seconds >= _RUN * self.parts[name]:
            self._taken, self._expected = self._taken + seconds, self._expected + self.parts[name]

    def _pace(self) -> float:
        """Return how many times as long as expected the parts took that have run."""
        return self._taken / self._expected if self._expected else 1.0


def spoken(seconds: float) -> str:
    """Return a duration as a person says it: in minutes, or in hours and minutes."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"
