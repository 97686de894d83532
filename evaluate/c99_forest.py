"""What forests take as C99, and what they know: ``python -m evaluate.c99_forest``.

Measured on the training images that train.forest holds back: the first trees of forest-edge, and
smaller forests grown on the others, as tables, in scikit-learn, and as emlearn makes C of them.
Takes some minutes.

emlearn is not installed with this package: name a Python that has it and the same scikit-learn.
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_edge.artifact import open_model
from emnist_edge.cli.program import Program
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.tables import NONE, markdown, number, percent
from evaluate.c99_emlearn import DEFAULT, RAISED, SOFT, convert
from evaluate.c99_flash import flash
from evaluate.document import write_block
from export.c99.forest import Ensemble, read_ensemble, write_ensemble
from export.c99.host import compile_c, find_compiler
from export.converter import to_onnx
from export.trees import compact_leaves
from train.common.data import load_training
from train.forest import Recipe, flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier

    from train.common.data import TrainingData

    Answers = NDArray[np.intp]

#: Numbers of trees of forest-edge.
PREFIXES = (1, 2, 4, 9, 18, 29)
#: Trees of forests that are grown for little flash, and leaves of each.
GROWN = ((8, 250), (8, 1000))
#: Leaves of all trees that emlearn still converts with a share of each class: it compares each with
#: each other, and keeps a byte a class.
MOST_SOFT = 2000
#: All images are read so many times, and the fastest counts.
ROUNDS = 3
COLUMNS = (
    "forest", "trees", "flash, Cortex-M4", "right on validation", "as scikit-learn",
    "as its own trees", "time",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What a forest made of the images held back: the class of each, (N,).

    grown: what scikit-learn makes of them by the forest as it was grown. own: by the same leaves,
    rounded as this C has them. size: bytes of flash. None where it is not known.
    """

    name: str
    trees: int
    found: Answers
    size: int | None = None
    microseconds: float | None = None
    grown: Answers | None = None
    own: Answers | None = None

    def cells(self, labels: NDArray[np.uint8]) -> list[str]:
        """Return the texts of :data:`COLUMNS`."""
        return [
            self.name, str(self.trees), number(self.size, 0),
            percent(float((self.found == labels).mean())),
            NONE if self.grown is None else percent(float((self.found == self.grown).mean())),
            NONE if self.own is None
            else f"{int((self.found == self.own).sum()):,} of {len(self.own):,}",
            NONE if self.microseconds is None else f"{self.microseconds:.1f} µs",
        ]  # fmt: skip


