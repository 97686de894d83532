"""The same models in other libraries' hands, beside the engine: ``python -m evaluate.runtimes``.

TFLite files run in a bare interpreter, LiteRT's and TensorFlow's; trained models, where ``runs/``
has them, in Keras and scikit-learn. Single runs of one and the other alternate on the same glyphs,
so that the ratio of both holds on a machine that others use meanwhile.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.benchmark.latency import QUICK_RULES, RULES, draw_glyphs
from emnist_device.benchmark.machine import summary
from emnist_device.benchmark.probe import time_runs
from emnist_device.hardware import version
from emnist_device.quiet import quiet_stderr
from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import Artifact, family_of, installed, open_model
from emnist_edge.cli.program import Program
from emnist_edge.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.benchmark.probe import Rules

    Classify = Callable[[NDArray[np.uint8]], NDArray[Any]]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported


@dataclass(frozen=True)
class Comparison:
    """One library against the engine, at one glyph a run.

    milliseconds, engine_milliseconds: medians. same: how many of ``glyphs`` get the same class.
    """

    library: str
    model: str
    milliseconds: float
    engine_milliseconds: float
    same: int
    glyphs: int


def bare_interpreter(library: str, content: bytes) -> Classify:
    """Return a TFLite file in the hands of ``library``'s interpreter and of nothing else."""
    with quiet_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's is said to move out
        if library == "tf.lite":
            import tensorflow as tf

            interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
        else:
            from ai_edge_litert.interpreter import Interpreter

            interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    entry, exit_ = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    offset = -128 if entry["dtype"] == np.int8 else 0

    def classify(glyphs: NDArray[np.uint8]) -> NDArray[Any]:
        pixels = (glyphs[..., None].astype(np.int16) + offset).astype(entry["dtype"])
        interpreter.set_tensor(entry["index"], pixels)
        interpreter.invoke()
        return interpreter.get_tensor(exit_["index"])

    return classify


def keras_model(path: Path) -> Classify:
    """Return a trained network in Keras, called without a graph's ``predict`` around it."""
    import keras

    model = keras.models.load_model(path, compile=False)
    return lambda glyphs: np.asarray(model.predict_on_batch(glyphs[..., None].astype(np.float32)))


def sklearn_forest(path: Path) -> Classify:
    """Return a trained forest in scikit-learn."""
    import joblib

    forest = joblib.load(path)
    forest.n_jobs = 1
    return lambda glyphs: forest.predict_proba(glyphs.reshape(len(glyphs), -1))


def alternate(
    works: Sequence[Callable[[NDArray[np.uint8]], object]],
    glyphs: NDArray[np.uint8],
    rules: Rules,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Return the median milliseconds of each of ``works`` on single glyphs, run in turns."""
    turns = itertools.cycle(glyphs[:, None])
    times: list[list[float]] = [[] for _ in works]

    def run_each() -> None:
        glyph = next(turns)
        for work, found in zip(works, times, strict=True):
            start = clock()
            work(glyph)
            found.append(clock() - start)

    counted = len(time_runs(run_each, rules, clock))
    return [1000 * float(np.median(found[-counted:])) for found in times]


def libraries(artifact: Artifact, runs: Path) -> Iterator[tuple[str, Classify | str]]:
    """Yield what else can run a model: name of the library, and the model in it or why not."""
    family = family_of(artifact.name)
    if artifact.file.endswith(".tflite"):
        _, content = open_model(artifact.name)
        for library, package in (("litert", "ai_edge_litert"), ("tf.lite", "tensorflow")):
            if importlib.util.find_spec(package) is None:
                yield library, f"{package} is not installed"
            else:
                yield library, bare_interpreter(library, content)
        path, library, package, load = runs / family / "model.keras", "keras", "keras", keras_model
    else:
        chosen = f"{artifact.provenance.get('chosen')}.joblib"
        path, library, package = runs / family / chosen, "scikit-learn", "sklearn"
        load = sklearn_forest
    if importlib.util.find_spec(package) is None:
        yield library, f"{package} is not installed"
    elif not path.is_file():
        yield library, f"no trained model in {path.parent}; make train"
    else:
        yield library, load(path)


def compare(
    name: str, library: str, other: Classify, glyphs: NDArray[np.uint8], rules: Rules
) -> Comparison:
    """Run ``other`` and the engine with model ``name`` in turns."""
    engine = Engine(name)
    classes = [int(np.argmax(other(glyph[None]))) for glyph in glyphs]
    same = int((engine.probabilities(glyphs).argmax(axis=1) == classes).sum())
    theirs, ours = alternate([other, engine.probabilities], glyphs, rules)
    return Comparison(library, name, theirs, ours, same, len(glyphs))


@click.command(cls=Program)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
@click.option("--quick", is_flag=True, help="A first look.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all figures.")
def main(runs: Path, quick: bool, json_path: Path | None) -> None:
    """Compare the engine with other libraries on all installed models, one glyph a run."""
    glyphs = draw_glyphs()
    rules = QUICK_RULES if quick else RULES
    versions = [
        f"{package} {found}"
        for package in ("tensorflow-cpu", "keras", "scikit-learn")
        if (found := version(package)) is not None
    ]
    click.echo(f"{summary()}, {', '.join(versions) or 'no training libraries'}")
    click.echo(f"{'model':<16}{'library':<14}{'ms':>9}{'engine ms':>11}{'ratio':>8}  same class")
    rows = []
    for artifact in installed():
        for library, other in libraries(artifact, runs):
            if isinstance(other, str):
                click.echo(f"{artifact.name:<16}{library:<14}{other}")
                continue
            row = compare(artifact.name, library, other, glyphs, rules)
            rows.append(asdict(row))
            click.echo(
                f"{row.model:<16}{row.library:<14}{row.milliseconds:>9.4f}"
                f"{row.engine_milliseconds:>11.4f}"
                f"{row.milliseconds / row.engine_milliseconds:>8.2f}  "
                f"{row.same} of {row.glyphs}"
            )
    if json_path is not None:
        write_json(json_path, rows)


if __name__ == "__main__":
    main()
