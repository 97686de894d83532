"""What ``emnist-edge live`` does: everything it was asked for, put together and run."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.live.capture import Capture
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.loop import Loop
from emnist_device.live.outputs.make import Wanted, make_outputs
from emnist_device.live.outputs.outputs import Outputs
from emnist_device.live.outputs.systemd import Notifier
from emnist_device.live.outputs.terminal import Terminal
from emnist_device.live.sheets import SheetWatch
from emnist_device.live.sources.confined import confine
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.sequence import Sequence
from emnist_device.live.sources.source import Wish, WishError
from emnist_device.live.steady import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from emnist_device.forms.model import Template
    from emnist_device.live.sources.source import Source


#: The source that is none: the preview's pad and upload alone.
NO_SOURCE = "none"
# How often a watchdog is fed where there are no frames, in seconds.
_BEAT = 0.5
# Signals that ask for an end: from the keyboard, and from a closed terminal or the system.
_BY_HAND = (signal.SIGINT, signal.SIGQUIT)
_BY_OTHERS = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line; see ``emnist-edge live --help``.

    forms: templates of the sheets that are read, in place of lines of writing.
    """

    source: str = "auto"
    wish: Wish = field(default_factory=Wish)
    settings: Settings = field(default_factory=Settings)
    patience: Patience = field(default_factory=Patience)
    every_frame: bool = False
    turn: int = 0
    forms: tuple[Template, ...] = ()
    outputs: Wanted = field(default_factory=Wanted)


def run(options: Options) -> bool:
    """Read until the source ends or a signal comes, and say whether all went well.

    Raises :class:`EmnistEdgeError` where what was asked for cannot even begin, which is a
    :class:`WishError` where the source has no such thing.
    """
    stopping = threading.Event()
    terminal = Terminal(stopping.set)
    eye = Eye(options.settings)
    sheets = _make_watch(options) if options.forms else None
    with ExitStack() as undo:
        source = _open_source(options, terminal.complain, undo)
        with _signals(stopping):
            outputs = make_outputs(
                options.outputs,
                eye,
                terminal,
                stopping.set,
                None if source is None else source.rate,
                camera=source is not None,
                every_frame=options.every_frame,
            )
            undo.pop_all()  # the source is closed by whom it is given to
            notifier = Notifier()
            notifier.ready()
            try:
                if source is None:
                    return _serve(Outputs(outputs, terminal.complain), stopping, notifier)
                every_frame = options.every_frame or isinstance(source, Sequence)
                report, alive = terminal.complain, notifier.alive
                capture = Capture(source, report, every_frame=every_frame, turn=options.turn)
                patience = options.patience
                loop = Loop(capture, eye, patience, outputs, report, stopping, alive, sheets)
                loop.run()
                return not loop.failed
            finally:
                notifier.stopping()


def _make_watch(options: Options) -> SheetWatch:
    """Return what reads sheets of the forms; raises :class:`EmnistEdgeError` where it cannot."""
    from emnist_device.forms.reading.reader import SheetReader
    from emnist_device.forms.roster import read_roster

    settings = options.settings
    rosters = {
        each.form: read_roster(each.roster) for each in options.forms if each.roster is not None
    }
    reader = SheetReader(
        options.forms,
        settings.model,
        rosters=rosters,
        threads=settings.threads,
        limits=settings.limits,
    )
    return SheetWatch(reader.read, options.patience)


def _open_source(options: Options, report: Callable[[str], None], undo: ExitStack) -> Source | None:
    """Return the source, opened, and closed by ``undo``; None where there is to be none."""
    if options.source == NO_SOURCE:
        return None
    limits = options.settings.limits
    source = confine(make_source(options.source, options.wish, limits, report), limits)
    if options.every_frame and source.endless:
        raise WishError(f"{source.name}: --every-frame is for files; a camera does not wait")
    undo.callback(source.close)
    source.open()
    return source


def _serve(outputs: Outputs, stopping: threading.Event, notifier: Notifier) -> bool:
    """Wait until ``stopping`` is set, and say whether all went well."""
    with ExitStack() as rest:
        rest.callback(outputs.close)
        while not stopping.wait(_BEAT):
            notifier.alive()
    return not outputs.failed


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    r"""Let the signals that ask for an end set ``stopping``.

    A second Ctrl-C or Ctrl-\ does not wait. The others often come twice, such as SIGHUP from the
    shell and from the terminal that is closed, and must not break off what the first has begun.
    """
    before = {kind: signal.getsignal(kind) for kind in (*_BY_HAND, *_BY_OTHERS)}
    if before[signal.SIGHUP] is signal.SIG_IGN:  # nohup: to go on is what is asked for
        del before[signal.SIGHUP]

    def handle(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        for kind in _BY_HAND:
            signal.signal(kind, before[kind])

    for kind in before:
        signal.signal(kind, handle)
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
