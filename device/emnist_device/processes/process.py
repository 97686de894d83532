"""One process with limits, that may die of its work; at the other end of a socket.

It is a Python of its own, ``python -m emnist_device.processes.process``. It inherits neither the
caller's ``__main__`` nor its threads, hears no Ctrl-C, and ends as soon as the caller does, however
that ends. It is no sandbox: it may do what its user may.
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
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emnist_device.image.limits import ADVICE
from emnist_device.processes.messages import receive, send
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.image.limits import Limits

    Make = Callable[[], Callable[[Any], Any]]

#: Set to see what workers write to standard error, such as the last words of a codec.
DEBUG_VARIABLE = "EMNIST_EDGE_DEBUG"

#: What the kernel sends where memory is short hits the innocent too: such items get another chance.
TRIES_AFTER_KILL = 1
# Below this, no picture is to blame: of 28 x 28 pixels without a text, one takes 350 to 400 MB.
_LEAST_MEMORY = 400_000_000
# A worker whose caller was killed, and that hangs in C code, ends this many seconds after its time.
_GRACE = 5.0


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


class Process:
    """The caller's end of one process, which begins with ``make``."""

    def __init__(self, make: Make, terms: Terms) -> None:
        try:
            ours, self._process = _start(terms)
        except OSError as error:  # too many processes, files or bytes
            raise EmnistEdgeError(
                f"a process for reading cannot be started ({error.strerror}); end other programs, "
                "or read with fewer --jobs"
            ) from error
        self.connection = Connection(ours.detach())
        self.ended = self.ready = False
        self.send((make, terms))

    def send(self, message: Any) -> None:
        """Send an item to work on."""
        with suppress(OSError):  # where it died, its answer will tell
            send(self.connection, message)

    def become_ready(self, message: Any) -> None:
        """Take its first ``message``; raises the error that it may be."""
        if message is not None:
            self.end()
            raise message
        self.ready = True

    def check_start(self) -> None:
        """Raise :class:`EmnistEdgeError` where it has ended before it began."""
        if not self.ready:
            raise EmnistEdgeError(
                f"a process for reading does not start ({self._end_of_process}); run: "
                f"emnist-edge doctor, which tells what ends it; or {ADVICE}memory=N"
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


def _start(terms: Terms) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Return a new process and the socket to talk to it by; raises OSError where there is none."""
    path = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment = os.environ | path | terms.limits.for_opencv()
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(  # noqa: S603  # this very module
                # -P: the current folder may hold pictures of strangers, and modules, too.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "emnist_device.processes.process",
                    str(theirs.fileno()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get(DEBUG_VARIABLE) else subprocess.DEVNULL,
                env=environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
    except BaseException:
        ours.close()
        raise
    return ours, process


def took_too_long(seconds: float) -> str:
    """Return what is said of an item that took more than ``seconds``."""
    return f"took longer than {seconds:g} s; {ADVICE}seconds=S"


def too_much(memory: int) -> str:
    """Return what is said of an item that would take more than ``memory`` bytes."""
    if memory < _LEAST_MEMORY:
        return f"cannot be read in {memory:,} bytes, and nothing can; {ADVICE}memory=N"
    return f"takes more than {memory:,} bytes; {ADVICE}memory=N"


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
    limit = min(terms.limits.seconds + _GRACE, threading.TIMEOUT_MAX)
    while True:
        item = receive(connection)
        faulthandler.dump_traceback_later(limit, exit=True)  # needs no thread of Python's to run
        result = work(item)
        faulthandler.cancel_dump_traceback_later()
        send(connection, result)


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
