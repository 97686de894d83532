from __future__ import annotations

import ctypes
import os
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.batch.outcomes import outcomes
from emnist_device.batch.reading import read_many
from emnist_device.batch.tasks import Outcome, Task
from emnist_device.image.limits import Limits
from emnist_edge import Reader
from emnist_edge.errors import ModelError
from tests.nasty import PAGE, TEXT, nasty_files

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.image.region import Region
    from emnist_device.trace import Trace
    from emnist_edge import Page

# Widths of pictures that a codec stumbles over, in the reader below.
CRASH, ABORT, HANG, FAULT, HOARD = 41, 42, 43, 44, 45


class Stumbling(Reader):
    """A reader that pictures of some widths are the end of."""

    def read(
        self,
        image: NDArray[np.uint8],
        trace: Trace | None = None,  # noqa: ARG002
        *,
        region: Region | None = None,  # noqa: ARG002
    ) -> Page:
        width = image.shape[1]
        if width == CRASH:
            ctypes.string_at(0)
        elif width == ABORT:
            os.abort()
        elif width == HANG:
            time.sleep(60)
        elif width == FAULT:
            raise KeyError("two\nlines")
        elif width == HOARD:
            np.ones(2**30)
        return super().read(image)


def blank(width: int) -> bytes:
    return cv2.imencode(".png", np.full((40, width), 200, np.uint8))[1].tobytes()


def test_a_picture_that_is_the_end_of_its_reader_costs_itself_alone() -> None:
    page = cv2.imencode(".png", PAGE)[1].tobytes()
    bad = (CRASH, ABORT, HANG, FAULT, HOARD)
    contents = [page, *(part for width in bad for part in (blank(width), page))]
    tasks = [Task(f"{number}.png", content) for number, content in enumerate(contents)]
    read = dict(read_many(tasks, Stumbling, 2, replace(Limits(), seconds=3)))
    assert sorted(read) == list(range(len(tasks)))
    assert [read[index].name for index in range(len(tasks))] == [task.name for task in tasks]
    pages = [outcome.page for _, outcome in sorted(read.items())]
    assert [page and page.text for page in pages] == [TEXT, *[None, TEXT] * len(bad)]
    reasons = [read[2 * number + 1].error or "" for number in range(len(bad))]
    for reason, part in zip(
        reasons,
        ("(SIGSEGV)", "(SIGABRT)", "longer than 3 s", "internal error (KeyError", "memory=N"),
        strict=True,
    ):
        assert part in reason
        assert "\n" not in reason


def test_a_folder_of_nasty_files_loses_nothing(tmp_path: Path) -> None:
    files = nasty_files()
    tasks = []
    for number, nasty in enumerate(files):
        (tmp_path / str(number)).write_bytes(nasty.content)
        tasks.append(Task(str(tmp_path / str(number))))
    read = dict(read_many(tasks, Reader, 2, Limits()))
    for index, nasty in enumerate(files):
        page, error = read[index].page, read[index].error
        assert (page and page.text) == nasty.text
        assert (error is None) == (nasty.error is None)
        assert "process" not in (error or "")  # none was the end of its reader


def test_a_single_picture_has_the_limits_of_many() -> None:
    def outcome(task: Task, limits: Limits) -> Outcome:
        ((index, outcome),) = outcomes([task], Stumbling, 4, None, limits)
        assert index == 0
        return outcome

    assert outcome(Task("p", blank(60)), Limits()).error is None
    slow = outcome(Task("a", blank(HANG)), Limits(seconds=0.5))
    assert slow.error == "took longer than 0.5 s; raise the limit: --limit seconds=S"
    crash = outcome(Task("a", blank(CRASH)), Limits())
    assert "(SIGSEGV)" in (crash.error or "")


def test_a_picture_in_error_is_named_once() -> None:
    read = [outcome for _, outcome in outcomes([Task("-", b"")], Reader, 1, None, Limits())]
    assert read == [Outcome("-", error="is empty")]
    assert read[0].title == "standard input"


def test_a_reader_that_cannot_be_made_is_said() -> None:
    tasks = [Task("a", blank(50)), Task("b", blank(50))]
    for some in (tasks, tasks[:1]):
        with pytest.raises(ModelError, match="no model named"):
            list(outcomes(some, partial(Reader, "cnn-int9"), 2, None, Limits()))
