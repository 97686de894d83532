"""Export a network to C99 for microcontrollers: ``python -m export.c99 tiny --output DIR``.

MODEL is a family of networks that come with the package (tiny, small, base, mlp, cnn), the name of
one of its int8 models, or the path of an int8 .tflite file beside its sidecar. Writes a header and
a C file with the tables of each, and the kernels that all networks share. What the kernels do not
know is refused by its name.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click

from emnist_edge.cli.program import Program
from emnist_edge.errors import ModelError
from export.c99.library import write_library
from export.c99.write import int8_of, network_of, write


def _checked(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise click.BadParameter("lower-case letters, digits and _, a letter first")
    return name


@click.command(cls=Program)
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the C files.",
)
@click.option(
    "--name",
    callback=_checked,
    help="What the functions are called, behind emnist_.  [default: the model's family]",
)
@click.option(
    "--arduino",
    is_flag=True,
    help="Write a library for Arduino and PlatformIO, with programs for Pico and ESP-IDF.",
)
def main(models: tuple[str, ...], output: Path, name: str | None, arduino: bool) -> None:
    """Export the int8 networks MODEL to C99."""
    if name is not None and len(models) > 1:
        raise click.UsageError("--name is for one MODEL")
    networks = [network_of(int8_of(model), name) for model in models]
    called, times = Counter(network.name for network in networks).most_common(1)[0]
    if times > 1:
        raise ModelError(f"{times} networks would be called emnist_{called}; export each by itself")
    if arduino:
        paths = write_library(networks, output)
    else:
        paths = [path for network in networks for path in write(network, output)]
    for path in dict.fromkeys(paths):
        click.echo(path)
    for network in networks:
        click.echo(
            f"emnist_{network.name}: {len(network.alphabet)} classes, {network.arena.size} bytes "
            "of memory to work in",
            err=True,
        )


if __name__ == "__main__":
    main()
