"""Work shared among processes that may die: a crash or a time-out costs the one item at hand.

A worker is a Python of its own, ``python -m emnist_device.workers``, that talks over a socket. It
inherits neither the caller's ``__main__`` nor its threads, hears no Ctrl-C, and ends as soon as the
caller does, however that ends. It is no sandbox: it may do what its user may.
"""

from __future__ import annotations

import faulthandler
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

from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    Make = Callable[[], Callable[[Any], Any]]

#: Set to see what workers write to standard error, such as the last words of a codec.
DEBUG_VARIABLE = "EMNIST_EDGE_DEBUG"

# What the kernel sends where memory is short hits the innocent too: such items get another chance.
_TRIES_AFTER_KILL = 1
# Items in work or done while an earlier one is still in work: what waits to be put in order is
# bounded by this, 6 to 22 MB of what is read in pictures.
_AHEAD = 256
# A worker whose caller was killed, and that hangs in C code, ends this many seconds after its time.
_GRACE = 5.0
_OPENCV_PIXELS = "OPENCV_IO_MAX_IMAGE_PIXELS"


@dataclass(frozen=True)
class Terms:
    """What a worker may use.

    seconds: for one item. memory: bytes to allocate. pixels: of a picture, as a second line of
    defence within OpenCV itself. alone: whether OpenCV may use all processors.
    """

    seconds: float
    memory: int
    pixels: int
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
        if task.tries < _TRIES_AFTER_KILL:
            self._again.append(replace(task, tries=task.tries + 1))
            return True
        return False


class _Worker:
    """The caller's end of one process, which has a task from its start on, unless it is idle."""

    def __init__(self, make: Make, terms: Terms, task: _Task) -> None:
        ours, theirs = socket.socketpair()
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            _OPENCV_PIXELS: str(terms.pixels),
        }
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
        self.deadline = float("inf")
        self.ended = self.late = self.idle = False
        self._ready = False
        self._seconds = terms.seconds
        self._task = task
        self._send((make, terms))

    def _send(self, message: Any) -> None:
        with suppress(OSError):  # where it died, its answer will tell
            self.connection.send(message)

    def begin(self, task: _Task) -> None:
        """Give it ``task``, which it is ready for."""
        self._task = task
        self.idle = False
        self._send(task.item)
        self.deadline = time.monotonic() + self._seconds

    def answer(self, queue: _Queue) -> Iterator[tuple[int, Any]]:
        """Yield its result, if it has one or has died of the task, and go on with ``queue``.

        Raises :class:`EmnistEdgeError` where it cannot start.
        """
        try:
            message = None if self.late else self.connection.recv()
        except (OSError, EOFError):
            self.end()
            self._check_start()
            if not (self._was_killed and queue.put_back(self._task)):
                queue.done(self._task)
                yield self._task.index, Failure(self._obituary)
            return
        if self.late:
            self.end()
            queue.done(self._task)
            yield self._task.index, Failure(took_too_long(self._seconds))
        elif self._ready:
            done = self._task.index
            queue.done(self._task)
            self._go_on(queue)
            yield done, message
        elif message is not None:
            self.end()
            raise message
        else:
            self._ready = True
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

    def _check_start(self) -> None:
        if not self._ready:
            raise EmnistEdgeError(
                f"a process for reading does not start ({self._end_of_process}); see what "
                f"{DEBUG_VARIABLE}=1 prints, or raise the limit: --limit memory=N"
            )

    @property
    def _was_killed(self) -> bool:
        """Whether another process killed it, such as the kernel short of memory."""
        return self._process.returncode in (-signal.SIGKILL, -signal.SIGTERM)

    @property
    def _end_of_process(self) -> str:
        code = self._process.returncode
        return signal.Signals(-code).name if code < 0 else f"exit {code}"

    @property
    def _obituary(self) -> str:
        return f"ends the process that reads it ({self._end_of_process}); it is damaged or harmful"

    def end(self) -> None:
        """End the process at once."""
        self.ended = True
        self.connection.close()
        self._process.kill()
        self._process.wait()


def took_too_long(seconds: float) -> str:
    """Return what is said of an item that took more than ``seconds``."""
    return f"took longer than {seconds:g} s; raise the limit: --limit seconds=S"


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
    make, terms = connection.recv()
    _confine(terms)
    try:
        work = make()
    except EmnistEdgeError as error:
        connection.send(error)
        return
    connection.send(None)
    limit = min(terms.seconds + _GRACE, threading.TIMEOUT_MAX)
    while True:
        item = connection.recv()
        faulthandler.dump_traceback_later(limit, exit=True)  # needs no thread of Python's to run
        result = work(item)
        faulthandler.cancel_dump_traceback_later()
        connection.send(result)


def _end_with_caller(descriptor: int) -> None:
    """End this process when the caller closes its end, even in the middle of an item."""
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    poll.poll()
    os._exit(0)


def _confine(terms: Terms) -> None:
    """Hold this process to its memory, and offer it first where the machine's runs short."""
    import resource

    import cv2

    resource.setrlimit(resource.RLIMIT_DATA, (terms.memory, terms.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not terms.alone:
        cv2.setNumThreads(1)
    with suppress(OSError):  # no such file on this system: the kernel decides
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    with suppress(EOFError, OSError):  # the caller is gone
        _serve(Connection(int(sys.argv[1])))
