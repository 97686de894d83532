"""``emnist-edge classify``: pictures -> text, JSON, CSV, annotated pictures, a review page."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.options import (
    decoding_options,
    limit_option,
    model_option,
    pages_option,
    part_options,
)
from emnist_edge.cli.outputs import document_kept, output_options
from emnist_edge.cli.session import Session, results_kept
from emnist_edge.cli.tasks import input_kept, make_tasks, read_input
from emnist_edge.errors import ModelError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from emnist_device.batch.pages import Choice
    from emnist_device.decoding import Decoding
    from emnist_device.image.limits import Limits
    from emnist_device.image.region import Grid, Region
    from emnist_edge.cli.outputs import Outputs


@click.command(short_help="Print the text of pictures.")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=complete_file)
@click.option("--recursive", is_flag=True, help="Also read what is in the folders below a folder.")
@model_option
@pages_option
@click.option(
    "--orientation",
    type=click.Choice(["up", "auto"]),
    default="up",
    show_default=True,
    help="auto: images may lie on their side or upside down; four times slower.",
)
@click.option(
    "--top-k",
    type=click.IntRange(0, 61),
    default=3,
    show_default=True,
    help="Alternatives of each character and word.",
)
@click.option(
    "--boxes", is_flag=True, help="Find printed boxes, combs and tables too: JSON and drawings."
)
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that read several images.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Read on the workers of a Dask scheduler.")
@part_options
@limit_option
@output_options
@decoding_options
def classify(  # noqa: PLR0913, PLR0917  # each option is an argument
    images: tuple[str, ...],
    recursive: bool,
    model: str,
    chosen: Choice | None,
    orientation: str,
    top_k: int,
    boxes: bool,
    threads: int,
    jobs: int,
    scheduler: str | None,
    regions: tuple[Region, ...],
    grid: Grid | None,
    limits: Limits,
    outputs: Outputs,
    decoding: Decoding,
) -> None:
    """Print the text of each IMAGE: a file, a folder, or a pattern; - reads standard input.

    Exit codes: 0 read (or nothing there to read), 1 at least one image could not be read (the
    others are), 2 wrong usage, 130 or 143 ended by Ctrl-C or SIGTERM.
    """
    load_base()
    if boxes and not outputs.tells_boxes:
        raise click.UsageError(
            "--boxes are told by --json, --output OUT.jsonl and --annotate OUT; give one of them"
        )
    from emnist_device.batch.outcomes import outcomes
    from emnist_device.batch.pages import find_pages
    from emnist_device.batch.reading import load_reader
    from emnist_device.image.paths import find_pictures
    from emnist_device.parts import check_parts
    from emnist_edge.cli.console import Console

    check_parts(regions, grid, decoding, turns=orientation == "auto")
    names, problems = find_pictures(images, recursive=recursive)
    content = read_input(names, limits)
    pages = find_pages(names, limits, jobs, chosen=chosen, content=content)
    tasks = make_tasks(pages, content, outputs, decoding, alone=len(images) == 1)
    headed = tuple(page.name for page in pages) != images[:1]
    known: dict[str, Any] = {"top_k": top_k, "turns": orientation == "auto", "boxes": boxes}
    known |= {"limits": limits, "decoding": decoding, "regions": regions, "grid": grid}
    make = partial(load_reader, model, threads=threads, **known)
    try:
        keys = [task.key for task in tasks]
        with (
            results_kept(outputs, model, known, keys) as results,
            document_kept(outputs) as file,
            input_kept(tasks, scheduler) as tasks,
        ):
            silent = results is not None
            console = Console(outputs.printed_as, headed=headed, silent=silent, file=file)
            for problem in problems:
                console.complain(problem)
            failed = Session(outputs, decoding, console, results).read(
                tasks, lambda left: outcomes(left, make, jobs, scheduler, limits)
            )
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    sys.exit(EXIT_FAILED if failed or problems else EXIT_OK)
