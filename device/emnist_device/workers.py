"""Work shared among processes that may die: a crash or a time-out costs the one item at hand.

A worker is a Python of its own, ``python -m emnist_device.workers``, that talks over a socket. It
inherits neither the caller's ``__main__`` nor its threads, hears no Ctrl-C, and ends as soon as the
caller does, however that ends. It is no sandbox: it may do what its user may.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emnist_device.limits import ADVICE
from emnist_device.messages import receive, send
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from emnist_device.limits import Limits

    Make = Callable[[], Callable[[Any], Any]]

#: Set to see what workers write to standard error, such as the last words of a codec.
DEBUG_VARIABLE = "EMNIST_EDGE_DEBUG"

#: What the kernel sends where memory is short hits the innocent too: such items get another chance.
TRIES_AFTER_KILL = 1


@dataclass(frozen=True)
class Terms:
    """What a worker may use.

    limits: seconds for one item, bytes to allocate, and, as a second line of defence within OpenCV
    itself, pixels and sides of a picture. alone: whether OpenCV may use all processors.
    """

    limits: Limits
    alone: bool = True


@dataclass(frozen=True)
class Failure:
    """An item that cost its worker's life, and why."""

    reason: str


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
    queue = _Queue(items)
    workers: list[_Worker] = []
    try:
        while True:
            while len(workers) < jobs and (task := queue.take()) is not None:
                workers.append(_Worker(make, terms, task))
            if not workers:
                return
            for worker in _stirred(workers):
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
    """What is still to be done."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._fresh = (_Task(index, item) for index, item in enumerate(items))
        self._again: deque[_Task] = deque()

    def take(self) -> _Task | None:
        """Return what is next; None where there is nothing left."""
        return self._again.popleft() if self._again else next(self._fresh, None)

    def put_back(self, task: _Task) -> bool:
        """Take ``task`` again, unless it was tried often enough; says whether it did."""
        if task.tries < TRIES_AFTER_KILL:
            self._again.append(replace(task, tries=task.tries + 1))
            return True
        return False


class Process:
    """The caller's end of one process, which begins with ``make``."""

    def __init__(self, make: Make, terms: Terms) -> None:
        ours, theirs = socket.socketpair()
        path = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        environment = os.environ | path | terms.limits.for_opencv()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # this very module
                # -P: the current folder may hold pictures of strangers, and modules, too.
                [sys.executable, "-P", "-m", "emnist_device.workers", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get(DEBUG_VARIABLE) else subprocess.DEVNULL,
                env=environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())
        self.ended = self.ready = False
        self.send((make, terms))

    def send(self, message: Any) -> None:
        """Send an item to work on."""
        with suppress(OSError):  # where it died, its answer will tell
            send(self.connection, message)

    def begin(self, message: Any) -> None:
        """Take its first ``message``; raises the error that it may be."""
        if message is not None:
            self.end()
            raise message
        self.ready = True

    def check_start(self) -> None:
        """Raise :class:`EmnistEdgeError` where it has ended before it began."""
        if not self.ready:
            raise EmnistEdgeError(
                f"a process for reading does not start ({self._end_of_process}); see what "
                f"{DEBUG_VARIABLE}=1 prints, or {ADVICE}memory=N"
            )

    @property
    def was_killed(self) -> bool:
        """Whether another process killed it, such as the kernel short of memory."""
        return self._process.returncode in (-signal.SIGKILL, -signal.SIGTERM)

    @property
    def _end_of_process(self) -> str:
        code = self._process.returncode
        return signal.Signals(-code).name if code < 0 else f"exit {code}"

    @property
    def obituary(self) -> str:
        """What is said of the item that it has died of."""
        return f"ends the process that reads it ({self._end_of_process}); it is damaged or harmful"

    def end(self) -> None:
        """End the process at once."""
        self.ended = True
        self.connection.close()
        self._process.kill()
        self._process.wait()


class _Worker(Process):
    """A process that has a task from its start to its end."""

    def __init__(self, make: Make, terms: Terms, task: _Task) -> None:
        super().__init__(make, terms)
        self.deadline = float("inf")
        self.late = False
        self._seconds = terms.limits.seconds
        self._task = task

    def _begin(self, task: _Task) -> None:
        self._task = task
        self.send(task.item)
        self.deadline = time.monotonic() + self._seconds

    def answer(self, queue: _Queue) -> Iterator[tuple[int, Any]]:
        """Yield its result, if it has one or has died of the task, and go on with ``queue``.

        Raises :class:`EmnistEdgeError` where it cannot start.
        """
        try:
            message = None if self.late else receive(self.connection)
        except (OSError, EOFError):
            self.end()
            self.check_start()
            if not (self.was_killed and queue.put_back(self._task)):
                yield self._task.index, Failure(self.obituary)
            return
        if self.late:
            self.end()
            yield self._task.index, Failure(took_too_long(self._seconds))
        elif self.ready:
            done = self._task.index
            task = queue.take()
            if task is None:
                self.end()
            else:
                self._begin(task)
            yield done, message
        else:
            self.begin(message)
            self._begin(self._task)


def took_too_long(seconds: float) -> str:
    """Return what is said of an item that took more than ``seconds``."""
    return f"took longer than {seconds:g} s; {ADVICE}seconds=S"


def too_much(memory: int) -> str:
    """Return what is said of an item that would take more than ``memory`` bytes."""
    return f"takes more than {memory:,} bytes; {ADVICE}memory=N"


def _stirred(workers: list[_Worker]) -> list[_Worker]:
    """Wait until workers have answered, died, or are late, and return these."""
    nearest = min(worker.deadline for worker in workers)
    timeout = None if nearest == float("inf") else max(0.0, nearest - time.monotonic())
    answered = wait([worker.connection for worker in workers], timeout)
    now = time.monotonic()
    for worker in workers:
        worker.late = worker.connection not in answered and worker.deadline <= now
    return [worker for worker in workers if worker.late or worker.connection in answered]


def _serve(connection: Connection) -> None:
    """Be a worker: take how to work, then items, until the caller is gone."""
    threading.Thread(target=_end_with_caller, args=(connection.fileno(),), daemon=True).start()
    make, terms = receive(connection)
    try:
        _confine(terms)
        work = make()
    except EmnistEdgeError as error:
        send(connection, error)
        return
    send(connection, None)
    while True:
        send(connection, work(receive(connection)))


def _end_with_caller(descriptor: int) -> None:
    """End this process when the caller closes its end, even in the middle of an item."""
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    poll.poll()
    os._exit(0)


def _confine(terms: Terms) -> None:
    """Hold this process to its memory, and offer it first where the machine's runs short."""
    import resource

    memory = terms.limits.memory
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not terms.alone:
        load_module("cv2").setNumThreads(1)
    with suppress(OSError):  # no such file on this system: the kernel decides
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    with suppress(EOFError, OSError):  # the caller is gone
        _serve(Connection(int(sys.argv[1])))
