"""``emnist-edge live``: from a camera, stream or video to text, until it ends or is stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.artifact import DEFAULT_MODEL, FORM_MODEL
from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.live_options import camera_options, patience_options
from emnist_edge.cli.options import any_model_option, decoding_options, limit_option, part_options
from emnist_edge.cli.serve_options import page_options
from emnist_edge.errors import ModelError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from emnist_device.decoding import Decoding
    from emnist_device.forms.model import Template
    from emnist_device.image.limits import Limits
    from emnist_device.image.region import Grid, Region
    from emnist_device.live.outputs.broker import Broker
    from emnist_device.live.sources.source import Wish
    from emnist_device.live.steady import Patience
    from emnist_device.serving.address import Address


@click.command(short_help="Read what a camera, stream or video shows.")
@click.argument("source", default="auto", envvar="EMNIST_EDGE_SOURCE", shell_complete=complete_file)
@any_model_option
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--colour", is_flag=True, help="Read colours too: slower; for pale coloured ink.")
@camera_options
@click.option(
    "--turn",
    type=click.Choice(["0", "90", "180", "270"]),
    default="0",
    show_default=True,
    help="Turn the picture clockwise, for a camera that is mounted so.",
)
@click.option("--every-frame", is_flag=True, help="Of a file: read all frames, at any pace.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per frame and line.")
@click.option("--trigger", is_flag=True, help="Print settled texts and nothing else.")
@patience_options
@click.option(
    "--mqtt",
    metavar="URL",
    envvar="EMNIST_EDGE_MQTT",
    help="Publish settled texts: mqtt://[user:password@]host[:port]/topic, or mqtts.",
)
@page_options
@click.option("--window", is_flag=True, help="Show the picture in a window of the desktop.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Record the frames to a .mp4, .mkv or .avi, and what was read to a .jsonl beside it.",
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FORM.yaml",
    help="Read filled sheets of a form, each once when it holds still.",
)
@part_options
@limit_option
@decoding_options
def live(  # noqa: PLR0913, PLR0917  # one for each option
    source: str,
    model: str | None,
    threads: int,
    colour: bool,
    wish: Wish,
    turn: str,
    every_frame: bool,
    as_json: bool,
    trigger: bool,
    patience: Patience,
    mqtt: str | None,
    serve: Address | None,
    window: bool,
    record: Path | None,
    forms: tuple[Path, ...],
    regions: tuple[Region, ...],
    grid: Grid | None,
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
    from emnist_device.live.eye import Settings
    from emnist_device.live.outputs.make import Wanted
    from emnist_device.live.run import NO_SOURCE, Options, run
    from emnist_device.live.sources.source import WishError

    _check_source(source, alone=source == NO_SOURCE, serves=serve is not None, forms=forms)
    model = model or (FORM_MODEL if forms else DEFAULT_MODEL)
    changing = sys.stdout is not None and sys.stdout.isatty()
    options = Options(
        source=source,
        wish=wish,
        settings=Settings(model, decoding, colour, threads, limits, regions, grid),
        patience=patience,
        every_frame=every_frame,
        turn=int(turn),
        forms=_load_forms(forms, decoding, whole=not regions and grid is None),
        outputs=Wanted(as_json, trigger, changing, window, record, serve, _broker(mqtt)),
    )
    try:
        well = run(options)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    except WishError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(EXIT_OK if well else EXIT_FAILED)


def _check_source(source: str, *, alone: bool, serves: bool, forms: tuple[Path, ...]) -> None:
    """Raise click.UsageError where there is no source, or none (``alone``) and a need for one."""
    if not source:
        raise click.UsageError("SOURCE is empty; name one, or leave it out for the first camera")
    if alone and not serves:
        raise click.UsageError("without a source there is nothing to do but --serve")
    if alone and forms:
        raise click.UsageError("--form needs a source; form read reads pictures")


def _load_forms(
    forms: tuple[Path, ...], decoding: Decoding, *, whole: bool
) -> tuple[Template, ...]:
    """Return the templates of ``--form``; UsageError beside options that they take the place of."""
    from emnist_device.decoding import Decoding
    from emnist_edge.cli.form.named import load_forms

    if forms and not (whole and decoding == Decoding()):
        raise click.UsageError(
            "with --form, its template says where what is written: leave out --region, --grid, and "
            "what is known of the text"
        )
    return tuple(load_forms(forms))


def _broker(url: str | None) -> Broker | None:
    """Return the broker of ``--mqtt``."""
    from emnist_device.live.outputs.broker import parse_broker

    try:
        return None if url is None else parse_broker(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--mqtt") from error
