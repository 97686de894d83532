"""What forests take as C99, and what they know: ``python -m evaluate.c99_forest``.

Measured on the training images that train.forest holds back: the first trees of forest-edge, and
smaller forests grown on the others, as tables and as emlearn makes C of them. Takes some minutes.

emlearn is not installed with this package: name a Python that has it and the same scikit-learn.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
import joblib
import numpy as np

from emnist_edge.artifact import open_model
from emnist_edge.cli.program import Program
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.files import writing_to
from emnist_edge.tables import NONE, markdown, number, percent
from export.c99.forest import Ensemble, read_ensemble, write_ensemble
from export.c99.host import compile_c, find_compiler
from export.trees import compact_leaves, to_onnx
from train.common.data import load_training
from train.forest import Recipe, flat

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier

    from train.common.data import TrainingData

#: Numbers of trees of forest-edge.
PREFIXES = (1, 2, 4, 9, 18, 29)
#: Trees of forests that are grown for little flash, and the fewest images that a node is split for.
GROWN = ((8, 600), (16, 600), (8, 150), (16, 150))
_CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-c")
_EMLEARN = """
import sys, warnings, joblib, emlearn
warnings.simplefilter("ignore")
forest, target = sys.argv[1:]
emlearn.convert(joblib.load(forest), method="inline").save(name="em", file=target)
"""
_HARNESS = """
#include <stdint.h>
#include "em.h"
int em_read(const uint8_t *glyph)
{
    static int16_t features[784];
    int i;
    for (i = 0; i < 784; i++) {
        features[i] = glyph[i];
    }
    return em_predict(features, 784);
}
"""
COLUMNS = ("forest", "trees", "flash, Cortex-M4", "right on validation", "as scikit-learn", "time")


class Measure:
    """Compiles forests in ``folder`` and runs them on the images held back."""

    def __init__(self, data: TrainingData, folder: Path) -> None:
        compiler = find_compiler()
        if compiler is None:
            raise EmnistEdgeError("no C compiler: install gcc or clang")
        self.compiler, self.folder, self.data = compiler, folder, data
        self.images = np.ascontiguousarray(data.samples.images[data.held])
        self.labels = data.samples.labels[data.held]

    def tables(self, name: str, ensemble: Ensemble, alphabet: str, trees: int) -> list[Any]:
        """Return the row of the first ``trees`` of ``ensemble`` as tables; see :data:`COLUMNS`."""
        folder = self.folder / f"{name}-{trees}"
        paths, _ = write_ensemble(ensemble, alphabet, 1.0, name, trees, folder)
        sources = [path for path in paths if path.suffix == ".c"]
        library = self.library(sources, folder)
        forest = ctypes.byref(ctypes.c_char.in_dll(library, "emnist_forest_edge"))
        result = (ctypes.c_uint16 * 3)()

        def read(glyph: int) -> int:
            library.emnist_forest_classify(forest, ctypes.c_void_p(glyph), result)
            return result[0] & 255

        found, took = self.run(read)
        return [name, trees, self.flash(sources, folder), found, took]

    def emlearn(self, name: str, forest: RandomForestClassifier, python: str) -> list[Any]:
        """Return the row of ``forest`` as emlearn's C."""
        folder = self.folder / f"{name}-emlearn"
        folder.mkdir()
        joblib.dump(forest, folder / "forest.joblib")
        command = [python, "-c", _EMLEARN, str(folder / "forest.joblib"), str(folder / "em.h")]
        subprocess.run(command, check=True)  # noqa: S603  # what the caller named
        where = [python, "-c", "import emlearn; print(emlearn.includedir)"]
        found_at = subprocess.run(where, check=True, capture_output=True, text=True)  # noqa: S603
        source = folder / "read.c"
        source.write_text(_HARNESS)
        options = ("-std=gnu99", "-w", f"-I{found_at.stdout.strip()}")
        library = self.library([source], folder, *options)
        found, took = self.run(lambda glyph: library.em_read(ctypes.c_void_p(glyph)))
        return [f"{name}, emlearn", len(forest.estimators_),
                self.flash([source], folder, *options), found, took]  # fmt: skip

    def library(self, sources: list[Path], folder: Path, *options: str) -> ctypes.CDLL:
        """Return ``sources`` compiled for this machine."""
        target = folder / "forest.so"
        compile_c(self.compiler, sources, target, "-O2", "-shared", "-fPIC", *options)
        return ctypes.CDLL(str(target.absolute()))

    def run(self, read: Any) -> tuple[NDArray[np.int64], float]:
        """Return what ``read`` makes of the address of each image, and microseconds an image."""
        start, size = self.images.ctypes.data, self.images[0].nbytes
        begun = time.perf_counter()
        found = [read(start + size * index) for index in range(len(self.images))]
        took = 1e6 * (time.perf_counter() - begun) / len(found)
        return np.array(found), took

    def flash(self, sources: list[Path], folder: Path, *options: str) -> int | None:
        """Return the bytes that ``sources`` take in a Cortex-M4's flash; None without its tools."""
        if shutil.which("arm-none-eabi-gcc") is None:
            return None
        total = 0
        for source in sources:
            target = folder / f"{source.stem}.o"
            compile_c("arm-none-eabi-gcc", [source], target, *_CORTEX_M4, *options)
            done = subprocess.run(  # noqa: S603
                ["arm-none-eabi-size", str(target)],  # noqa: S607
                check=True,
                capture_output=True,
                text=True,
            )
            text, initialized = done.stdout.splitlines()[1].split()[:2]
            total += int(text) + int(initialized)
        return total


