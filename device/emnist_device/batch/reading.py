"""Pictures -> what was read in each, or why not, whatever a file does to its reader."""

from __future__ import annotations

import os
import time
import traceback
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from emnist_device.batch.tasks import Outcome, Task, title, version_of
from emnist_device.processes.process import DEBUG_VARIABLE, Failure, Terms, too_much
from emnist_device.processes.workers import run
from emnist_edge.errors import EmnistEdgeError, shown
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from emnist_device.image.limits import Limits
    from emnist_device.reader import Reader

    MakeReader = Callable[[], Reader]


def load_reader(model: str, **options: Any) -> Reader:
    """Return ``Reader(model, **options)``; what it needs is loaded where it is called."""
    load_base()
    from emnist_device.reader import Reader

    return Reader(model, **options)


def read_task(task: Task, reader: Reader, limits: Limits) -> Outcome:
    """Read one picture, draw it where that is asked for, and time the whole.

    Raises:
        EmnistEdgeError: it cannot be read or drawn.
    """
    from emnist_device.annotate import annotate
    from emnist_device.image.headers import read_header
    from emnist_device.image.picture import decode_picture, read_file, write_picture
    from emnist_device.review.page import find_doubtful
    from emnist_device.trace import Trace

    start = time.perf_counter()
    content = read_file(task.name, limits) if task.content is None else task.content
    picture = decode_picture(content, title(task.name), limits)
    header = read_header(content)
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
    return Outcome(task.name, page, doubtful=doubtful, pages=header.pages if header else 1)


def read_many(
    tasks: Iterable[Task], make_reader: MakeReader, jobs: int, limits: Limits
) -> Iterator[tuple[int, Outcome]]:
    """Read pictures in ``jobs`` processes; yields the index of each and its outcome, as it is done.

    A picture that crashes its process, or takes more memory or time than the limits allow, has that
    for its outcome; the others are read.

    Args:
        tasks: pictures to read.
        make_reader: called in each process, so it can be pickled:
            ``functools.partial(load_reader, model)``.
        jobs: how many processes.
        limits: what a picture may cost.

    Raises:
        EmnistEdgeError: no reader can be made.
    """
    tasks = list(tasks)
    terms = Terms(limits, alone=min(jobs, len(tasks)) == 1)
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
            reason = too_much(limits.memory)
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
        outcome = read_task(task, reader, limits)
    except EmnistEdgeError as error:
        outcome = Outcome(task.name, error=str(error).removeprefix(f"{title(task.name)}: "))
    return replace(outcome, version=version)
