"""Pictures read on the workers of a Dask cluster, as ``batch.reading`` reads them here.

Pictures go out in small lots. A lot whose worker dies is read again by another, and its results
come once, when all of it is done: nothing is lost, nothing comes twice. Within a worker, pictures
are read in a process of their own, so that what a file does to it does not reach the cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.batch.reading import read_many
from emnist_device.batch.tasks import Outcome
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from emnist_device.batch.tasks import Task
    from emnist_device.image.limits import Limits
    from emnist_device.reader import Reader

#: Pictures in a lot: enough to be worth a process, few enough to be read again.
LOT = 16
# That a scheduler has to answer.
_SECONDS = 10
# Lots that are out for each thread of a worker: none waits for work, and the results of no more
# lots wait on the cluster, or here for those of an earlier one.
_LOTS_A_THREAD = 4


def connect(scheduler: str) -> Any:
    """Return a client (``dask.distributed.Client``) of the Dask ``scheduler``.

    Raises :class:`EmnistEdgeError` where Dask is not installed, or no scheduler answers.
    """
    load_module("dask.distributed", "--scheduler")
    from dask.distributed import Client

    try:
        return Client(scheduler, timeout=_SECONDS)
    except (OSError, ValueError) as error:
        raise EmnistEdgeError(f"{scheduler}: no Dask scheduler answers there") from error


def read_on_cluster(
    tasks: Sequence[Task], make_reader: Callable[[], Reader], scheduler: str, limits: Limits
) -> Iterator[tuple[int, Outcome]]:
    """Read pictures on the workers of the Dask ``scheduler``; yields as ``read_many`` does.

    The workers have this package installed, and see the files under the same paths.

    Raises:
        EmnistEdgeError: Dask is not installed, no scheduler answers, or no reader can be made.
    """
    with connect(scheduler) as client:
        from dask.distributed import as_completed

        lots = [tasks[start : start + LOT] for start in range(0, len(tasks), LOT)]
        ahead = _LOTS_A_THREAD * max(1, sum(client.nthreads().values()))
        out: dict[Any, int] = {}
        completed = as_completed()

        def send(number: int) -> None:
            future = client.submit(
                _read_lot, lots[number], make_reader, limits, pure=False, retries=2
            )
            out[future] = number
            completed.add(future)

        following = min(ahead, len(lots))
        for number in range(following):
            send(number)
        for future in completed:
            number = out.pop(future)
            while following < min(min(out.values(), default=following) + ahead, len(lots)):
                send(following)
                following += 1
            for place, outcome in enumerate(_outcomes(future, lots[number])):
                yield number * LOT + place, outcome


def _outcomes(future: Any, lot: Sequence[Task]) -> list[Outcome]:
    """Return what became of ``lot``; raises :class:`EmnistEdgeError` where no reader was made."""
    fault = future.exception()
    if isinstance(fault, EmnistEdgeError):
        raise fault
    return future.result() if fault is None else _lost(lot, type(fault).__name__)


def _read_lot(
    tasks: Sequence[Task], make_reader: Callable[[], Reader], limits: Limits
) -> list[Outcome]:
    """Read ``tasks`` in a process of this worker's machine; returns their outcomes in order."""
    outcomes = dict(read_many(tasks, make_reader, 1, limits))
    return [outcomes[index] for index in range(len(tasks))]


def _lost(tasks: Sequence[Task], reason: str) -> list[Outcome]:
    """Return the outcomes of a lot that no worker could bring to its end."""
    return [Outcome(task.name, error=f"was not read on the cluster ({reason})") for task in tasks]