def grow(data: TrainingData, trees: int, split: int) -> RandomForestClassifier:
    """Return a forest grown on the images that train, as train.forest grows edge forests."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        trees, random_state=Recipe.seed, n_jobs=1, criterion="entropy", max_features=64,
        min_samples_split=split, bootstrap=False,
    )  # fmt: skip
    return forest.fit(flat(data.samples)[data.kept], data.samples.labels[data.kept])


def rows(measure: Measure, python: str | None) -> list[list[Any]]:
    """Return the rows of all forests; the fourth number says how many are as scikit-learn's."""
    artifact, content = open_model("forest-edge")
    ensemble = read_ensemble(content, artifact.file)
    found = []
    for trees in PREFIXES:
        row = measure.tables("forest-edge", ensemble, artifact.alphabet, trees)
        found.append([*row, None])
    for trees, split in GROWN:
        forest = grow(measure.data, trees, split)
        name = f"{trees} trees, splits from {split}"
        emlearn = measure.emlearn(name, forest, python) if python else None
        theirs = forest.classes_[forest.predict(flat_images(measure.images))]
        compact_leaves(forest)
        ours = forest.classes_[forest.predict_proba(flat_images(measure.images)).argmax(axis=1)]
        ensemble = read_ensemble(to_onnx(forest), name)
        found.append([*measure.tables(name, ensemble, artifact.alphabet, trees), ours])
        if emlearn:
            found.append([*emlearn, theirs])
    return found


def flat_images(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``images`` (N, 28, 28) as rows of pixels."""
    return images.reshape(len(images), -1)


@click.command(cls=Program)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files.")
@click.option("--emlearn", metavar="PYTHON", help="A Python that has emlearn and scikit-learn.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Table to write.")
def main(data: Path | None, emlearn: str | None, output: Path | None) -> None:
    """Measure forests as C99: flash, accuracy, time."""
    training = load_training(None, data, None, Recipe.validation_share, Recipe.seed)
    with TemporaryDirectory() as folder:
        measure = Measure(training, Path(folder))
        table = markdown(
            COLUMNS,
            [
                [
                    name, trees, number(flash, 0),
                    percent(float((found == measure.labels).mean())),
                    NONE if expected is None else percent(float((found == expected).mean())),
                    f"{took:.1f} µs",
                ]
                for name, trees, flash, found, took, expected in rows(measure, emlearn)
            ],
        )  # fmt: skip
    click.echo(table)
    if output is not None:
        with writing_to(output):
            output.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
