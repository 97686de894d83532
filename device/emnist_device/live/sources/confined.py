"""Sources whose bytes strangers send, opened and decoded in a process with limits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from emnist_device.live.sources.video import Stream, Video
from emnist_device.processes.process import Failure, Terms
from emnist_device.processes.servant import Servant
from emnist_edge.errors import PictureError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.image.limits import Limits
    from emnist_device.live.sources.source import Source

    Order = Literal["open", "read"]

# Seconds that a call may take where the limits allow more: OpenCV gives up after 10 by itself, and
# a capture thread counts as hung after 25.
_MOST_SECONDS = 20.0


def confine(source: Source, limits: Limits) -> Source:
    """Return ``source``, in a process of its own if its bytes are not to be trusted."""
    return Confined(source, limits) if isinstance(source, (Stream, Video)) else source


class Confined:
    """What ``source`` gives, by way of a process of its own.

    A frame that crashes the process, or takes more than the limits, ends a film; a stream is opened
    again, in another process.

    Args:
        source: not yet opened, and can be pickled.
        limits: what a frame may cost.
    """

    file = None

    def __init__(self, source: Stream | Video, limits: Limits) -> None:
        self.name, self.endless, self.rate = source.name, source.endless, source.rate
        seconds = min(limits.seconds, _MOST_SECONDS)
        terms = Terms(replace(limits, seconds=seconds))
        self._servant = Servant(partial(_play, source, limits), terms)
        self._ended = False

    def open(self) -> None:
        """Open the source, in the process that there is or in a new one."""
        self.rate = self._ask("open")
        self._ended = False

    def read(self) -> NDArray[np.uint8] | None:
        """Return the next frame; None at the end.

        Raises :class:`SourceError` where a stream gives none, and :class:`PictureError` where a
        film goes no further.
        """
        if self._ended:
            return None
        try:
            picture: NDArray[np.uint8] | None = self._ask("read")
        except (SourceError, PictureError) as error:
            if self.endless:
                raise SourceError(str(error)) from error
            self._ended = True
            raise PictureError(str(error)) from error
        return picture

    def close(self) -> None:
        """End the process."""
        self._servant.close()

    def _ask(self, order: Order) -> Any:
        answer = self._servant.do(order)
        if isinstance(answer, Failure):
            raise SourceError(f"{self.name}: a frame {answer.reason}")
        return answer


def _play(source: Stream | Video, limits: Limits) -> Callable[[Order], Any]:
    """Return the function of the process: an order -> the rate, or the next frame."""

    def check(shape: tuple[int, ...]) -> None:
        try:
            limits.check_frame(shape, source.name)
        except PictureError as error:
            raise SourceError(str(error)) from error

    opened = False

    def act(order: Order) -> Any:
        nonlocal opened
        if order == "open":
            source.open()
            width, height = source.size
            check((height, width))
            opened = True
            return source.rate
        if not opened:  # this process took the place of another
            raise SourceError(f"{source.name}: memory is short; close other programs")
        picture = source.read()
        if picture is not None:
            check(picture.shape)
        return picture

    return act
