"""Work shared among processes that may die: a crash or a time-out costs the one item at hand."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from emnist_device.processes.messages import receive
from emnist_device.processes.process import TRIES_AFTER_KILL, Failure, Process, took_too_long

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from emnist_device.processes.process import Make, Terms

# Items in work or done while an earlier one is still in work: what waits to be put in order is
# bounded by this, 6 to 22 MB of what is read in pictures.
_AHEAD = 256


def run(
    make: Make, items: Iterable[Any], jobs: int, terms: Terms
) -> Generator[tuple[int, Any], None, None]:
    """Let ``jobs`` processes work on ``items``; yield index and result of each, as they are done.

    Args:
        make: called once in each process, returns the function of one item. It can be pickled, as
            can items and results: a function of a module, or a ``functools.partial`` of one.
        items: taken one by one, whenever a process is free.
        jobs: how many processes.
        terms: what each may use.

    Yields:
        The index of an item and what the function returned, or a :class:`Failure` where the process
        crashed, ran out of memory, or took longer than allowed; another process takes its place.

    Raises:
        EmnistEdgeError: ``make`` raised it, or a process does not start.
    """
    queue = _Queue(items, max(_AHEAD, jobs))
    workers: list[_Worker] = []
    try:
        while True:
            for worker in workers:
                if worker.idle and (task := queue.take()) is not None:
                    worker.begin(task)
            while len(workers) < jobs and (task := queue.take()) is not None:
                workers.append(_Worker(make, terms, task))
            busy = [worker for worker in workers if not worker.idle]
            if not busy:
                return
            for worker in _stirred(busy):
                yield from worker.answer(queue)
            workers = [worker for worker in workers if not worker.ended]
    finally:
        for worker in workers:
            worker.end()


@dataclass(frozen=True)
class _Task:
    """An item, its index, and how often it was tried before."""

    index: int
    item: Any
    tries: int = 0


class _Queue:
    """What is still to be done, none of it more than ``ahead`` beyond what is in work.

    over: nothing is left.
    """

    def __init__(self, items: Iterable[Any], ahead: int) -> None:
        self._fresh = (_Task(index, item) for index, item in enumerate(items))
        self._again: deque[_Task] = deque()
        self._ahead = ahead
        self._in_work: set[int] = set()
        self._next = 0
        self.over = False

    def take(self) -> _Task | None:
        """Return what is next; None where there is nothing left, or something else must end."""
        if self._again:
            return self._again.popleft()
        if self._in_work and self._next - min(self._in_work) >= self._ahead:
            return None
        task = next(self._fresh, None)
        if task is None:
            self.over = True
        else:
            self._next = task.index + 1
            self._in_work.add(task.index)
        return task

    def done(self, task: _Task) -> None:
        """Learn that ``task`` has its result."""
        self._in_work.discard(task.index)

    def put_back(self, task: _Task) -> bool:
        """Take ``task`` again, unless it was tried often enough; says whether it did."""
        if task.tries < TRIES_AFTER_KILL:
            self._again.append(replace(task, tries=task.tries + 1))
            return True
        return False


class _Worker(Process):
    """A process that has a task from its start on, unless it is idle."""

    def __init__(self, make: Make, terms: Terms, task: _Task) -> None:
        super().__init__(make, terms)
        self.deadline = float("inf")
        self.late = self.idle = False
        self._seconds = terms.limits.seconds
        self._task = task

    def begin(self, task: _Task) -> None:
        """Give it ``task``, which it is ready for."""
        self._task = task
        self.idle = False
        self.send(task.item)
        self.deadline = time.monotonic() + self._seconds

    def answer(self, queue: _Queue) -> Iterator[tuple[int, Any]]:
        """Yield its result, if it has one or has died of the task, and go on with ``queue``.

        Raises :class:`EmnistEdgeError` where it cannot start; one that was killed then is no proof.
        """
        try:
            message = None if self.late else receive(self.connection)
        except (OSError, EOFError):
            self.end()
            if not (self.was_killed and queue.put_back(self._task)):
                self.check_start()
                queue.done(self._task)
                yield self._task.index, Failure(self.obituary)
            return
        if self.late:
            self.end()
            queue.done(self._task)
            yield self._task.index, Failure(took_too_long(self._seconds))
        elif self.ready:
            done = self._task.index
            queue.done(self._task)
            self._go_on(queue)
            yield done, message
        else:
            self.become_ready(message)
            self.begin(self._task)

    def _go_on(self, queue: _Queue) -> None:
        """Take the next task; without one, end, or wait for what is to end first."""
        task = queue.take()
        if task is not None:
            self.begin(task)
        elif queue.over:
            self.end()
        else:
            self.idle = True
            self.deadline = float("inf")


def _stirred(workers: list[_Worker]) -> list[_Worker]:
    """Wait until workers have answered, died, or are late, and return these."""
    nearest = min(worker.deadline for worker in workers)
    timeout = None if nearest == float("inf") else max(0.0, nearest - time.monotonic())
    answered = wait([worker.connection for worker in workers], timeout)
    now = time.monotonic()
    for worker in workers:
        worker.late = worker.connection not in answered and worker.deadline <= now
    return [worker for worker in workers if worker.late or worker.connection in answered]
