"""Outcomes of reading -> the terminal: text, JSON or CSV in order, progress, errors."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from emnist_device.page import UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_device.batch.printed import Printed
    from emnist_device.batch.tasks import Outcome

_CLEAR_LINE = "\r\x1b[K"


class Console:
    """Prints outcomes, which come in any order, in the order of their numbers from 0.

    Args:
        written_as: how; None for text.
        headed: whether each text stands under the name of its picture.
        silent: print errors alone.
        file: takes what is printed in place of standard output.
    """

    def __init__(
        self,
        written_as: Printed | None,
        *,
        headed: bool,
        silent: bool,
        file: BinaryIO | None = None,
    ) -> None:
        self._format, self._headed, self._silent = written_as, headed, silent
        self._file = file
        self._waiting: dict[int, Outcome] = {}
        self._next = 0
        self._printed = False
        self._bar: Any = None  # click's, whose class is not public

    def add(self, index: int, outcome: Outcome) -> list[Outcome]:
        """Take the outcome of number ``index``; print what is next in order, and return it."""
        self._waiting[index] = outcome
        printed = []
        while self._next in self._waiting:
            printed.append(self._waiting.pop(self._next))
            self._print(printed[-1])
            self._next += 1
        if self._bar is not None:
            self._bar.update(1)
        return printed

    def complain(self, message: str) -> None:
        """Print ``message`` as a line on stderr, above the progress bar if there is one."""
        click.echo(
            (_CLEAR_LINE if self._bar is not None else "") + f"emnist-edge: {message}", err=True
        )

    @contextmanager
    def progress(self, done: int, total: int) -> Iterator[None]:
        """Show a bar on stderr where that is a terminal and the results go elsewhere."""
        shows = sys.stdout.isatty() and not self._silent and self._file is None
        if total < 2 or not sys.stderr.isatty() or shows:
            yield
            return
        with click.progressbar(
            length=total, label="pictures", show_pos=True, file=sys.stderr
        ) as bar:
            self._bar = bar
            bar.update(done)
            yield
        self._bar = None

    def _print(self, outcome: Outcome) -> None:
        if outcome.page is None:
            if outcome.failed:
                self.complain(f"{outcome.title}: {outcome.error}")
            self._show(outcome)
            return
        if outcome.frames > 1:
            self.complain(f"{outcome.title}: has {outcome.frames} frames; the first was read")
        if not outcome.page.lines:
            self.complain(f"{outcome.title}: nothing to read")
        if outcome.page.left_out:
            self.complain(
                f"{outcome.title}: characters that were found and left out, as --line, --single or "
                f"--hand-only asks: {outcome.page.left_out}"
            )
        for number, line in enumerate(outcome.page.lines, start=1):
            if line.matched is False:
                self.complain(
                    f"{outcome.title}: line {number} ({line.text}) was read, or some of its words, "
                    f"{UNMATCHED}"
                )
        self._show(outcome)

    def finish(self) -> None:
        """Print what stands after the last outcome."""
        if self._format is not None and self._printed:
            self._put(self._format.ending())

    def _put(self, text: str | bytes) -> None:
        content = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
        click.echo(content, file=self._file, nl=False)

    def _show(self, outcome: Outcome) -> None:
        """Print what was read, or in JSON and CSV also that nothing was."""
        if self._silent:
            return
        if self._format is not None:
            if not self._printed:
                self._put(self._format.heading())
            self._put(self._format.page(outcome, self._next + 1))
        elif outcome.page is None:
            return
        elif self._headed:
            click.echo(("\n" if self._printed else "") + f"{outcome.title}:\n{outcome.page.text}")
        else:
            click.echo(outcome.page.text, nl=bool(outcome.page.lines))
        self._printed = True
