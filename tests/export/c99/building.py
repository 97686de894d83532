"""The exported C, built for this machine."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

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
