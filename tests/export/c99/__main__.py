"""Read random crops with the exported C under sanitizers: ``python -m tests.export.c99``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from export.c99.host import find_compiler
from tests.export.c99.building import run_fuzz


@click.command()
@click.option("--crops", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(1), default=1, show_default=True)
def main(crops: int, seed: int) -> None:
    """Fuzz the exported C of tiny."""
    compiler = find_compiler()
    if compiler is None:
        raise click.ClickException("no C compiler: install gcc or clang")
    with tempfile.TemporaryDirectory() as folder:
        click.echo(run_fuzz(compiler, Path(folder), crops, seed), nl=False)


if __name__ == "__main__":
    main()
