"""Export the edge forest to C99: ``python -m export.c99.forest --trees 9 --output DIR``.

Takes the first trees of a forest in ONNX, as export.forest writes it, since more trees cost more
flash and gain less each: see docs/microcontrollers.md. Writes tables, and the functions that read
with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.runtime.onnx_forest import FLOOR
from emnist_edge.artifact import open_model
from emnist_edge.cli.program import Program
from emnist_edge.errors import ModelError
from export.c99.tables import Tables
from export.c99.write import SHARED, write_texts
from export.trees import VOTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPLATES = Path(__file__).parent / "templates"
#: What the words of emnist_forest.h have room for.
_CLASSES, _OFFSET, _LONG_OFFSET = 64, 1 << 13, 1 << 16
_LEAF = 0x8000
#: Weight of a class that all trees vote for.
_WHOLE = 1 << 24


@dataclass(frozen=True)
class Split:
    """A node: pixels of at most ``level`` lead to ``low``, any other to ``high``.

    low, high: numbers of nodes, or of leaves where ``low_leaf`` and ``high_leaf``.
    """

    pixel: int
    level: int
    low: int
    low_leaf: int
    high: int
    high_leaf: int


@dataclass(frozen=True)
class Ensemble:
    """A forest: the root of each tree, splits of all trees, and the words of their leaves."""

    roots: list[int]
    splits: list[Split]
    leaves: list[int]


def read_ensemble(content: bytes, file: str) -> Ensemble:
    """Return the forest of an ONNX file; :class:`ModelError` where it is none of ``to_onnx``."""
    import onnx

    try:
        graph = onnx.load_model_from_string(content).graph
        (node,) = (node for node in graph.node if node.op_type == "TreeEnsemble")
        found = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        to_array = onnx.numpy_helper.to_array
        table = to_array(next(one for one in graph.initializer if one.name == "table"))
        rows = to_array(found["leaf_weights"]).astype(np.int64)
        columns = (
            found["nodes_featureids"], to_array(found["nodes_splits"]).astype(int).tolist(),
            found["nodes_truenodeids"], found["nodes_trueleafs"],
            found["nodes_falsenodeids"], found["nodes_falseleafs"],
        )  # fmt: skip
        return Ensemble(
            roots=list(found["tree_roots"]),
            splits=[Split(*values) for values in zip(*columns, strict=True)],
            leaves=leaf_words(table)[rows].tolist(),
        )
    except Exception as error:  # protobuf's errors, and what is missing in another model
        raise ModelError(f"{file}: not a forest of export.forest ({error})") from error


def leaf_words(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the word (L) of each leaf of ``votes`` (L, C), 8 in all for two classes at most."""
    named = votes > 0
    first, last = named.argmax(axis=1), votes.shape[1] - 1 - named[:, ::-1].argmax(axis=1)
    most = votes[np.arange(len(votes)), first].astype(np.int64)
    return np.asarray(_LEAF | first << 9 | last << 3 | (most - 1))


def pack_tree(ensemble: Ensemble, root: int) -> list[int]:
    """Return the words of the tree whose first node is ``root``, as in emnist_forest.h."""

    def pack(number: int, is_leaf: int) -> list[int]:
        if is_leaf:
            return [ensemble.leaves[number]]
        split = ensemble.splits[number]
        low = pack(split.low, split.low_leaf)
        offset = 2 + len(low)
        if offset < _OFFSET:
            words = [split.pixel | (offset >> 8) << 10, split.level << 8 | (offset & 255)]
        else:
            words = [split.pixel, split.level << 8, offset + 1]
        return [*words, *low, *pack(split.high, split.high_leaf)]

    words = pack(root, is_leaf=0)
    if len(words) >= _LONG_OFFSET:
        raise ModelError(f"a tree of {len(words):,} words has no room; grow smaller trees")
    return words


def weights(trees: int, temperature: float) -> NDArray[np.uint32]:
    """Return what a class weighs by its votes, 0 to all: p^(1 / temperature), p at least FLOOR."""
    shares = np.maximum(np.arange(VOTES * trees + 1) / (VOTES * trees), FLOOR)
    return np.round(_WHOLE * shares ** (1 / temperature)).astype(np.uint32)


def write_forest(model: str, trees: int | None, folder: Path) -> tuple[list[Path], int]:
    """Write the first ``trees`` of ``model``, or all, to ``folder``; see :func:`write_ensemble`."""
    artifact, content = open_model(model)
    ensemble = read_ensemble(content, artifact.file)
    origin = f"{artifact.name}, SHA-256 {artifact.sha256[:16]}"
    return write_ensemble(ensemble, artifact.alphabet, artifact.temperature, origin, trees, folder)


def write_ensemble(
    ensemble: Ensemble,
    alphabet: str,
    temperature: float,
    origin: str,
    trees: int | None,
    folder: Path,
) -> tuple[list[Path], int]:
    """Write the first ``trees`` of ``ensemble``, or all, to ``folder``.

    Returns the files, and how many bytes the tables take. ``origin`` says what they were made from.
    """
    most = len(ensemble.roots)
    trees = most if trees is None else trees
    if trees > most:
        raise ModelError(f"{origin}: has {most} trees, not {trees}; give --trees fewer")
    if len(alphabet) > _CLASSES:
        raise ModelError(f"{origin}: has {len(alphabet)} classes; there is room for {_CLASSES}")
    packed = [pack_tree(ensemble, root) for root in ensemble.roots[:trees]]
    arrays: dict[str, tuple[str, NDArray[Any]]] = {
        "nodes": ("uint16_t", np.concatenate(packed).astype(np.uint16)),
        "roots": ("uint32_t", np.cumsum([0, *map(len, packed)], dtype=np.uint32)[:-1]),
        "weights": ("uint32_t", weights(trees, temperature)),
    }
    tables = Tables()
    for name, (kind, array) in arrays.items():
        tables.numbers(kind, name, array)
    size = sum(array.nbytes for _, array in arrays.values())
    values = {
        "origin": f"{origin}: reads one character.",
        "trees": trees, "all_trees": most, "bytes": size, "classes": len(alphabet),
        "definitions": "\n".join(tables.definitions),
        "labels": ",\n".join(f'    "{char}"' for char in alphabet),
    }  # fmt: skip
    texts = {
        f"emnist_forest_edge.{end}": Template(
            (_TEMPLATES / f"forest.{end}.in").read_text(encoding="utf-8")
        ).substitute(values)
        for end in "hc"
    }
    copied = (*sorted((SHARED / "forest").glob("*.[ch]")), SHARED / "emnist_kernels.h")
    return write_texts(texts, copied, folder), size


@click.command(cls=Program)
@click.argument("model", default="forest-edge")
@click.option(
    "--trees", type=click.IntRange(1, 255), help="Take only so many trees.  [default: all]"
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the C files.",
)
def main(model: str, trees: int | None, output: Path) -> None:
    """Export the forest MODEL, forest-edge unless told, to C99."""
    paths, size = write_forest(model, trees, output)
    for path in paths:
        click.echo(path)
    click.echo(f"{size:,} bytes of tables", err=True)


if __name__ == "__main__":
    main()
