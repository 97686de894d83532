"""Many pictures -> what was read in each, or why not, whatever a file does to its reader."""

from __future__ import annotations

import os
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from emnist_device.picture import decode_picture, read_picture, write_picture
from emnist_device.workers import DEBUG_VARIABLE, Failure, Terms, run, took_too_long
from emnist_edge.errors import EmnistEdgeError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from emnist_device.limits import Limits
    from emnist_device.page import Page
    from emnist_device.reader import Reader
    from emnist_device.review import Doubt

    MakeReader = Callable[[], Reader]


@dataclass(frozen=True)
class Task:
    """A picture to read: ``content``, or the file ``name`` where that is None.

    target: where to draw what was read, if anywhere. steps: folder for a picture of each step.
    doubt: characters that are less probable are for a person to review.
    """

    name: str
    content: bytes | None = None
    target: Path | None = None
    steps: Path | None = None
    doubt: float = 0.0


@dataclass(frozen=True)
class Version:
    """What tells a file from one that takes its place: its size, and when it was written.

    modified: seconds since 1970, to the microsecond.
    """

    bytes: int
    modified: float


@dataclass(frozen=True)
class Outcome:
    """What was read in a picture, or the reason why it was not; one of both is None.

    doubtful: what a person is to review. version: of the file that was read, if it is one.
    """

    name: str
    page: Page | None = None
    error: str | None = None
    doubtful: tuple[Doubt, ...] = ()
    version: Version | None = None

    @property
    def title(self) -> str:
        """What messages call the picture."""
        return title(self.name)


def title(name: str) -> str:
    """Return what messages call the picture ``name``, - being standard input."""
    return "standard input" if name == "-" else shown(name)


def version_of(name: str) -> Version | None:
    """Return the version of the file ``name``; None for standard input, and where there is none."""
    if name == "-":
        return None
    try:
        status = os.stat(name)  # noqa: PTH116  # Path rewrites the name
    except (OSError, ValueError):
        return None
    return Version(status.st_size, round(status.st_mtime_ns / 1e9, 6))


def read_task(task: Task, reader: Reader, limits: Limits) -> tuple[Page, tuple[Doubt, ...]]:
    """Read one picture, draw it where that is asked for, and time the whole.

    Returns the page, and what is for a person to review.

    Raises :class:`EmnistEdgeError` where it cannot be read or drawn.
    """
    from emnist_device.annotate import annotate
    from emnist_device.review import find_doubtful
    from emnist_device.trace import Trace

    start = time.perf_counter()
    if task.content is None:
        picture = read_picture(task.name, limits)
    else:
        picture = decode_picture(task.content, title(task.name), limits)
    loaded = time.perf_counter()
    trace = None if task.steps is None else Trace(task.steps)
    if task.doubt:
        page, glyphs = reader.read_with_glyphs(picture, trace)
        doubtful = find_doubtful(title(task.name), picture, page, glyphs, task.doubt)
    else:
        page, doubtful = reader.read(picture, trace), ()
    page = page.timed(load=loaded - start, total=time.perf_counter() - start)
    if task.target is not None:
        write_picture(task.target, annotate(picture, page))
    return page, doubtful


def read_many(
    tasks: Iterable[Task], make_reader: MakeReader, jobs: int, limits: Limits
) -> Iterator[tuple[int, Outcome]]:
    """Read pictures in ``jobs`` processes; yields the index of each and its outcome, as it is done.

    A picture that crashes its process, or takes more memory or time than the limits allow, has that
    for its outcome; the others are read. ``make_reader`` is called in each process and can be
    pickled: ``functools.partial(Reader, model)``.

    Raises :class:`EmnistEdgeError` where no reader can be made.
    """
    tasks = list(tasks)
    terms = Terms(limits.seconds, limits.memory, limits.pixels, alone=jobs == 1)
    for index, result in run(partial(_reading, make_reader, limits), tasks, jobs, terms):
        name = tasks[index].name
        if isinstance(result, Failure):
            yield index, Outcome(name, error=result.reason, version=version_of(name))
        else:
            yield index, result


def _reading(make_reader: MakeReader, limits: Limits) -> Callable[[Task], Outcome]:
    """Return the function of a worker: task -> outcome, which never raises."""
    reader = make_reader()

    def read(task: Task) -> Outcome:
        try:
            return _outcome(task, reader, limits)
        except MemoryError:
            reason = f"takes more than {limits.memory:,} bytes; raise the limit: --limit memory=N"
        except Exception as error:  # noqa: BLE001  # a fault of ours costs one picture, too
            if os.environ.get(DEBUG_VARIABLE):
                traceback.print_exc()
            name = f"{type(error).__name__}: {shown(error)}"
            reason = f"internal error ({name}); please report it"
        return Outcome(task.name, error=reason, version=version_of(task.name))

    return read


def _outcome(task: Task, reader: Reader, limits: Limits) -> Outcome:
    """Return what was read, or in what way the picture is at fault."""
    version = version_of(task.name)  # first: a file that is replaced meanwhile is not this one
    try:
        page, doubtful = read_task(task, reader, limits)
        outcome = Outcome(task.name, page, doubtful=doubtful)
    except EmnistEdgeError as error:
        outcome = Outcome(task.name, error=str(error).removeprefix(f"{title(task.name)}: "))
    return replace(outcome, version=version)


def outcomes(
    tasks: list[Task],
    make_reader: MakeReader,
    jobs: int,
    scheduler: str | None,
    limits: Limits,
) -> Generator[tuple[int, Outcome], None, None]:
    """Yield number and outcome of each task, as they are done.

    Several are read in processes, or on the cluster of a Dask ``scheduler``; a single one here.
    """
    if scheduler is not None:
        from emnist_device.cluster import read_on_cluster

        yield from read_on_cluster(tasks, make_reader, scheduler, limits)
    elif len(tasks) == 1:
        reader = make_reader()
        with _ended_after(limits.seconds, tasks[0].name):
            outcome = _outcome(tasks[0], reader, limits)
        yield 0, outcome
    else:
        yield from read_many(tasks, make_reader, jobs, limits)


@contextmanager
def _ended_after(seconds: float, name: str) -> Iterator[None]:
    """End this whole process with 1 and a line on stderr where the block takes too long.

    A codec that hangs cannot be interrupted, and does not return.
    """

    def end() -> None:
        line = f"emnist-edge: {title(name)}: {took_too_long(seconds)}\n"
        os.write(2, line.encode())
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
