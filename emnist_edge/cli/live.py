"""``emnist-edge live``: from a camera, stream or video to text, until it ends or is stopped."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.options import decoding_options, limit_option, model_option
from emnist_edge.errors import ModelError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from emnist_device.decoding import Decoding
    from emnist_device.image.limits import Limits


def parse_size(value: str) -> tuple[int, int]:
    """Return width and height in pixels of a size such as 640x480."""
    width, _, height = value.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise click.BadParameter(f"{value!r} is not a size such as 640x480")
    size = int(width), int(height)
    if not (min(size) >= 64 and max(size) <= 8192):
        raise click.BadParameter(f"{value}: each side must be from 64 to 8192 pixels")
    return size


def parse_focus(value: str) -> float | Literal["auto", "once"]:
    """Return ``auto``, ``once``, or dioptres."""
    return value if value in {"auto", "once"} else _number(value, 0, 100)  # type: ignore[return-value]


def parse_exposure(value: str) -> float | None:
    """Return milliseconds, or None for ``auto``."""
    return None if value == "auto" else _number(value, 0.01, 10_000)


def parse_gain(value: str) -> float | None:
    """Return a factor, or None for ``auto``."""
    return None if value == "auto" else _number(value, 1, 100)


def _number(value: str, least: float, most: float) -> float:
    """Return ``value`` as a number; a usage error where it is none from ``least`` to ``most``."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise click.BadParameter(
            f"{value!r} is neither auto nor a number from {least:g} to {most:g}"
        )
    return number


@click.command(short_help="Read what a camera, stream or video shows.")
@click.argument("source", default="auto", envvar="EMNIST_EDGE_SOURCE", shell_complete=complete_file)
@model_option
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--colour", is_flag=True, help="Read colours too: slower; for pale coloured ink.")
@click.option(
    "--size",
    type=parse_size,
    metavar="WxH",
    default="640x480",
    show_default=True,
    help="Of a camera.",
)
@click.option(
    "--fps", type=click.FloatRange(1, 240), default=30, show_default=True, help="Of a camera."
)
@click.option(
    "--turn",
    type=click.Choice(["0", "90", "180", "270"]),
    default="0",
    show_default=True,
    help="Turn the picture clockwise, for a camera that is mounted so.",
)
@click.option(
    "--focus",
    type=parse_focus,
    metavar="auto|once|DIOPTRES",
    default="auto",
    show_default=True,
    help="Of the Pi's own camera: follow, focus at the start, or 1 / metres; 0 is far.",
)
@click.option(
    "--exposure",
    type=parse_exposure,
    metavar="auto|MS",
    default="auto",
    show_default=True,
    help="Of the Pi's own camera, in milliseconds.",
)
@click.option(
    "--gain",
    type=parse_gain,
    metavar="auto|FACTOR",
    default="auto",
    show_default=True,
    help="Of the Pi's own camera, 1 being none.",
)
@click.option(
    "--zoom",
    type=click.FloatRange(1, 16),
    default=1,
    show_default=True,
    help="Of the Pi's own camera: the middle of the picture, enlarged.",
)
@click.option("--every-frame", is_flag=True, help="Of a file: read all frames, at any pace.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per frame and line.")
@click.option("--trigger", is_flag=True, help="Print settled texts and nothing else.")
@click.option(
    "--settle",
    type=click.FloatRange(0, 60),
    default=0.5,
    show_default=True,
    help="Seconds that a text must read the same to be settled.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="What the characters of a settled text have at the mean.",
)
@click.option(
    "--again",
    type=click.FloatRange(0),
    default=5,
    show_default=True,
    help="Seconds out of sight after which a text is reported once more.",
)
@click.option(
    "--mqtt",
    metavar="URL",
    envvar="EMNIST_EDGE_MQTT",
    help="Publish settled texts: mqtt://[user:password@]host[:port]/topic, or mqtts.",
)
@click.option(
    "--serve",
    metavar="[HOST:]PORT",
    help="Show the preview page in a browser; on 127.0.0.1 unless HOST says otherwise.",
)
@click.option(
    "--token",
    envvar="EMNIST_EDGE_TOKEN",
    help="What visitors of the page must bring, 8 characters or more; beyond this machine one is "
    "made up if not given.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Address or network of a reverse proxy of the page on another machine.",
)
@click.option("--window", is_flag=True, help="Show the picture in a window of the desktop.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Record the frames to a .mp4, .mkv or .avi, and what was read to a .jsonl beside it.",
)
@limit_option
@decoding_options
def live(  # noqa: PLR0913, PLR0917  # one for each option
    source: str,
    model: str,
    threads: int,
    colour: bool,
    size: tuple[int, int],
    fps: float,
    turn: str,
    focus: float | Literal["auto", "once"],
    exposure: float | None,
    gain: float | None,
    zoom: float,
    every_frame: bool,
    as_json: bool,
    trigger: bool,
    settle: float,
    confidence: float,
    again: float,
    mqtt: str | None,
    serve: str | None,
    token: str | None,
    proxies: tuple[str, ...],
    window: bool,
    record: Path | None,
    limits: Limits,
    decoding: Decoding,
) -> None:
    r"""Read what a camera sees, until Ctrl-C; print each text once when it has settled.

    SOURCE is auto (the first camera), a number, /dev/video0 or a link to it (USB), picamera (the
    Raspberry Pi's own), the URL of an HTTP or RTSP stream, a video file, or the frames of one as
    pictures: a folder, or a pattern such as page-%03d.png. With none, the preview page has its pad
    and upload alone. An address with a password is better given as EMNIST_EDGE_SOURCE, since all
    users of a machine see the arguments of a process.

    Exit codes: 0 the file has ended, whoever read the output has left, or it was stopped by Ctrl-C,
    Ctrl-\, SIGTERM or SIGHUP; 1 the source cannot be opened, a picture could not be read, or an
    output failed, texts that MQTT did not deliver included, which is said on stderr; 2 wrong usage.
    """
    load_base()
    from emnist_device.live.loop import Settings
    from emnist_device.live.outputs.broker import parse_broker
    from emnist_device.live.preview.address import parse_address
    from emnist_device.live.run import NO_SOURCE, Options, run
    from emnist_device.live.sources.lens import Lens
    from emnist_device.live.sources.source import Wish, WishError
    from emnist_device.live.steady import Patience

    _check_page(serve)
    try:
        address = None if serve is None else parse_address(serve, token, proxies)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--serve, --token, --proxy") from error
    try:
        broker = None if mqtt is None else parse_broker(mqtt)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--mqtt") from error
    if source == NO_SOURCE and address is None:
        raise click.UsageError("without a source there is nothing to do but --serve")
    options = Options(
        source=source,
        wish=Wish(size, fps, Lens(focus, exposure, gain, zoom)),
        settings=Settings(model, decoding, colour, threads, limits),
        patience=Patience(settle, confidence, again),
        every_frame=every_frame,
        turn=int(turn),
        as_json=as_json,
        trigger=trigger,
        changing=sys.stdout is not None and sys.stdout.isatty(),
        window=window,
        record=record,
        serve=address,
        mqtt=broker,
    )
    try:
        well = run(options)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    except WishError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(EXIT_OK if well else EXIT_FAILED)


def _check_page(serve: str | None) -> None:
    """Raise click.UsageError for options of the page where there is none.

    A token in the environment is for whatever is served, and nothing without.
    """
    context = click.get_current_context()
    for name, option in (("token", "--token"), ("proxies", "--proxy")):
        if serve is None and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} is for the preview page; add --serve PORT")
