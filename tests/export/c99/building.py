"""The exported C, built for this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from export.c99.write import network_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

FUZZ = Path(__file__).parent / "fuzz.c"
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion")
#: A fault ends the program: an address outside of what was given, or what C leaves undefined.
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def compilers() -> list[str]:
    """Return which of the usual C compilers are at hand."""
    return [name for name in ("gcc", "clang") if shutil.which(name)]


def export_tiny(folder: Path) -> list[Path]:
    """Write the C of tiny to ``folder``; return its C files."""
    return [path for path in write(network_of("tiny-int8"), folder) if path.suffix == ".c"]


def compile_c(
    sources: Sequence[Path], program: Path, *options: str, compiler: str | None = None
) -> Path:
    """Compile ``sources``, with warnings as errors, to ``program``; return that."""
    command = [compiler or compilers()[0], *STRICT, *options, f"-I{sources[0].parent}"]
    subprocess.run([*command, *map(str, sources), "-o", str(program)], check=True)
    return program


def run_fuzz(folder: Path, crops: int, seed: int) -> str:
    """Compile the fuzzer with sanitizers in ``folder`` and run it; return what it printed.

    Raises :class:`subprocess.CalledProcessError` where it found a fault.
    """
    program = compile_c([*export_tiny(folder), FUZZ], folder / "fuzz", *SANITIZED)
    done = subprocess.run(
        [str(program), str(crops), str(seed)], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def has_tie(ink: np.ndarray) -> bool:
    """Return whether scaling ``ink``, cut to its box, up to 100 gives exactly 127.5 somewhere.

    There, floating point decides whether a pixel is ink: OpenCV's rounding errors do.
    """
    size = [max(1, round(side * 100 / max(ink.shape))) for side in ink.shape]
    (down, down_unit), (right, right_unit) = (
        _cubic(from_, to) for from_, to in zip(ink.shape, size, strict=True)
    )
    exact = down @ ink.astype(np.int64) @ right.T
    return bool((2 * exact == 255 * down_unit * right_unit).any())


def _cubic(from_: int, to: int) -> tuple[np.ndarray, int]:
    """Return weights (to, from_) of cubic interpolation as whole numbers, and their sum."""
    weights, unit = np.zeros((to, from_), np.int64), 2 * to
    for at in range(to):
        first, past = divmod((2 * at + 1) * from_ - to, unit)
        for offset in range(-1, 3):
            away = abs(past - offset * unit)
            near = (5 * away - 9 * unit) * away**2 + 4 * unit**3
            far = ((15 * unit - 3 * away) * away - 24 * unit**2) * away + 12 * unit**3
            column = min(max(first + offset, 0), from_ - 1)
            weights[at, column] += near if away <= unit else far
    return weights, 4 * unit**3
