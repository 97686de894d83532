"""Read crops on emulated microcontrollers: ``python -m tests.mcu.reading``.

Glyphs and results must be those of the same C on this machine. Prints the instructions that the
glyph and the whole reading take, and the stack. The code of a Cortex-M0 runs on a Cortex-M3, since
the micro:bit of QEMU has less memory than a reading takes. Exits with 1 where anything differs.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli.program import Program
from emnist_edge.drawing.character import draw_character
from emnist_edge.tables import markdown
from evaluate.document import write_block
from export.c99.host import find_compiler
from export.c99.write import network_of
from tests.export.c99.building import build_library
from tests.mcu.boards import BOARDS, PACKAGES, read_crops

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Side of the crops, in pixels.
SIDE = 48
_M3 = BOARDS["m3"]
_PLAIN = replace(_M3, core="Cortex-M0", options=("-mthumb", "-mcpu=cortex-m0"))
_BOARDS = (_PLAIN, _M3, BOARDS["m4"], BOARDS["m7"], BOARDS["rv32"])
HEAD = ("processor", "glyph", "reading", "stack", "equal")


def draw_crops(count: int) -> NDArray[np.uint8]:
    """Return ``count`` crops (N, SIDE, SIDE) of drawn characters, ink 255."""
    rng = np.random.default_rng(48)
    crops = np.zeros((count, SIDE, SIDE), np.uint8)
    for number, crop in enumerate(crops):
        ink = draw_character(BYMERGE[number % len(BYMERGE)], 40.0, rng).coverage
        scale = (SIDE - 4) / max(ink.shape)
        ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        crop[2 : 2 + ink.shape[0], 2 : 2 + ink.shape[1]] = ink
    return crops


@click.command(cls=Program)
@click.option("--crops", "count", type=click.IntRange(min=1), default=94, show_default=True)
@click.option("--document", type=click.Path(path_type=Path), help="Write the table into this file.")
def main(count: int, document: Path | None) -> None:
    """Read crops on boards that are emulated."""
    compiler = find_compiler()
    if compiler is None:
        raise click.ClickException("no C compiler: install gcc or clang")
    crops, rows, failed = draw_crops(count), [], False
    with TemporaryDirectory() as folder:
        tiny = build_library(compiler, Path(folder))
        expected = [(tiny.glyph(crop)[1], bytes(tiny.read(crop)[1])) for crop in crops]
    for board in _BOARDS:
        if missing := board.missing():
            click.echo(f"{board.name}: skipped: no {missing[0]}; apt install {PACKAGES}")
            continue
        with TemporaryDirectory() as folder:
            found = read_crops(board, network_of("tiny-int8"), crops, Path(folder))
        equal = sum(
            np.array_equal(row["glyph"], glyph) and row["result"].tobytes() == result
            for row, (glyph, result) in zip(found, expected, strict=True)
        )
        failed |= equal < count
        counts = (f"{found[field].mean() / 1e6:.2f} M" for field in ("glyph_count", "count"))
        rows.append([board.core, *counts, f"{found['stack'].max()} B", f"{equal} of {count}"])
    table = markdown(HEAD, rows)
    click.echo(table)
    if document is not None:
        write_block(document, "tests.mcu.reading", table)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
