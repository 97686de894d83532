"""Pictures -> what was read in each, or why not, whatever a file does to its reader."""

from __future__ import annotations

import os
import time
import traceback
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from emnist_device.batch.tasks import Outcome, Task, title, version_of
from emnist_device.processes.process import DEBUG_VARIABLE, Failure, Terms, too_much
from emnist_device.processes.workers import run
from emnist_edge.errors import EmnistEdgeError, shown
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from emnist_device.image.document import Document
    from emnist_device.image.limits import Limits
    from emnist_device.reader import Reader

    MakeReader = Callable[[], Any]
    ReadTask = Callable[[Task, Any, "Shelf"], Outcome]


def load_reader(model: str, **options: Any) -> Reader:
    """Return ``Reader(model, **options)``; what it needs is loaded where it is called."""
    load_base()
    from emnist_device.reader import Reader

    return Reader(model, **options)


def read_task(task: Task, reader: Reader, shelf: Shelf) -> Outcome:
    """Read one page, draw it where that is asked for, and time the whole.

    Raises:
        EmnistEdgeError: it cannot be read or drawn.
    """
    from emnist_device.annotate import annotate
    from emnist_device.image.picture import write_picture
    from emnist_device.review.page import find_doubtful
    from emnist_device.trace import Trace

    start = time.perf_counter()
    document = shelf.open(task)
    picture = document.picture(task.number or 1)
    loaded = time.perf_counter()
    trace = None if task.steps is None else Trace(task.steps)
    if task.doubt:
        page, glyphs = reader.read_with_glyphs(picture, trace)
        doubtful = find_doubtful(task.title, picture, page, glyphs, task.doubt)
    else:
        page, doubtful = reader.read(picture, trace), ()
    page = page.timed(load=loaded - start, total=time.perf_counter() - start)
    if task.target is not None:
        write_picture(task.target, annotate(picture, page))
    height, width = picture.shape[:2]
    outcome = unread(task, None)
    return replace(
        outcome, page=page, doubtful=doubtful, frames=document.frames, size=(width, height)
    )


class Shelf:
    """The document that is read, kept open while its pages come, which is one after another."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._key: object = None
        self._document: Document | None = None

    def open(self, task: Task) -> Document:
        """Return the document of ``task``; raises as ``read_document``."""
        from emnist_device.image.document import read_document
        from emnist_device.image.files import open_file

        path = task.path or task.name
        key = (path, version_of(path))
        if self._document is not None and key == self._key:
            return self._document
        self.clear()
        content = task.content
        file = open_file(path, self._limits) if content is None else BytesIO(content)
        document = read_document(file, title(task.name), self._limits)
        if task.pages > 1 and content is None:
            self._key, self._document = key, document
        return document

    def clear(self) -> None:
        """Let go of the document."""
        if self._document is not None:
            self._document.close()
        self._key = self._document = None


def read_many(
    tasks: Iterable[Task],
    make_reader: MakeReader,
    jobs: int,
    limits: Limits,
    read: ReadTask | None = None,
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
        read: what is done with each by what ``make_reader`` returned; it can be pickled, too. None
            for :func:`read_task`.

    Raises:
        EmnistEdgeError: no reader can be made.
    """
    tasks = list(tasks)
    terms = Terms(limits, alone=min(jobs, len(tasks)) == 1)
    for index, result in run(
        partial(_reading, make_reader, limits, read or read_task), tasks, jobs, terms
    ):
        yield index, unread(tasks[index], result.reason) if isinstance(result, Failure) else result


def _reading(
    make_reader: MakeReader, limits: Limits, read_one: ReadTask
) -> Callable[[Task], Outcome]:
    """Return the function of a worker: task -> outcome, which never raises."""
    reader, shelf = make_reader(), Shelf(limits)

    def read(task: Task) -> Outcome:
        try:
            return _outcome(task, reader, shelf, read_one)
        except MemoryError:
            shelf.clear()
            reason = too_much(limits.memory)
        except Exception as error:  # noqa: BLE001  # a fault of ours costs one picture, too
            if os.environ.get(DEBUG_VARIABLE):
                traceback.print_exc()
            name = f"{type(error).__name__}: {shown(error)}"
            reason = f"internal error ({name}); please report it"
        return unread(task, reason)

    return read


def _outcome(task: Task, reader: Any, shelf: Shelf, read_one: ReadTask) -> Outcome:
    """Return what was read, or in what way the picture is at fault."""
    version = version_of(task.name)  # first: a file that is replaced meanwhile is not this one
    try:
        if task.fault is not None:
            return unread(task, task.fault)
        outcome = read_one(task, reader, shelf)
    except EmnistEdgeError as error:
        outcome = unread(task, str(error).removeprefix(f"{title(task.name)}: "))
    return replace(outcome, version=version)


def unread(task: Task, reason: str | None) -> Outcome:
    """Return the outcome of ``task`` without a text."""
    return Outcome(
        task.name,
        error=reason,
        number=task.number,
        pages=task.pages,
        version=version_of(task.name),
    )
