"""``emnist-edge classify``: pictures -> text, JSON, CSV, annotated pictures, a review page."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.options import decoding_options, limit_option, model_option
from emnist_edge.cli.session import (
    doubts_kept,
    results_kept,
    said_where_ended,
    say_what_failed_before,
)
from emnist_edge.cli.targets import annotation_targets, check_folder, in_folder
from emnist_edge.errors import ModelError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emnist_device.batch.records import Format
    from emnist_device.batch.results import Results
    from emnist_device.batch.tasks import Outcome, Task
    from emnist_device.decoding import Decoding
    from emnist_device.image.limits import Limits
    from emnist_device.review.page import Doubts
    from emnist_edge.cli.console import Console


@click.command(short_help="Print the text of pictures.")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=complete_file)
@click.option("--recursive", is_flag=True, help="Also read what is in the folders below a folder.")
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per image and line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one CSV row per image.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write results to OUT, which ends in .jsonl or .csv, as they come, without times.",
)
@click.option("--resume", is_flag=True, help="Go on with OUT: skip the images that it has.")
@click.option(
    "--annotate",
    type=click.Path(path_type=Path, readable=False),
    metavar="OUT",
    help="Draw what was read on the picture: a file, or a folder for several images.",
)
@click.option(
    "--debug-dir",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    metavar="DIR",
    help="Write a picture of each step of the reading to a folder in DIR for each image.",
)
@click.option(
    "--orientation",
    type=click.Choice(["up", "auto"]),
    default="up",
    show_default=True,
    help="auto: images may lie on their side or upside down; four times slower.",
)
@click.option(
    "--review",
    "review_page",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    metavar="OUT.html",
    help="Write a page of the doubtful characters, for a person to correct.",
)
@click.option(
    "--top-k", type=click.IntRange(0, 61), default=3, show_default=True, help="Alternatives."
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
@limit_option
@decoding_options
def classify(  # noqa: PLR0913, PLR0917  # each option is an argument
    images: tuple[str, ...],
    recursive: bool,
    model: str,
    as_json: bool,
    as_csv: bool,
    output: Path | None,
    resume: bool,
    annotate: Path | None,
    debug_dir: Path | None,
    orientation: str,
    review_page: Path | None,
    top_k: int,
    threads: int,
    jobs: int,
    scheduler: str | None,
    limits: Limits,
    decoding: Decoding,
) -> None:
    """Print the text of each IMAGE: a file, a folder, or a pattern; - reads standard input.

    Exit codes: 0 read (or nothing there to read), 1 at least one image could not be read (the
    others are), 2 wrong usage, 130 or 143 ended by Ctrl-C or SIGTERM.
    """
    written_as = _written_as(as_json, as_csv, output, resume=resume)
    from emnist_device.batch.outcomes import outcomes
    from emnist_device.batch.reading import load_reader
    from emnist_device.image.paths import find_pictures
    from emnist_edge.cli.console import Console

    names, problems = find_pictures(images, recursive=recursive)
    targets = annotation_targets(names, annotate, alone=len(images) == 1)
    steps = _folders_of_steps(names, debug_dir)
    tasks = _tasks(names, targets, steps, _least_probable(review_page, decoding), limits)
    console = Console(written_as, headed=tuple(names) != images[:1], silent=output is not None)
    for problem in problems:
        console.complain(problem)
    known: dict[str, Any] = {"top_k": top_k, "turns": orientation == "auto"}
    known |= {"limits": limits, "decoding": decoding}
    make = partial(load_reader, model, threads=threads, **known)
    try:
        with results_kept(output, resume, model, known, names) as results:
            done = {} if results is None else results.done
            failed = bool(problems) or say_what_failed_before(console, output, done, names)
            tasks = [task for task in tasks if task.name not in done]
            before = len(names) - len(tasks)
            with (
                doubts_kept(review_page, decoding, console, before, resume=resume) as doubts,
                said_where_ended(console, output, done, names),
                console.progress(before, len(names)),
                closing(outcomes(tasks, make, jobs, scheduler, limits)) as found,
            ):
                failed |= _keep(found, results, console, doubts)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    sys.exit(EXIT_FAILED if failed else EXIT_OK)


def _written_as(as_json: bool, as_csv: bool, output: Path | None, *, resume: bool) -> Format | None:
    """Return how results are printed, None for text; raises UsageError for options at odds."""
    if as_json + as_csv + (output is not None) > 1:
        raise click.UsageError("choose one of --json, --csv and --output")
    if resume and output is None:
        raise click.UsageError("--resume goes on with the file of --output; name it")
    from emnist_device.batch.records import FORMATS

    return FORMATS[".jsonl"] if as_json else FORMATS[".csv"] if as_csv else None


def _folders_of_steps(names: list[str], folder: Path | None) -> Sequence[Path | None]:
    """Return where the steps of each picture are written, None for nowhere."""
    if folder is None:
        return [None] * len(names)
    if folder.exists():
        check_folder(folder, "--debug-dir", "name another")
    return in_folder(names, folder, "")


def _keep(
    found: Iterator[tuple[int, Outcome]],
    results: Results | None,
    console: Console,
    doubts: Doubts | None,
) -> bool:
    """Write and print each outcome as it comes; return whether one is of a picture not read."""
    failed = False
    for index, outcome in found:
        if results is not None:
            results.add(outcome)
        failed |= outcome.page is None
        for printed in console.add(index, outcome):
            if doubts is not None:
                doubts.add(printed.page, printed.doubtful)
    return failed


def _least_probable(review_page: Path | None, decoding: Decoding) -> float:
    """Return what characters must be less probable than to be reviewed; 0 where none are."""
    if review_page is None:
        return 0.0
    load_base()
    from emnist_device.review.page import DOUBTFUL

    return decoding.min_confidence or DOUBTFUL


def _tasks(
    names: list[str],
    targets: Sequence[Path | None],
    steps: Sequence[Path | None],
    doubt: float,
    limits: Limits,
) -> list[Task]:
    """Return a task for each name; - stands for the bytes of standard input."""
    from emnist_device.batch.tasks import Task

    return [
        Task(name, _standard_input(limits) if name == "-" else None, target, folder, doubt)
        for name, target, folder in zip(names, targets, steps, strict=True)
    ]


def _standard_input(limits: Limits) -> bytes:
    """Return what standard input holds, as far as a picture may."""
    content = bytearray()
    while len(content) <= limits.file_bytes and (more := sys.stdin.buffer.read(2**20)):
        content += more
    return bytes(content)
