"""Run exported networks on emulated microcontrollers: ``python -m tests.mcu``, ``make test-mcu``.

On each board each network classifies the same drawn glyphs, and its outputs must equal, number for
number, those of LiteRT's reference kernels. What it takes is measured: flash of the smallest
program that classifies, memory, stack, and instructions, which QEMU counts. Cycles it cannot count.
Exits with 1 where a number differs or a target is missed, or with --require where a board's tools
are missing.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.benchmark.latency import draw_glyphs
from emnist_edge.artifact import open_model
from emnist_edge.cli.program import Program
from emnist_edge.tables import markdown
from evaluate.document import write_block
from export.c99.host import reference_logits
from export.c99.write import network_of
from tests.mcu.boards import BOARDS, PACKAGES, Board, Measured, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Glyphs that each network classifies.
GLYPHS = 500
#: Which network runs on which board.
RUNS = (*(("tiny", name) for name in BOARDS), ("small", "m4"))
#: Columns of the table.
HEAD = ("network", "processor", "flash", "arena", "stack", "instructions", "equal")


@dataclass(frozen=True)
class Target:
    """What a network may take at most, in bytes and instructions."""

    flash: int
    arena: int
    instructions: int


#: By network and board.
TARGETS = {
    ("tiny", "m4"): Target(24_000, 6_000, 2_900_000),
    ("tiny", "m0"): Target(22_000, 6_000, 10_500_000),
    ("small", "m4"): Target(110_000, 11_000, 36_000_000),
}


def glyphs_of(count: int) -> NDArray[np.uint8]:
    """Return ``count`` glyphs: drawn ones, then the same moved, then the same with noise."""
    drawn = draw_glyphs()
    noise = np.random.default_rng(0).integers(-60, 61, drawn.shape)
    noisy = (drawn.astype(np.int64) + noise).clip(0, 255).astype(np.uint8)
    moved = np.roll(drawn, (2, -1), axis=(1, 2))
    every = np.concatenate([drawn, moved, noisy])
    return every[np.arange(count) % len(every)]


def try_board(
    board: Board, model: str, glyphs: NDArray[np.uint8], expected: NDArray[np.int8]
) -> tuple[Measured, bool]:
    """Return what ``model`` takes on ``board``, and whether all is as it should be."""
    with TemporaryDirectory() as folder:
        found = measure(board, network_of(f"{model}-int8"), glyphs, Path(folder))
    target = TARGETS.get((model, board.name))
    fits = target is None or (
        found.flash <= target.flash
        and found.arena <= target.arena
        and found.instructions <= target.instructions
    )
    labels = np.array_equal(found.results["label"], expected.argmax(axis=1))
    return found, fits and labels and np.array_equal(found.logits, expected)


def row_of(model: str, board: Board, found: Measured, expected: NDArray[np.int8]) -> list[str]:
    """Return a row of the table."""
    equal = int((found.logits == expected).all(axis=1).sum())
    return [
        model,
        board.core,
        f"{found.flash / 1000:.1f} kB",
        f"{found.arena / 1000:.1f} kB",
        f"{found.stack} B",
        f"{found.instructions / 1e6:.2f} M",
        f"{equal} of {len(expected)}",
    ]


@click.command(cls=Program)
@click.argument("names", nargs=-1, type=click.Choice([*BOARDS]), metavar="[BOARD]...")
@click.option("--glyphs", "count", type=click.IntRange(min=1), default=GLYPHS, show_default=True)
@click.option("--require", is_flag=True, help="Fail where a board's tools are missing.")
@click.option("--document", type=click.Path(path_type=Path), help="Write the table into this file.")
def main(names: Sequence[str], count: int, require: bool, document: Path | None) -> None:
    """Run networks on BOARD, or on all of them."""
    glyphs = glyphs_of(count)
    rows, failed = [], []
    for model, name in RUNS:
        board = BOARDS[name]
        if names and name not in names:
            continue
        missing = board.missing()
        if missing:
            click.echo(f"{name}: skipped: no {missing[0]}; apt install {PACKAGES}")
            failed += [name] if require else []
            continue
        expected = reference_logits(open_model(f"{model}-int8")[1], glyphs)
        found, good = try_board(board, model, glyphs, expected)
        rows.append(row_of(model, board, found, expected))
        click.echo(f"{model} on {name}: {'held' if good else 'FAILED'}")
        failed += [] if good else [name]
    if rows:
        table = markdown(HEAD, rows)
        click.echo(table)
        if document is not None:
            write_block(document, "tests.mcu", table)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
