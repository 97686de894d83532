"""The C99 of int8 networks beside tflite-micro: ``python -m evaluate.c99_peers``.

On the same training images, which train.tier holds back, run the C, LiteRT's reference kernels,
and tflite-micro's interpreter with the same file. Exits with 1 where an output of the C is not the
reference's.

tflite-micro is not installed with this package: name a Python that has it. Its wheel has its
portable kernels; its arena is that of this machine, where pointers have 8 bytes.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_edge.artifact import SIDE, open_model
from emnist_edge.cli.program import Program
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.tables import NONE, markdown, number
from evaluate.c99_flash import flash
from evaluate.document import write_block
from evaluate.other_python import run_python
from export.c99.host import Library, find_compiler, reference_logits
from export.c99.write import int8_of, network_of, write
from train.common.data import load_training
from train.tier import HELD_BACK
from train.tiers.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COLUMNS = ("network", "by", "network's bytes", "memory", "as the reference", "as the C", "time")
#: Images that are timed together; the fastest of all such counts, since others use the machine.
PIECE = 20
_TFLITE_MICRO = """
import sys, time
from importlib.metadata import version
import numpy as np
from tflite_micro import runtime
model, glyphs, target, piece = sys.argv[1:]
interpreter = runtime.Interpreter.from_file(model)
pixels = np.load(glyphs)
logits, microseconds = [], []
for start in range(0, len(pixels), int(piece)):
    chosen = pixels[start : start + int(piece)]
    begun = time.process_time()
    for index in range(len(chosen)):
        interpreter.set_input(chosen[index : index + 1], 0)
        interpreter.invoke()
        logits.append(np.array(interpreter.get_output(0)[0]))
    microseconds.append(1e6 * (time.process_time() - begun) / len(chosen))
interpreter.print_allocations()
took = min(microseconds)
np.savez(target, logits=np.stack(logits), took=took, version=version("tflite-micro"))
"""
_ARENA = re.compile(r"Arena allocation total (\d+) bytes")


@dataclass(frozen=True)
class Ran:
    """What one library made of the glyphs.

    logits: (N, C) int8. size: bytes of the network alone. memory: bytes that a call works in, the
    glyph included. microseconds: for a glyph, in the fastest :data:`PIECE`.
    """

    library: str
    logits: NDArray[np.int8]
    size: int | None
    memory: int | None = None
    microseconds: float | None = None


def run_c(model: str, glyphs: NDArray[np.uint8], compiler: str) -> Ran:
    """Return what the C of ``model`` makes of ``glyphs`` (N, 28, 28)."""
    with TemporaryDirectory() as temporary:
        folder, network = Path(temporary), network_of(model)
        write(network, folder)
        library = Library(network, folder, compiler)
        logits, times = [], []
        for start in range(0, len(glyphs), PIECE):
            piece = glyphs[start : start + PIECE]
            begun = time.process_time()
            logits.append(library.logits(piece))
            times.append(1e6 * (time.process_time() - begun) / len(piece))
        size = flash([folder / f"emnist_{network.name}.c"], folder)
    memory = network.arena.size + SIDE * SIDE
    return Ran("C99", np.concatenate(logits), size, memory, min(times))


def run_tflite_micro(content: bytes, glyphs: NDArray[np.uint8], python: str) -> Ran:
    """Return what tflite-micro makes of ``glyphs`` (N, 28, 28), by the interpreter ``python``."""
    with TemporaryDirectory() as temporary:
        model, entry, target = (Path(temporary) / name for name in ("m.tflite", "in.npy", "o.npz"))
        model.write_bytes(content)
        np.save(entry, (glyphs[..., None] ^ np.uint8(128)).view(np.int8))
        arguments = map(str, (model, entry, target, PIECE))
        done = run_python(python, "tflite-micro", _TFLITE_MICRO, *arguments)
        arena = _ARENA.search(done.stderr)
        if arena is None:
            raise EmnistEdgeError(f"{python}: tflite-micro does not say what its arena takes")
        with np.load(target) as found:
            name = f"tflite-micro {found['version']}"
            logits, took = found["logits"], float(found["took"])
    return Ran(name, logits, len(content), int(arena[1]), took)


def rows_of(model: str, ours: Ran, reference: Ran, others: Sequence[Ran]) -> list[list[str]]:
    """Return the rows of ``model``; see :data:`COLUMNS`."""
    return [
        [
            model,
            ran.library,
            number(ran.size, 0),
            number(ran.memory, 0),
            _equal(ran, reference),
            _equal(ran, ours),
            NONE if ran.microseconds is None else f"{ran.microseconds:,.0f} µs",
        ]
        for ran in (ours, *others, reference)
    ]


def _equal(one: Ran, other: Ran) -> str:
    """Return of how many glyphs all outputs are the same."""
    if one is other:
        return NONE
    return f"{int((one.logits == other.logits).all(axis=1).sum())} of {len(one.logits)}"


@click.command(cls=Program)
@click.argument("models", nargs=-1, required=True)
@click.option("--tflite-micro", "python", metavar="PYTHON", help="A Python that has tflite-micro.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder with EMNIST's files.")
@click.option("--images", type=click.IntRange(min=1), default=500, show_default=True)
@click.option("--document", type=click.Path(path_type=Path), help="Write the table into this file.")
def main(
    models: Sequence[str],
    python: str | None,
    data: Path | None,
    images: int,
    document: Path | None,
) -> None:
    """Compare the C of MODELS with LiteRT's reference kernels and with tflite-micro."""
    compiler = find_compiler()
    if compiler is None:
        raise EmnistEdgeError("no C compiler: install gcc or clang, or name one in CC")
    training = load_training(None, data, None, Recipe.validation_share, HELD_BACK)
    chosen = np.linspace(0, len(training.held) - 1, min(images, len(training.held))).astype(int)
    glyphs = training.samples.images[training.held[chosen]]
    rows, equal = [], True
    for model in models:
        name = int8_of(model)
        _, content = open_model(name)
        ours = run_c(name, glyphs, compiler)
        logits = reference_logits(content, glyphs)
        reference = Ran("LiteRT, reference kernels", logits, len(content))
        others = [run_tflite_micro(content, glyphs, python)] if python else []
        rows += rows_of(model, ours, reference, others)
        equal &= bool((ours.logits == reference.logits).all())
    table = markdown(COLUMNS, rows)
    click.echo(table)
    if document is not None:
        write_block(document, "evaluate.c99_peers", table)
    if not equal:
        sys.exit(1)


if __name__ == "__main__":
    main()
