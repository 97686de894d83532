"""Text on the terminal: settled lines, JSON Lines, and one line that changes."""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from emnist_edge.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.live.moment import Moment

# The changing line is written this often, in seconds: faster is unrest, and slow over a network.
_PERIOD = 0.1
_ERASE = "\r\x1b[K"


class Terminal:
    """Settled texts on ``stdout``, each on a line; and below, where it is a terminal, what is seen.

    Whoever reads the other end of a pipe may leave: ``gone`` is called once then. Where there is no
    standard output, or no standard error, what belongs there goes nowhere.
    """

    def __init__(self, gone: Callable[[], None], stdout: TextIO | None = None) -> None:
        self._stdout: TextIO | None = stdout or sys.stdout
        self._gone = gone
        self._lock = threading.RLock()
        self._status = ""
        self._due = 0.0

    def look(self) -> None:
        """Find out, without writing, whether the reader of a pipe has left."""
        with suppress(OSError, ValueError):  # closed, or no file of the system
            if self._stdout is not None:
                poll = select.poll()
                poll.register(self._stdout.fileno(), 0)
                if any(event & select.POLLERR for _, event in poll.poll(0)):
                    self._leave()

    def show_settled(self, moment: Moment) -> None:
        """Print the texts that are new."""
        for settled in moment.settled:
            self.say(settled.text)

    def show_status(self, moment: Moment) -> None:
        """Renew the changing line."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _PERIOD
        text = " / ".join(each.line.text for each in moment.lines)
        figures = f"{moment.rate:.0f} fps  {moment.latency_ms:.0f} ms  {moment.dropped} dropped"
        width = shutil.get_terminal_size().columns - 1
        room = max(width - len(figures) - 2, 8)
        shown = text if len(text) <= room else text[: room - 1] + "…"
        self._write(f"{_ERASE}\x1b[2m{shown:<{room}}  {figures}\x1b[0m", status=shown)

    def say(self, line: str) -> None:
        """Print ``line`` for good, above the changing line."""
        self._write(f"{_ERASE if self._status else ''}{line}\n")

    def say_json(self, value: dict[str, Any]) -> None:
        """Print ``value`` as one line of JSON."""
        self.say(json.dumps(value, ensure_ascii=False))

    def complain(self, line: str) -> None:
        """Print ``line`` on stderr; from any thread, and never an error itself."""
        with self._lock, suppress(OSError, ValueError, OutputError):
            if self._status:
                self._write(_ERASE)
            if sys.stderr is not None:
                print(f"emnist-edge: {line}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Erase the changing line."""
        if self._status:
            self._write(_ERASE)

    def _write(self, text: str, status: str = "") -> None:
        """Write ``text``; raises :class:`OutputError` where that fails for good."""
        with self._lock:
            if self._stdout is None:
                return
            self._status = status
            try:
                self._stdout.write(text)
                self._stdout.flush()
            except BrokenPipeError:
                self._leave()
            except OutputError:
                self._discard()
                raise
            except (OSError, ValueError) as error:
                self._discard()
                reason = getattr(error, "strerror", None) or error
                raise OutputError(f"standard output: cannot be written ({reason})") from error

    def _leave(self) -> None:
        self._discard()
        self._gone()

    def _discard(self) -> None:
        """Throw away what is buffered: to write it at the end would raise once more."""
        stdout, self._stdout = self._stdout, None
        if stdout is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stdout.fileno())
            os.close(nowhere)


class Printer:
    """Shows moments on a terminal.

    as_json: as JSON Lines, one per frame, or one per settled text with ``trigger``.
    trigger: nothing but settled texts.
    """

    def __init__(self, terminal: Terminal, *, as_json: bool, trigger: bool, changing: bool) -> None:
        self._terminal = terminal
        self._as_json, self._trigger, self._changing = as_json, trigger, changing

    def show(self, moment: Moment) -> None:
        """Print what is new."""
        self._terminal.look()
        if not self._as_json:
            self._terminal.show_settled(moment)
            if self._changing and not self._trigger:
                self._terminal.show_status(moment)
        elif self._trigger:
            for settled in moment.settled:
                self._terminal.say_json(settled.to_dict())
        else:
            self._terminal.say_json(moment.to_dict())

    def close(self) -> None:
        """Leave the terminal tidy."""
        self._terminal.close()
