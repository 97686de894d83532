"""The ``emnist-edge form apply`` command: what was said of doubtful fields -> a table with it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.cli.form.named import load_forms, say_claims, say_cut, say_lacking, split_table
from emnist_edge.cli.options import limit_option
from emnist_edge.cli.targets import check_folder
from emnist_edge.errors import FormError, shown
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from emnist_device.correcting.said import Said
    from emnist_device.correcting.table import SheetsFile
    from emnist_device.image.limits import Limits


@click.command(short_help="Write corrections into a table.")
@click.argument(
    "files", nargs=-1, required=True, metavar="[FORM.yaml]... OUT", shell_complete=complete_file
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="NEW",
    required=True,
    help="Write the table with the corrections to NEW, which ends as OUT does.",
)
@click.option(
    "--training",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.json",
    help="Write the cells of fields that were looked at as well, as labelled glyphs for "
    "emnist-edge review apply; FORM.yaml is needed for it.",
)
@limit_option
def apply(files: tuple[str, ...], output: Path, training: Path | None, limits: Limits) -> None:
    """Write OUT, which form read wrote, with what was said of it in form review, to a new file.

    OUT stays as it is. Corrections of sheets that were read anew since they were made are left out.

    Exit codes: 0 written with all corrections; 1 some are left out, or OUT lacks sheets that were
    read, or it is not written, or glyphs of a sheet were not; 2 wrong usage.
    """
    load_base()
    from emnist_device.correcting.applying import summarize, write_corrected
    from emnist_device.correcting.by_now import Roll
    from emnist_device.correcting.journal import journal_path, read_journal
    from emnist_device.correcting.table import open_sheets

    forms, table = split_table(files)
    _check_names(table, output, training, forms)
    journal = journal_path(table)
    said = read_journal(journal)
    with open_sheets(table) as file:
        claims = Roll(sheet for _, sheet in file.records() if sheet is not None).claims(said.after)
        summary = summarize(file, said, claims)
        if summary.left_out == len(said.answers) > 0:
            raise FormError(
                f"{shown(table)}: was read anew since it was corrected: none of the "
                f"{summary.left_out} corrections in {shown(journal)} is of what it has now; "
                "review it again"
            )
        write_corrected(file, said, claims, output)
        whole = training is None or _write_training(training, forms, file, said, limits)
    if summary.left_out:
        _say(
            f"{shown(journal)}: {summary.left_out} corrections are of sheets that were read anew "
            "since, and are left out; review these again"
        )
    say_lacking(file)
    say_cut(journal, said)
    say_claims(claims)
    if not said.answers:
        _say(f"{shown(journal)}: has no corrections, or is not there")
    _say(f"{shown(output)}: {summary}")
    left_out = summary.left_out or said.cut or file.lacking
    sys.exit(EXIT_OK if whole and not left_out else EXIT_FAILED)


def _check_names(table: Path, output: Path, training: Path | None, forms: list[Path]) -> None:
    """Raise a usage error where nothing can be written under the names that were given."""
    if output.suffix != table.suffix:
        raise click.BadParameter(
            f"{shown(output)}: name a file that ends in {table.suffix}", param_hint="--output"
        )
    check_folder(output.parent, "--output", "name a file in one that exists")
    if training is None:
        return
    if not forms:
        raise click.UsageError("--training needs the template that the sheets were read with")
    if training.suffix != ".json" or training.exists():
        fault = "is there already" if training.exists() else "ends otherwise"
        raise click.BadParameter(
            f"{shown(training)}: {fault}; name a new file that ends in .json",
            param_hint="--training",
        )
    check_folder(training.parent, "--training", "name a file in one that exists")


def _write_training(
    path: Path, forms: list[Path], file: SheetsFile, said: Said, limits: Limits
) -> bool:
    """Write the glyphs of what was looked at; return whether those of all sheets."""
    from emnist_device.batch.reading import read_many
    from emnist_device.batch.tasks import Task
    from emnist_device.correcting.by_now import answers_of
    from emnist_device.correcting.training import cut_sheet, load_cutter, write_glyphs

    looked = {
        (sheet.name, sheet.number): (sheet.version, answers)
        for _, sheet in file.records()
        if sheet is not None and (answers := answers_of(sheet, said))
    }
    load_forms(forms)  # what is wrong with them is said here, and not by a process
    tasks = [Task(name, number=number, pages=number or 1) for name, number in looked]
    glyphs: list[dict[str, Any]] = []
    whole = True
    for _, outcome in read_many(
        tasks, partial(load_cutter, forms, limits, looked), 1, limits, cut_sheet
    ):
        if outcome.error is not None:
            whole = False
            _say(f"{outcome.title}: {outcome.error}; its glyphs are left out")
        glyphs += outcome.doubtful
    write_glyphs(path, glyphs)
    if glyphs:
        _say(f"{shown(path)}: {len(glyphs)} glyphs; add them by emnist-edge review apply")
    else:
        why = "has a character for each cell that is written in" if looked else "was looked at"
        _say(f"{shown(path)}: 0 glyphs{f'; no field {why}' if whole else ''}")
    return whole


def _say(message: str) -> None:
    click.echo(f"emnist-edge: {message}", err=True)
