"""The ``emnist-edge`` command: thin commands, each imports what it needs when it is called."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from emnist_edge import __version__
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli_benchmark import benchmark
from emnist_edge.cli_data import data
from emnist_edge.cli_doctor import doctor
from emnist_edge.cli_live import live
from emnist_edge.errors import EmnistEdgeError, ModelError, shown
from emnist_edge.options import decoding_options, limit_option
from emnist_edge.packages import load_base
from emnist_edge.review import review
from emnist_edge.session import doubts_kept, results_kept, said_where_ended
from emnist_edge.streams import close_output, open_streams
from emnist_edge.targets import annotation_targets, check_folder, in_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.batch import Task
    from emnist_device.decoding import Decoding
    from emnist_device.limits import Limits
    from emnist_edge.artifact import Artifact

#: Exit codes, as documented in the README.
EXIT_OK, EXIT_UNREAD, EXIT_USAGE = 0, 1, 2


def main() -> NoReturn:
    """Run the command; whatever goes wrong ends in one line on stderr and an exit code."""
    open_streams()
    try:
        cli.main(standalone_mode=True)
    except EmnistEdgeError as error:
        click.echo(f"emnist-edge: {shown(error)}", err=True)
    except Exception as error:  # a user is never shown a traceback
        if os.environ.get("EMNIST_EDGE_DEBUG"):
            raise
        click.echo(
            f"emnist-edge: internal error ({type(error).__name__}: {error}); please report it with "
            "what EMNIST_EDGE_DEBUG=1 prints",
            err=True,
        )
    finally:
        close_output()
    sys.exit(EXIT_UNREAD)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emnist-edge")
def cli() -> None:
    """Read hand-printed characters from pictures, on the device."""


cli.add_command(live)
cli.add_command(doctor)
cli.add_command(benchmark)


@cli.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--recursive", is_flag=True, help="Also read what is in the folders below a folder.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Installed name, or file.")
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
    if as_json + as_csv + (output is not None) > 1:
        raise click.UsageError("choose one of --json, --csv and --output")
    if resume and output is None:
        raise click.UsageError("--resume goes on with the file of --output; name it")
    from emnist_device.batch import load_reader, outcomes
    from emnist_device.find import find_pictures
    from emnist_device.records import FORMATS
    from emnist_edge.console import Console

    names, problems = find_pictures(images, recursive=recursive)
    if debug_dir is not None and debug_dir.exists():
        check_folder(debug_dir, "--debug-dir", "name another")
    tasks = _tasks(
        names,
        annotation_targets(names, annotate, alone=len(images) == 1),
        [None] * len(names) if debug_dir is None else in_folder(names, debug_dir, ""),
        _least_probable(review_page, decoding),
        limits,
    )
    written_as = FORMATS[".jsonl"] if as_json else FORMATS[".csv"] if as_csv else None
    console = Console(written_as, headed=tuple(names) != images[:1], silent=output is not None)
    for problem in problems:
        console.complain(problem)
    known: dict[str, Any] = {
        "top_k": top_k,
        "turns": orientation == "auto",
        "limits": limits,
        "decoding": decoding,
    }
    make = partial(load_reader, model, threads=threads, **known)
    failed = bool(problems)
    try:
        with results_kept(output, resume, model, known, names) as results:
            done = {} if results is None else results.done
            failed |= any(done.get(name, False) for name in names)
            tasks = [task for task in tasks if task.name not in done]
            before = len(names) - len(tasks)
            with (
                doubts_kept(review_page, decoding, console, before, resume=resume) as doubts,
                said_where_ended(console, output, done, names),
                console.progress(before, len(names)),
                closing(outcomes(tasks, make, jobs, scheduler, limits)) as found,
            ):
                for index, outcome in found:
                    if results is not None:
                        results.add(outcome)
                    failed |= outcome.page is None
                    for printed in console.add(index, outcome):
                        if doubts is not None:
                            doubts.add(printed)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    sys.exit(EXIT_UNREAD if failed else EXIT_OK)


def _least_probable(review_page: Path | None, decoding: Decoding) -> float:
    """Return what characters must be less probable than to be reviewed; 0 where none are."""
    if review_page is None:
        return 0.0
    load_base()
    from emnist_device.review import DOUBTFUL

    return decoding.min_confidence or DOUBTFUL


def _tasks(
    names: list[str],
    targets: Sequence[Path | None],
    steps: Sequence[Path | None],
    doubt: float,
    limits: Limits,
) -> list[Task]:
    """Return a task for each name; - stands for the bytes of standard input."""
    from emnist_device.batch import Task

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


@cli.command()
def models() -> None:
    """List the installed models with size, input type, accuracy and hash."""
    from emnist_edge.artifact import installed

    click.echo(
        f"{'model':<14}{'size':>8}  {'input':<9}{'accuracy':>9}  {'macro recall':>12}  sha256"
    )
    for artifact in installed():
        click.echo(model_row(artifact))
    click.echo("Accuracy and macro recall on EMNIST's ByMerge test images.")


def model_row(artifact: Artifact) -> str:
    """Return the row of ``artifact`` in the list of models."""
    test = artifact.accuracy.get("test", {})
    accuracy, recall = (
        f"{100 * test[key]:.2f} %" if key in test else "-" for key in ("accuracy", "macro_recall")
    )
    return (
        f"{artifact.name:<14}{artifact.bytes / 1000:>5.0f} kB  {artifact.input_type:<9}"
        f"{accuracy:>9}  {recall:>12}  {artifact.sha256}"
    )


cli.add_command(review)
cli.add_command(data)
