"""All outputs together: one that fails is reported and left out, and each is closed at the end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from emnist_edge.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emnist_device.live.moment import Moment, Output


class Outputs:
    """Outputs, in the order in which they are shown a moment; closed in the opposite order.

    report: told in one line of an output that fails. failed: whether one has.
    """

    def __init__(self, outputs: Iterable[Output], report: Callable[[str], None]) -> None:
        self.failed = False
        self._outputs, self._report = list(outputs), report

    @property
    def gone(self) -> bool:
        """Whether an output has failed and none is left."""
        return self.failed and not self._outputs

    def show(self, moment: Moment) -> None:
        """Show ``moment``; an output that fails is closed, and left out from then on."""
        for output in tuple(self._outputs):
            try:
                output.show(moment)
            except OutputError as error:
                self._outputs.remove(output)
                self._complain(error)
                self._close(output)

    def close(self) -> None:
        """Close each output, even where closing another fails or Ctrl-C comes meanwhile."""
        with ExitStack() as rest:
            for output in self._outputs:
                rest.callback(self._close, output)
            self._outputs = []

    def _close(self, output: Output) -> None:
        try:
            output.close()
        except OutputError as error:
            self._complain(error)

    def _complain(self, error: OutputError) -> None:
        self._report(str(error))
        self.failed = True
