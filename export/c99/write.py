"""A model of the project -> the C files of a library that reads characters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.artifact import SIDE, family_of, installed_names, open_model
from emnist_edge.errors import ModelError, shown
from emnist_edge.files import writing_to, written_whole
from export.c99 import source
from export.c99.arena import plan
from export.c99.graph import read_graph
from export.c99.lower import lower

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact
    from export.c99.graph import Graph

#: What all networks share: C files that are copied as they are.
SHARED = Path(__file__).parent / "csrc"
#: Steps and classes are counted in 8 bits.
MOST_STEPS = MOST_CLASSES = 255


def int8_of(model: str) -> str:
    """Return the name of the int8 model of the family ``model``; what is no family is as it was."""
    return f"{model}-int8" if f"{model}-int8" in installed_names() else model


def network_of(model: str | Path, name: str | None = None) -> source.Network:
    """Return the network of ``model``, a name or the path of an int8 file beside its sidecar.

    ``name`` is that of the C functions, behind ``emnist_``; the model's family unless told.
    Raises :class:`ModelError` where it cannot be exported, or its name is that of something shared.
    """
    artifact, content = open_model(model)
    if artifact.input_type != "int8" or not artifact.file.endswith(".tflite"):
        raise ModelError(f"{artifact.file}: not an int8 network; export an int8 .tflite file")
    called = name or re.sub(r"\W", "_", family_of(artifact.name).lower(), flags=re.ASCII)
    if _is_taken(called):
        raise ModelError(
            f"{artifact.file}: emnist_{called} is something that all networks share; give another "
            "--name"
        )
    try:
        return _network(called, artifact, read_graph(content, artifact.file))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Of a damaged file, no more than what kernels rely on is checked before.
        raise ModelError(f"{artifact.file}: damaged ({shown(error)}); export it again") from error


def _network(name: str, artifact: Artifact, graph: Graph) -> source.Network:
    """Return the network ``name`` of a file that was read."""
    program = lower(graph)
    _check(graph, artifact)
    if len(program.steps) > MOST_STEPS:
        raise ModelError(f"{artifact.file}: {len(program.steps)} steps, of {MOST_STEPS} at most")
    return source.Network(
        name=name,
        origin=f"{artifact.name}, SHA-256 {artifact.sha256[:16]}: reads one character.",
        alphabet=artifact.alphabet,
        program=program,
        arena=plan(program, artifact.file),
        powers=_powers(graph.tensors[graph.output].scale / artifact.temperature),
    )


def write(network: source.Network, folder: Path) -> list[Path]:
    """Write header and C file of ``network`` to ``folder``, and what it shares with others."""
    texts = {
        f"emnist_{network.name}.h": source.header(network),
        f"emnist_{network.name}.c": source.body(network),
    }
    return write_texts(texts, sorted(SHARED.glob("*.[ch]")), folder)


def write_texts(texts: Mapping[str, str], copied: Iterable[Path], folder: Path) -> list[Path]:
    """Write ``texts``, by their paths in ``folder``, and copies of files to it; return all paths.

    Raises :class:`OutputError` where they cannot be written.
    """
    every = {**texts, **{path.name: path.read_text(encoding="utf-8") for path in copied}}
    with writing_to(folder):
        for name, text in every.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with written_whole(folder / name) as part:
                part.write_text(text, encoding="utf-8")
    return [folder / name for name in every]


def _is_taken(name: str) -> bool:
    """Say whether files or functions called ``emnist_name`` would take the place of shared ones."""
    own = f"emnist_{name}"
    shared: set[str] = set()
    for path in SHARED.rglob("*.[ch]"):
        code = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        shared |= {path.stem, *re.findall(r"\bemnist_\w+", code)}
    return any(word == own or word.startswith(f"{own}_") for word in shared)


def _check(graph: Graph, artifact: Artifact) -> None:
    """Raise :class:`ModelError` unless input and output are what the sidecar says."""
    first, last = graph.tensors[graph.input], graph.tensors[graph.output]
    if first.shape != (1, SIDE, SIDE, 1) or last.shape != (1, len(artifact.alphabet)):
        raise ModelError(f"{graph.file}: its tensors do not fit its sidecar; export it again")
    if len(artifact.alphabet) > MOST_CLASSES:
        raise ModelError(f"{graph.file}: more than {MOST_CLASSES} classes")
    if (first.scale, first.zero_point) != (1.0, -128):
        raise ModelError(f"{graph.file}: its input is not pixels less 128; export it again")


def _powers(step: float) -> NDArray[np.uint16]:
    """Return exp(-n x ``step``) in steps of 1/65535, for n from 0 to the last that is not 0."""
    powers = np.round(np.exp(-step * np.arange(256)) * 65535).astype(np.uint16)
    return np.trim_zeros(powers, "b")