class Measure:
    """Compiles forests in ``folder`` and runs them on the images held back."""

    def __init__(self, data: TrainingData, folder: Path) -> None:
        compiler = find_compiler()
        if compiler is None:
            raise EmnistEdgeError("no C compiler: install gcc or clang")
        self.compiler, self.folder, self.data = compiler, folder, data
        self.images = np.ascontiguousarray(data.samples.images[data.held])
        self.labels = data.samples.labels[data.held]
        self.pixels = self.images.reshape(len(self.images), -1)

    def edge(self, trees: int) -> Row:
        """Return the row of the first ``trees`` of forest-edge as tables."""
        artifact, content = open_model("forest-edge")
        ensemble = read_ensemble(content, artifact.file)
        found, size, took = self.tables("forest-edge", ensemble, artifact.alphabet, trees)
        return Row("forest-edge", trees, found, size, took)

    def grown(self, trees: int, leaves: int, python: str | None) -> list[Row]:
        """Return the rows of a forest of ``leaves`` a tree; of emlearn's too with its ``python``.

        Trees' leaves are compacted last, in place.
        """
        forest = grow(self.data, trees, leaves)
        name = f"{trees} x {leaves} leaves"
        grown = forest.predict_proba(self.pixels).argmax(axis=1)
        rows = [Row(f"{name}, scikit-learn", trees, grown)]
        if python:
            rows += self.emlearn(name, forest, grown, python)
        compact_leaves(forest)
        own = forest.predict_proba(self.pixels).argmax(axis=1)
        ensemble = read_ensemble(to_onnx(forest), name)
        alphabet = self.data.samples.alphabet
        found, size, took = self.tables(f"grown-{leaves}", ensemble, alphabet, trees)
        rows.insert(1, Row(f"{name}, tables", trees, found, size, took, grown, own))
        return rows

    def emlearn(
        self, name: str, forest: RandomForestClassifier, grown: Answers, python: str
    ) -> list[Row]:
        """Return the rows of ``forest`` as emlearn's C."""
        trees = len(forest.estimators_)
        leaves = sum(int(one.tree_.n_leaves) for one in forest.estimators_)
        variants = [DEFAULT, RAISED, *([SOFT] if leaves <= MOST_SOFT else [])]
        folder = self.folder / f"emlearn-{leaves}"
        sources, options = convert(forest, variants, folder, python)
        majority = by_majority(forest, self.pixels)
        rows = []
        for source, variant in zip(sources, variants, strict=True):
            library = self.library([source], folder / f"{source.stem}.so", *options)
            found, took = self.run(library.em_read)
            size = flash([source], folder, *options)
            own = None if variant.leaf_bits else majority
            rows.append(Row(f"{name}, {variant.name}", trees, found, size, took, grown, own))
        return rows

    def tables(
        self, name: str, ensemble: Ensemble, alphabet: str, trees: int
    ) -> tuple[Answers, int | None, float]:
        """Return what the first ``trees`` of ``ensemble`` answer as tables, flash, microseconds."""
        folder = self.folder / f"{name}-{trees}"
        paths, _ = write_ensemble(ensemble, alphabet, 1.0, name, trees, folder)
        sources = [path for path in paths if path.suffix == ".c"]
        library = self.library(sources, folder / "forest.so")
        forest = ctypes.byref(ctypes.c_char.in_dll(library, "emnist_forest_edge"))
        result = (ctypes.c_uint16 * 3)()

        def read(glyph: ctypes.c_void_p) -> int:
            library.emnist_forest_classify(forest, glyph, result)
            return result[0] & 255

        found, took = self.run(read)
        return found, flash(sources, folder), took

    def library(self, sources: Sequence[Path], target: Path, *options: str) -> ctypes.CDLL:
        """Return ``sources`` compiled for this machine."""
        compile_c(self.compiler, sources, target, "-O2", "-shared", "-fPIC", *options)
        return ctypes.CDLL(str(target.absolute()))

    def run(self, read: Callable[[ctypes.c_void_p], int]) -> tuple[Answers, float]:
        """Return what ``read`` makes of the address of each image, and microseconds an image."""
        start, size = self.images.ctypes.data, self.images[0].nbytes
        glyphs = [ctypes.c_void_p(start + size * index) for index in range(len(self.images))]
        times = []
        for _ in range(ROUNDS):
            begun = time.process_time()
            found = [read(glyph) for glyph in glyphs]
            times.append(1e6 * (time.process_time() - begun) / len(found))
        return np.array(found), min(times)


def grow(data: TrainingData, trees: int, leaves: int) -> RandomForestClassifier:
    """Return a forest grown on the images that train, as train.forest grows edge forests."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        trees, random_state=Recipe.seed, n_jobs=1, criterion="entropy", max_features=64,
        max_leaf_nodes=leaves, bootstrap=False,
    )  # fmt: skip
    return forest.fit(flat(data.samples)[data.kept], data.samples.labels[data.kept])


def by_majority(forest: RandomForestClassifier, pixels: NDArray[np.uint8]) -> Answers:
    """Return the class (N,) that most trees of ``forest`` hold likeliest; the first of equals."""
    votes = np.zeros((len(pixels), len(forest.classes_)), np.int64)
    for tree in forest.estimators_:
        votes[np.arange(len(pixels)), tree.predict_proba(pixels).argmax(axis=1)] += 1
    return votes.argmax(axis=1)


@click.command(cls=Program)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files.")
@click.option("--emlearn", metavar="PYTHON", help="A Python that has emlearn and scikit-learn.")
@click.option("--document", type=click.Path(path_type=Path), help="Write the table into this file.")
def main(data: Path | None, emlearn: str | None, document: Path | None) -> None:
    """Measure forests as C99: flash, accuracy, time."""
    training = load_training(None, data, None, Recipe.validation_share, Recipe.seed)
    with TemporaryDirectory() as folder:
        measure = Measure(training, Path(folder))
        rows = [measure.edge(trees) for trees in PREFIXES]
        for trees, leaves in GROWN:
            rows += measure.grown(trees, leaves, emlearn)
        table = markdown(COLUMNS, [row.cells(measure.labels) for row in rows])
    click.echo(table)
    if document is not None:
        write_block(document, "evaluate.c99_forest", table)


if __name__ == "__main__":
    main()
