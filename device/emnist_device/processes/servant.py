"""One worker that is kept from item to item, for what comes now and then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from emnist_device.processes.messages import receive
from emnist_device.processes.process import (
    TRIES_AFTER_KILL,
    Failure,
    Process,
    too_much,
    took_too_long,
)
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.processes.process import Make, Terms


class Servant:
    """Works on items one at a time in a process with limits.

    The process starts with the first item, serves until it is closed, and is replaced where an item
    has cost its life. For one thread.

    Args:
        make: called in the process, returns the function of an item; see ``workers.run``. The
            function may raise :class:`EmnistEdgeError`.
        terms: what an item may use.
    """

    def __init__(self, make: Make, terms: Terms) -> None:
        self._make, self._terms = partial(_careful, make, terms), terms
        self._process: Process | None = None

    def do(self, item: Any) -> Any:
        """Return what the function returned, or a :class:`Failure`.

        Raises:
            EmnistEdgeError: the function or ``make`` raised it, or no process starts.
        """
        tries = 0
        while True:
            process = self._running()
            process.send(item)
            try:
                if not process.connection.poll(self._terms.limits.seconds):
                    self.close()
                    return Failure(took_too_long(self._terms.limits.seconds))
                answer = receive(process.connection)
            except (OSError, EOFError):
                self.close()
                tries += 1
                if process.was_killed and tries <= TRIES_AFTER_KILL:
                    continue
                return Failure(process.obituary)
            if isinstance(answer, EmnistEdgeError):
                raise answer
            return answer

    def _running(self) -> Process:
        """Return the process, started where there is none."""
        if self._process is None:
            process = self._process = Process(self._make, self._terms)
            try:
                process.become_ready(receive(process.connection))
            except (OSError, EOFError):
                self.close()
                process.check_start()
                raise
            except EmnistEdgeError:
                self._process = None
                raise
        return self._process

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
            self._process = None


def _careful(make: Make, terms: Terms) -> Callable[[Any], Any]:
    """Return the function that ``make`` returns; its errors are results."""
    work = make()

    def answer(item: Any) -> Any:
        try:
            return work(item)
        except EmnistEdgeError as error:
            return error
        except MemoryError:
            return Failure(too_much(terms.limits.memory))

    return answer
