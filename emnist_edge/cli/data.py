"""The ``emnist-edge data`` commands: the collections that models are trained on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK
from emnist_edge.errors import shown
from emnist_edge.files import writing_to
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of the writers of a distribution, one in eight is held out.
_HELD = 0.125


@click.group(short_help="Fetch EMNIST, prepare UNIPEN.")
def data() -> None:
    """Fetch the EMNIST data set, and prepare UNIPEN."""


@data.command(short_help="Fetch a split of EMNIST.")
@click.argument(
    "split", type=click.Choice(["byclass", "bymerge", "balanced", "letters", "digits", "mnist"])
)
@click.option("--data", "folder", type=click.Path(path_type=Path), help="Folder to fetch into.")
@click.option("--url", help="A mirror of NIST's gzip.zip.")
@click.option(
    "--zip",
    "zip_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="NIST's gzip.zip, where it was downloaded already.",
)
def fetch(split: str, folder: Path | None, url: str | None, zip_path: Path | None) -> None:
    """Fetch one SPLIT out of NIST's archive, without the rest of it.

    Exit codes: 0 the files are there, 1 they are not, 2 wrong usage.
    """
    load_module("numpy")
    from emnist_edge.dataset import emnist
    from emnist_edge.dataset.fetch import NIST_URL
    from emnist_edge.dataset.fetch import fetch as fetch_split

    if url is not None and zip_path is not None:
        raise click.UsageError("choose one of --url and --zip")
    target = emnist.data_dir(folder)
    for path in fetch_split(emnist.SPLITS[split], target, url=url or NIST_URL, zip_path=zip_path):
        click.echo(path)


@data.command(short_help="Pack UNIPEN; say what training leaves out of it.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="FOLDER is the official distribution: pack it into this folder.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the writers held out.")
def unipen(folder: Path, output: Path | None, seed: int) -> None:
    """Say what training leaves out of UNIPEN's packed files in FOLDER, and why.

    With --output, first pack the official distribution in FOLDER. One writer in eight is held out,
    for files of their own.

    Exit codes: 0 done, 1 a file is missing or damaged (damaged labels are left out), 2 wrong usage.
    """
    load_module("numpy")
    from emnist_edge.dataset.unipen.cleaning import find_faults, find_text_faults, usable_texts
    from emnist_edge.dataset.unipen.packed import load_characters, load_texts

    damaged = 0 if output is None else _pack(folder, output, seed)
    for part in ("train", "heldout"):
        characters = load_characters(part, output or folder)
        texts = load_texts(part, output or folder)
        _report(f"characters-{part}", find_faults(characters))
        text_faults = find_text_faults(texts)
        _report(f"texts-{part}", text_faults)
        usable = len(usable_texts(texts, text_faults))
        click.echo(
            f"  and {len(texts) - usable:,} of {len(texts):,} texts, whose size is uncertain or "
            "whose words are written over each other"
        )
    sys.exit(EXIT_FAILED if damaged else EXIT_OK)


def _pack(folder: Path, output: Path, seed: int) -> int:
    """Pack the distribution in ``folder``, and return how many of its files are damaged."""
    from emnist_edge.dataset.unipen.distribution import read_distribution, split_writers
    from emnist_edge.dataset.unipen.packed import save

    damaged: list[str] = []

    def complain(message: str) -> None:
        damaged.append(message)
        click.echo(f"emnist-edge: {message}", err=True)

    characters, texts = read_distribution(folder, complain)
    with writing_to(output):
        output.mkdir(parents=True, exist_ok=True)
        for held, content in split_writers(characters, texts, _HELD, seed).items():
            for path in save(output, "heldout" if held else "train", *content):
                click.echo(shown(path))
    return len(damaged)


def _report(name: str, faults: NDArray[np.str_]) -> None:
    """Print how many characters of the file ``name`` have which of ``faults``."""
    from emnist_edge.dataset.unipen.cleaning import FAULTS, count_faults

    counts = count_faults(faults)
    kept = len(faults) - sum(counts.values())
    rest = "; left out are" if counts else ""
    click.echo(f"{name}: {kept:,} of {len(faults):,} characters are kept{rest}")
    for fault, count in counts.items():
        click.echo(f"  {count:>7,}  {FAULTS[fault]}")
