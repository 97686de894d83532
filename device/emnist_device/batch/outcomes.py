"""Pictures -> outcomes, read in processes here or on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from emnist_device.batch.reading import MakeReader
    from emnist_device.batch.tasks import Outcome, Task
    from emnist_device.image.limits import Limits
from emnist_device.batch.reading import read_many


def outcomes(
    tasks: list[Task],
    make_reader: MakeReader,
    jobs: int,
    scheduler: str | None,
    limits: Limits,
) -> Generator[tuple[int, Outcome], None, None]:
    """Yield number and outcome of each task, as they are done.

    They are read in processes, or on the cluster of a Dask ``scheduler``.
    """
    if scheduler is not None:
        from emnist_device.batch.cluster import read_on_cluster

        yield from read_on_cluster(tasks, make_reader, scheduler, limits)
    else:
        yield from read_many(tasks, make_reader, jobs, limits)
