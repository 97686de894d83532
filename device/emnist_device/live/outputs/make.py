"""What moments are shown on: what a user asked for -> outputs, open."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.live.outputs.terminal import Printer, Terminal
from emnist_edge.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emnist_device.live.eye import Eye
    from emnist_device.live.moment import Output
    from emnist_device.live.outputs.broker import Broker
    from emnist_device.serving.address import Address

# Frames a second of the recording of a camera, however many it gives.
_RECORDING_RATE = 25.0


@dataclass(frozen=True)
class Wanted:
    """What is asked for to show moments on, besides the terminal, which always is.

    as_json, trigger: how texts are printed, see :class:`Printer`. changing: whether what is in
    sight stands on a line that changes. window: of the desktop. record: video file. serve: of the
    preview page. mqtt: broker to publish texts to.
    """

    as_json: bool = False
    trigger: bool = False
    changing: bool = False
    window: bool = False
    record: Path | None = None
    serve: Address | None = None
    mqtt: Broker | None = None


def make_outputs(
    wanted: Wanted,
    eye: Eye,
    terminal: Terminal,
    stop: Callable[[], None],
    rate: float | None = None,
    *,
    camera: bool = True,
    every_frame: bool = False,
) -> list[Output]:
    """Return the outputs, open; where one cannot be opened, those before it are closed.

    Args:
        wanted: which.
        eye: reads the frames; the preview page changes its settings.
        terminal: is printed on, and told in one line of what goes wrong.
        stop: ends the reading; called where a window is closed.
        rate: frames a second of the source; None where it has none of its own.
        camera: whether frames are to come at all.
        every_frame: record all frames, however slow the disk is.

    Raises:
        OutputError: an output cannot be opened.
        RuntimeMissingError: a package that one needs is not installed.
    """
    outputs: list[Output] = []
    with ExitStack() as undo:

        def add(output: Output) -> None:
            outputs.append(output)
            undo.callback(output.close)

        changing = wanted.changing and not wanted.trigger
        add(Printer(terminal, as_json=wanted.as_json, trigger=wanted.trigger, changing=changing))
        if wanted.window:
            from emnist_device.live.outputs.window import Window

            add(Window(stop))
        if wanted.serve is not None:
            from emnist_device.live.preview.server import Preview

            preview = Preview(wanted.serve, eye, terminal.complain, camera=camera)
            add(preview)
            terminal.complain(f"preview at {preview.url}")
        if wanted.mqtt is not None:
            from emnist_device.live.outputs.mqtt import Publisher

            add(Publisher(wanted.mqtt, terminal.complain))
        if wanted.record is not None:
            from emnist_device.live.outputs.recording import Recording

            recording = Recording(wanted.record, rate or _RECORDING_RATE, wait=every_frame)
            add(recording)
            if recording.path != wanted.record:
                terminal.complain(
                    f"{shown(wanted.record)} exists; recording to {shown(recording.path)}"
                )
        undo.pop_all()  # from here on they are closed by whom they are given to
    return outputs
