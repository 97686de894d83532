"""The ``emnist-edge form read`` command: filled sheets -> a table."""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.form.named import (
    load_forms,
    load_rosters,
    roster_option,
    split_names,
    template_argument,
)
from emnist_edge.cli.numbers import FiniteRange
from emnist_edge.cli.options import form_model_option, limit_option
from emnist_edge.cli.outputs import Outputs
from emnist_edge.cli.session import Session, results_open
from emnist_edge.errors import ModelError, shown
from emnist_edge.packages import load_base
from emnist_edge.tables import counted

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from emnist_device.batch.settling import Tally
    from emnist_device.batch.tasks import Outcome, Task
    from emnist_device.forms.model import Template
    from emnist_device.image.limits import Limits
    from emnist_edge.cli.console import Console


@click.command(short_help="Read filled sheets into a table.")
@template_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=complete_file)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    required=True,
    help="Write a row or object for each sheet to OUT, which ends in .csv or .jsonl.",
)
@click.option("--resume", is_flag=True, help="Go on with OUT: skip the pages that it has.")
@click.option("--recursive", is_flag=True, help="Also read what is in the folders below a folder.")
@click.option(
    "--accept",
    type=FiniteRange(0, 1),
    default=0.005,
    show_default=True,
    metavar="P",
    help="Accept as many fields as can be with a share of P expected to be wrong.",
)
@roster_option
@form_model_option
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that read several sheets.",
)
@limit_option
def read(  # noqa: PLR0913, PLR0917  # each option is an argument
    template: Path,
    files: tuple[str, ...],
    output: Path,
    resume: bool,
    recursive: bool,
    accept: float,
    roster: Path | None,
    model: str,
    threads: int,
    jobs: int,
    limits: Limits,
) -> None:
    """Read the filled sheets of a form in each FILE: a picture, PDF, TIFF, folder or pattern.

    More templates may be among the FILEs: which form a sheet is of is found out, and which way up
    it lies. What shows none of them is refused, with the reason. How many fields were accepted, and
    how many errors are expected among them, is said at the end.

    Exit codes: 0 all sheets were read, 1 at least one was not (the others are), 2 wrong usage, 130
    or 143 ended by Ctrl-C or SIGTERM.
    """
    load_base()
    from emnist_device.batch.pages import find_pages
    from emnist_device.batch.places import keep_places
    from emnist_device.batch.reading import read_many
    from emnist_device.batch.settling import settle
    from emnist_device.batch.sheets import load_sheet_reader, read_sheet, sheet_formats
    from emnist_device.batch.tasks import Task
    from emnist_device.decoding import Decoding
    from emnist_device.image.paths import find_pictures
    from emnist_edge.cli.console import Console

    more, names = split_names(files)
    forms = [template, *more]
    templates = load_forms(forms)
    rosters = {path: file for path, (file, _) in load_rosters(templates, roster).items()}
    found, problems = find_pictures(names, recursive=recursive)
    pages = find_pages(list(dict.fromkeys(found)), limits, jobs)  # a sheet has one row
    tasks = [Task(p.name, number=p.number, pages=p.pages, fault=p.fault) for p in pages]
    console = Console(None, headed=False, silent=True)
    _say_what_is_missing(problems, tasks, output, console)
    formats = sheet_formats(_fields(templates))
    make = partial(load_sheet_reader, forms, model, rosters, threads=threads, limits=limits)
    outputs = Outputs(None, None, output, resume, None, None, None)
    known: dict[str, Any] = _digests(templates, rosters) | {"limits": limits}

    def run(left: list[Task]) -> Generator[tuple[int, Outcome], None, None]:
        outcomes = read_many(left, make, jobs, limits, read_sheet)
        yield from keep_places(outcomes, output, resume=resume)

    try:
        with results_open(output, resume, model, known, [t.key for t in tasks], formats) as results:
            failed = Session(outputs, Decoding(), console, results).read(tasks, run)
            tally = settle(results, formats[output.suffix], accept, _columns(templates))
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    _summarize(console, tally, accept)
    sys.exit(EXIT_FAILED if failed or problems else EXIT_OK)


def _say_what_is_missing(
    problems: Sequence[str], tasks: list[Task], output: Path, console: Console
) -> None:
    """Say ``problems``; where no file is there, end before there is a table without a sheet."""
    for problem in problems:
        console.complain(problem)
    if output.exists() or any(Path(task.name).exists() for task in tasks):
        return
    for task in tasks:
        console.complain(f"{shown(task.name)}: no such file")
    console.complain(f"there is nothing to read, and {shown(output)} is not written")
    sys.exit(EXIT_FAILED)


def _fields(templates: Sequence[Template]) -> list[str]:
    """Return the names of all fields, in order."""
    return list(dict.fromkeys(leaf.name for each in templates for _, leaf in each.leaves()))


def _columns(templates: Sequence[Template]) -> dict[str, frozenset[str]]:
    """Return the fields of each form that hold columns of its roster."""
    return {each.form: frozenset(each.roster_columns) for each in templates}


def _digests(templates: Sequence[Template], rosters: dict[Path, Path]) -> dict[str, str]:
    """Return what is told by to have read with other templates or rosters."""
    found = {f"form {each.form}": _digest(each.path) for each in templates}
    return found | {
        f"roster of {each.form}": _digest(rosters[each.path])
        for each in templates
        if each.path in rosters
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _summarize(console: Console, tally: Tally, accept: float) -> None:
    """Say what became of the sheets."""
    from emnist_device.batch.claims import told

    for line in told(tally.claims):
        console.complain(line)
    console.complain(
        f"{counted(tally.sheets, 'sheet')} read, {tally.refused} refused; "
        f"{counted(tally.accepted, 'field')} accepted "
        f"(errors expected among them: {tally.expected:.1f}, by --accept {accept:g} at most "
        f"{accept * tally.accepted:.1f}), {tally.doubtful} doubtful"
    )
