"""What ``emnist-edge live`` does: everything it was asked for, put together and run."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.live.capture import Capture
from emnist_device.live.loop import Eye, Loop, Settings
from emnist_device.live.source import Wish, make_source
from emnist_device.live.steady import Patience
from emnist_device.live.terminal import Printer, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from emnist_device.live.moment import Output


# Frames a second of the recording of a camera, however many it gives.
_RECORDING_RATE = 25.0


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


def run(options: Options) -> bool:
    """Read until the source ends or a signal comes, and say whether all went well.

    Raises :class:`EmnistEdgeError` where what was asked for cannot even begin.
    """
    loops: list[Loop] = []

    def stop() -> None:
        for loop in loops:
            loop.stop()

    terminal = Terminal(stop)
    eye = Eye(options.settings)
    source = make_source(options.source, options.wish)
    source.open()
    outputs: list[Output] = []
    try:
        outputs.append(
            Printer(
                terminal,
                as_json=options.as_json,
                trigger=options.trigger,
                changing=options.changing,
            )
        )
        if options.window:
            from emnist_device.live.window import Window

            outputs.append(Window(stop))
        if options.record is not None:
            from emnist_device.live.recording import Recording

            rate = source.rate or _RECORDING_RATE
            recording = Recording(options.record, rate, wait=options.every_frame)
            outputs.append(recording)
            if recording.path != options.record:
                terminal.complain(f"{options.record} exists; recording to {recording.path}")
        capture = Capture(
            source, terminal.complain, every_frame=options.every_frame, turn=options.turn
        )
        loops.append(Loop(capture, eye, options.patience, outputs, terminal.complain))
    except BaseException:
        source.close()
        for output in outputs:
            output.close()
        raise
    with _signals(loops[0]):
        loops[0].run()
    return not loops[0].failed


@contextmanager
def _signals(loop: Loop) -> Iterator[None]:
    """Let SIGINT and SIGTERM end ``loop``; a second one ends the process as it always did."""
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.stop()
        for kind, handler in before.items():
            signal.signal(kind, handler)

    for kind in kinds:
        signal.signal(kind, handle)
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
