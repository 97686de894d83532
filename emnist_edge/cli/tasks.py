"""What ``classify`` is to read: the pages of what was named, each with where its drawings go."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from emnist_edge.cli.targets import annotation_targets, check_folder, in_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from emnist_device.batch.pages import FilePage
    from emnist_device.batch.tasks import Task
    from emnist_device.decoding import Decoding
    from emnist_device.image.limits import Limits
    from emnist_edge.cli.outputs import Outputs


def read_input(names: Sequence[str], limits: Limits) -> bytes:
    """Return what standard input holds if it is among ``names``, as far as a picture may."""
    content = bytearray()
    if "-" in names:
        while len(content) <= limits.file_bytes and (more := sys.stdin.buffer.read(2**20)):
            content += more
    return bytes(content)


def make_tasks(
    pages: Sequence[FilePage],
    content: bytes,
    outputs: Outputs,
    decoding: Decoding,
    *,
    alone: bool,
) -> list[Task]:
    """Return a task for each page.

    Args:
        pages: what is to be read.
        content: of standard input.
        outputs: what is written of each.
        decoding: what is known of the text.
        alone: whether one file was named.

    Raises:
        click.BadParameter: nothing can be written there.
    """
    from emnist_device.batch.tasks import Task

    targets = annotation_targets(pages, outputs.annotate, alone=alone)
    steps = _folders_of_steps(pages, outputs.debug_dir)
    doubt = outputs.least_probable(decoding)
    return [
        Task(
            page.name,
            content if page.name == "-" else None,
            target=target,
            steps=folder,
            doubt=doubt,
            number=page.number,
            pages=page.pages,
            fault=page.fault,
        )
        for page, target, folder in zip(pages, targets, steps, strict=True)
    ]


@contextmanager
def input_kept(tasks: list[Task], scheduler: str | None) -> Iterator[list[Task]]:
    """Give ``tasks`` with standard input in a file, if it has pages: it is not sent for each.

    The workers of a ``scheduler`` do not see such a file.
    """
    contents = {task.content for task in tasks if task.content is not None and task.pages > 1}
    if not contents or scheduler is not None:
        yield tasks
        return
    with tempfile.NamedTemporaryFile(prefix="emnist-edge-") as file:
        file.write(*contents)
        file.flush()
        yield [
            task if task.content is None else replace(task, content=None, path=file.name)
            for task in tasks
        ]


def _folders_of_steps(pages: Sequence[FilePage], folder: Path | None) -> Sequence[Path | None]:
    """Return where the steps of each page are written, None for nowhere."""
    if folder is None:
        return [None] * len(pages)
    if folder.exists():
        check_folder(folder, "--debug-dir", "name another")
    return in_folder(pages, folder, "")
