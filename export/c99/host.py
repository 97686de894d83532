"""Exported C compiled for this machine, and TensorFlow Lite's reference kernels beside it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.quiet import quiet_stderr
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from export.c99.source import Network

#: What exported files compile with, by any compiler, without a word.
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
#: What emnist_classify writes.
RESULT = np.dtype(
    [("label", "u1"), ("runner_up", "u1"), ("confidence", "<u2"), ("runner_up_confidence", "<u2")]
)


def find_compiler() -> str | None:
    """Return the C compiler of this machine: of the variable CC, or cc, gcc or clang; or None."""
    names = [os.environ["CC"]] if os.environ.get("CC") else ["cc", "gcc", "clang"]
    return next((name for name in names if shutil.which(name)), None)


def compile_c(compiler: str, sources: Sequence[Path], output: Path, *options: str) -> None:
    """Compile ``sources`` to ``output``; raises :class:`EmnistEdgeError` with the first message."""
    command = [compiler, *STRICT, *options, "-o", str(output), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
        raise EmnistEdgeError(f"{compiler}: {first.strip()}")


class Library:
    """The C files of ``network`` that were written to ``folder``, compiled and loaded."""

    def __init__(
        self, network: Network, folder: Path, compiler: str, options: Sequence[str] = ("-O2",)
    ) -> None:
        path = folder / f"emnist_{network.name}.so"
        compile_c(compiler, sorted(folder.glob("*.c")), path, *options, "-shared", "-fPIC")
        library = ctypes.CDLL(str(path.absolute()))
        self._logits = library[f"emnist_{network.name}_logits"]
        self._classify = library[f"emnist_{network.name}_classify"]
        self._arena = (ctypes.c_uint32 * (network.arena.size // 4))()
        self._classes = len(network.alphabet)

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Return the outputs for ``glyphs`` (N, 28, 28): (N, C)."""
        found = np.zeros((len(glyphs), self._classes), np.int8)
        self._run(self._logits, glyphs, found)
        return found

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the results for ``glyphs`` (N, 28, 28): (N,) of :data:`RESULT`."""
        found = np.zeros(len(glyphs), RESULT)
        self._run(self._classify, glyphs, found)
        return found

    def _run(self, function: Any, glyphs: NDArray[np.uint8], found: NDArray[Any]) -> None:
        glyphs = np.ascontiguousarray(glyphs, np.uint8)
        for index in range(len(glyphs)):
            pointers = (
                ctypes.c_void_p(array[index : index + 1].ctypes.data) for array in (glyphs, found)
            )
            glyph, result = pointers
            if function(glyph, self._arena, result):
                raise EmnistEdgeError("the exported network refuses a glyph")


def reference_logits(content: bytes, glyphs: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the outputs (N, C) of the int8 file ``content`` for ``glyphs`` (N, 28, 28).

    By LiteRT's reference kernels, which no processor makes faster and none rounds otherwise.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with quiet_stderr():
        interpreter = Interpreter(
            model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
        )
        interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    last = interpreter.get_output_details()[0]
    found = np.zeros((len(glyphs), last["shape"][-1]), np.int8)
    for index, glyph in enumerate(glyphs):
        interpreter.set_tensor(entry, (glyph[None, ..., None] ^ np.uint8(128)).view(np.int8))
        interpreter.invoke()
        found[index] = interpreter.get_tensor(last["index"])[0]
    return found
