"""The ``emnist-edge review`` commands: what becomes of a review page's corrections."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.errors import DataError, shown
from emnist_edge.packages import load_module


@click.group(short_help="Use what was corrected on review pages.")
def review() -> None:
    """Use what was corrected on pages that classify --review wrote."""


@review.command(short_help="Add corrections to the training data.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the data set to add to; by default where training looks for it.",
)
def apply(files: tuple[Path, ...], folder: Path | None) -> None:
    """Add the corrections in each FILE to the training data, as labelled glyphs.

    Exit codes: 0 added, 1 at least one file holds no corrections (the others are added).
    """
    load_module("numpy")
    from emnist_device.review.corrections import add_reviewed, read_corrections
    from emnist_edge.dataset import emnist

    target = emnist.data_dir(folder)
    failed = False
    for path in files:
        try:
            glyphs, labels = read_corrections(path)
            total, written = add_reviewed(glyphs, labels, target)
        except DataError as error:
            click.echo(f"emnist-edge: {shown(error)}", err=True)
            failed = True
            continue
        click.echo(
            f"{shown(path)}: {len(glyphs)} corrections; {total} reviewed glyphs in {written[0]}"
        )
    sys.exit(EXIT_FAILED if failed else EXIT_OK)
