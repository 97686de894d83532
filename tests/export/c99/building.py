"""The exported C, built for this machine."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np

from export.c99.host import compile_c
from export.c99.write import int8_of, network_of, write
from tests.export.c99.built import Built

FUZZ = Path(__file__).parent / "fuzz.c"
#: A fault ends the program: an address outside of what was given, or what C leaves undefined.
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def export_sources(folder: Path, model: str = "tiny") -> list[Path]:
    """Write the C of ``model`` to ``folder``; return its C files."""
    return [path for path in write(network_of(int8_of(model)), folder) if path.suffix == ".c"]


def build_library(compiler: str, folder: Path, model: str = "tiny") -> Built:
    """Return the C of ``model`` as a library of this machine, compiled in ``folder``."""
    path = folder / f"{model}.so"
    compile_c(compiler, export_sources(folder, model), path, "-O2", "-shared", "-fPIC")
    return Built(ctypes.CDLL(str(path)), model)


def run_fuzz(compiler: str, folder: Path, crops: int, seed: int) -> str:
    """Compile the fuzzer with sanitizers in ``folder`` and run it; return what it printed.

    Raises :class:`subprocess.CalledProcessError` where it found a fault.
    """
    program = folder / "fuzz"
    sources = [*export_sources(folder), FUZZ]
    compile_c(compiler, sources, program, *SANITIZED, f"-I{folder}")
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
