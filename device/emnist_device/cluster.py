"""Pictures read on the workers of a Dask cluster, as :mod:`emnist_device.batch` reads them here.

Pictures go out in small lots. A lot whose worker dies is read again by another, and its results
come once, when all of it is done: nothing is lost, nothing comes twice. Within a worker, pictures
are read in a process of their own, so that what a file does to it does not reach the cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.batch import Outcome, read_many
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from emnist_device.batch import Task
    from emnist_device.limits import Limits
    from emnist_device.reader import Reader

#: Pictures in a lot: enough to be worth a process, few enough to be read again.
LOT = 16


def read_on_cluster(
    tasks: Sequence[Task], make_reader: Callable[[], Reader], scheduler: str, limits: Limits
) -> Iterator[tuple[int, Outcome]]:
    """Read pictures on the workers of the Dask ``scheduler``; yields as ``read_many`` does.

    The workers have this package installed, and see the files under the same paths.

    Raises :class:`EmnistEdgeError` where Dask is not installed, no scheduler answers, or no reader
    can be made.
    """
    load_module("dask.distributed", "--scheduler")
    from dask.distributed import Client, as_completed

    lots = [tasks[start : start + LOT] for start in range(0, len(tasks), LOT)]
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise EmnistEdgeError(f"{scheduler}: no Dask scheduler answers there") from error
    with client:
        futures = {
            client.submit(_read_lot, lot, make_reader, limits, pure=False, retries=2): number
            for number, lot in enumerate(lots)
        }
        for future in as_completed(futures):
            number = futures.pop(future)
            fault = future.exception()
            if isinstance(fault, EmnistEdgeError):
                raise fault
            outcomes = (
                future.result() if fault is None else _lost(lots[number], type(fault).__name__)
            )
            for place, outcome in enumerate(outcomes):
                yield number * LOT + place, outcome


def _read_lot(
    tasks: Sequence[Task], make_reader: Callable[[], Reader], limits: Limits
) -> list[Outcome]:
    """Read ``tasks`` in a process of this worker's machine; returns their outcomes in order."""
    outcomes = dict(read_many(tasks, make_reader, 1, limits))
    return [outcomes[index] for index in range(len(tasks))]


def _lost(tasks: Sequence[Task], reason: str) -> list[Outcome]:
    """Return the outcomes of a lot that no worker could bring to its end."""
    return [Outcome(task.name, error=f"was not read on the cluster ({reason})") for task in tasks]
