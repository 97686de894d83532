"""What visitors ask for that takes long: in turn, few waiting, in a process that may die."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from emnist_device.image.limits import without_advice
from emnist_device.processes.process import Failure
from emnist_device.serving.answers import RefusedError
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.processes.servant import Servant

_Result = TypeVar("_Result")

# How many may wait for their turn.
_WAITING = 4
#: What is answered where more would wait.
TOO_MANY = "too many pictures at once; try again"


class Turns:
    """A thread of this ``name`` in which work is done in turn."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting = 0

    async def take(self, work: Callable[..., _Result], *given: Any) -> _Result:
        """Return what ``work`` makes of ``given``; :class:`RefusedError` where too many wait."""
        if self._waiting >= _WAITING:
            raise RefusedError(TOO_MANY, 503)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, work, *given)
        finally:
            self._waiting -= 1

    def close(self, end: Callable[[], None]) -> None:
        """Do what is waiting, and then ``end``; what comes later is not done."""
        self._thread.submit(end)
        self._thread.shutdown(wait=False)


def serve(servant: Servant, task: Any) -> Any:
    """Return what ``servant`` makes of a visitor's ``task``.

    Raises :class:`PictureError`, without what a visitor could not do about it.
    """
    try:
        result = servant.do(task)
    except PictureError as error:
        raise PictureError(without_advice(str(error))) from error
    if isinstance(result, Failure):
        raise PictureError(f"the picture {without_advice(result.reason)}")
    return result
