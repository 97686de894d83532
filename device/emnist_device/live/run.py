"""What ``emnist-edge live`` does: everything it was asked for, put together and run."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.live.capture import Capture
from emnist_device.live.loop import Eye, Loop, Settings
from emnist_device.live.outputs.outputs import Outputs
from emnist_device.live.outputs.systemd import Notifier
from emnist_device.live.outputs.terminal import Printer, Terminal
from emnist_device.live.sources.confined import confine
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.sequence import Sequence
from emnist_device.live.sources.source import Wish, WishError
from emnist_device.live.steady import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from emnist_device.live.moment import Output
    from emnist_device.live.outputs.broker import Broker
    from emnist_device.live.preview.address import Address
    from emnist_device.live.sources.source import Source


#: The source that is none: the preview's pad and upload alone.
NO_SOURCE = "none"
# How often a watchdog is fed where there are no frames, in seconds.
_BEAT = 0.5
# Frames a second of the recording of a camera, however many it gives.
_RECORDING_RATE = 25.0
# Signals that ask for an end: from the keyboard, and from a closed terminal or the system.
_BY_HAND = (signal.SIGINT, signal.SIGQUIT)
_BY_OTHERS = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line; see ``emnist-edge live --help``."""

    source: str = "auto"
    wish: Wish = field(default_factory=Wish)
    settings: Settings = field(default_factory=Settings)
    patience: Patience = field(default_factory=Patience)
    every_frame: bool = False
    turn: int = 0
    as_json: bool = False
    trigger: bool = False
    changing: bool = False
    window: bool = False
    record: Path | None = None
    serve: Address | None = None
    mqtt: Broker | None = None


def run(options: Options) -> bool:
    """Read until the source ends or a signal comes, and say whether all went well.

    Raises :class:`EmnistEdgeError` where what was asked for cannot even begin, which is a
    :class:`WishError` where the source has no such thing.
    """
    stopping = threading.Event()
    terminal = Terminal(stopping.set)
    eye = Eye(options.settings)
    with ExitStack() as undo:
        source = _open_source(options, terminal.complain, undo)
        with _signals(stopping):
            outputs = _open_outputs(options, eye, source, terminal, stopping.set, undo)
            undo.pop_all()  # from here on they are closed by whom they are given to
            notifier = Notifier()
            notifier.ready()
            try:
                if source is None:
                    return _serve(Outputs(outputs, terminal.complain), stopping, notifier)
                every_frame = options.every_frame or isinstance(source, Sequence)
                report, alive = terminal.complain, notifier.alive
                capture = Capture(source, report, every_frame=every_frame, turn=options.turn)
                loop = Loop(capture, eye, options.patience, outputs, report, stopping, alive)
                loop.run()
                return not loop.failed
            finally:
                notifier.stopping()


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


def _open_outputs(
    options: Options,
    eye: Eye,
    source: Source | None,
    terminal: Terminal,
    stop: Callable[[], None],
    undo: ExitStack,
) -> list[Output]:
    """Return the outputs that were asked for, each of which ``undo`` closes if the next fails."""
    outputs: list[Output] = []

    def add(output: Output) -> None:
        outputs.append(output)
        undo.callback(output.close)

    changing = options.changing and not options.trigger
    add(Printer(terminal, as_json=options.as_json, trigger=options.trigger, changing=changing))
    if options.window:
        from emnist_device.live.outputs.window import Window

        add(Window(stop))
    if options.serve is not None:
        from emnist_device.live.preview.server import Preview

        preview = Preview(options.serve, eye, terminal.complain)
        add(preview)
        terminal.complain(f"preview at {preview.url}")
    if options.mqtt is not None:
        from emnist_device.live.outputs.mqtt import Publisher

        add(Publisher(options.mqtt, terminal.complain))
    if options.record is not None:
        from emnist_device.live.outputs.recording import Recording

        rate = source.rate if source is not None else None
        wait = options.every_frame
        recording = Recording(options.record, rate or _RECORDING_RATE, wait=wait)
        add(recording)
        if recording.path != options.record:
            terminal.complain(f"{options.record} exists; recording to {recording.path}")
    return outputs


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
