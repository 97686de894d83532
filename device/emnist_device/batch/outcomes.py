"""Pictures -> outcomes, read in processes here or on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.batch.reading import read_many

if TYPE_CHECKING:
    from collections.abc import Generator

    from emnist_device.batch.reading import MakeReader
    from emnist_device.batch.tasks import Outcome, Task
    from emnist_device.image.limits import Limits


def outcomes(
    tasks: list[Task],
    make_reader: MakeReader,
    jobs: int,
    scheduler: str | None,
    limits: Limits,
) -> Generator[tuple[int, Outcome], None, None]:
    """Yield the number of each task and its outcome, as they are done.

    Args:
        tasks: pictures to read.
        make_reader: returns a reader; called in each process, so it can be pickled.
        jobs: how many processes read.
        scheduler: address of a Dask scheduler whose workers read instead; None for processes here.
        limits: what a picture may cost.

    Raises:
        EmnistEdgeError: no reader can be made, or the scheduler does not answer.
    """
    if scheduler is not None:
        from emnist_device.batch.cluster import read_on_cluster

        yield from read_on_cluster(tasks, make_reader, scheduler, limits)
    else:
        yield from read_many(tasks, make_reader, jobs, limits)
