"""Which architecture and which recipe: short trainings, compared on validation images.

    python -m evaluate.search tiny small base recipes

Each candidate is trained for a few epochs on part of the training images, all with one seed, and
judged on all validation images. What it would cost on the device is measured too: bytes of weights,
multiplications, and the time that the runtime which ships takes for one image in int8, on one
thread. Writes ``benchmarks/search.md``, and ``search.json`` with all figures beside it, of all that
lies in the folder of the runs; what is done is not done again.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.runtime.engine import softmax
from emnist_edge.artifact import SIDE
from emnist_edge.cli.program import Program
from emnist_edge.dataset import emnist
from emnist_edge.files import write_json
from evaluate.candidates import RECIPES, Budget, compare_nets, compare_recipes, describe
from evaluate.search_page import collect, publish, read_tables
from train.common.data import RunOptions, TrainingData, load_training, open_run, read_json

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from evaluate.candidates import Trial

# Images that an int8 file is made from and timed with, and how often; some rounds do not count.
_CONVERTED, _ROUNDS, _WARM = 50, 400, 40


def try_out(
    name: str, trial: Trial, training: TrainingData, folder: Path, budget: Budget
) -> dict[str, Any]:
    """Train for a short while in ``folder``, unless that is done, and return the row about it."""
    from evaluate.ingredients import ask_beforehand
    from train import tier
    from train.common import loop
    from train.tiers.architectures import weight_bytes
    from train.tiers.teaching import with_targets

    recipe = budget.of(trial.recipe)
    open_run(RunOptions(folder, resume=True), training, describe(trial, budget), ())
    path = folder / "row.json"
    if not path.exists():
        start = time.process_time()
        part = with_targets(
            training, recipe.smoothing, trial.teachers, recipe.distilled, trial.unlabelled
        )
        part = ask_beforehand(part) if trial.beforehand else part
        model, _ = tier.fit("net", trial.net, recipe, part, folder)
        seconds = time.process_time() - start
        images, labels = (a[training.held] for a in (part.samples.images, part.samples.labels))
        row = {
            "name": name,
            **asdict(budget),
            "held": len(training.held),
            **_scores(loop.predict(model, images), labels, training),
            "bytes": weight_bytes(model),
            **measure_int8(model),
            "seconds": round(seconds),
        }
        write_json(path, row)
    return dict(read_json(path))


def _scores(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], training: TrainingData
) -> dict[str, float]:
    from emnist_edge.scoring.calibration import calibrate
    from emnist_edge.scoring.metrics import balance, score
    from export.temperature import fit_temperature

    alphabet = training.samples.alphabet
    counts = np.bincount(training.samples.labels[training.kept], minlength=len(alphabet))
    natural = score(probabilities, labels, alphabet)
    logits = np.asarray(np.log(np.maximum(probabilities, 1e-30)), np.float32)
    cooled = softmax(np.float32(1 / fit_temperature(logits, labels)) * logits)
    return {
        "accuracy": natural.accuracy,
        "macro_recall": natural.macro_recall,
        "equal_priors": score(
            balance(probabilities, counts / counts.sum()), labels, alphabet
        ).macro_recall,
        "calibration_error": calibrate(cooled, labels).calibration_error,
    }


def measure_int8(model: keras.Model) -> dict[str, float]:
    """Return what the int8 file of ``model`` costs: MACs, and median microseconds an image."""
    from emnist_device.benchmark.macs import count_macs
    from emnist_device.runtime.litert import open_interpreter
    from export.tflite import convert, drop_softmax

    drop_softmax(model)
    images = np.random.default_rng(0).integers(0, 256, (_CONVERTED, SIDE, SIDE), dtype=np.uint8)
    images[0, 0, :2] = 0, 255
    content = convert(model, images)
    interpreter = open_interpreter(content, "candidate", 1)
    index = interpreter.get_input_details()[0]["index"]
    times = []
    for turn in range(_ROUNDS + _WARM):
        image = images[turn % _CONVERTED, None, ..., None]
        interpreter.set_tensor(index, (image ^ np.uint8(128)).view(np.int8))
        start = time.perf_counter()
        interpreter.invoke()
        times.append(time.perf_counter() - start)
    median = 1e6 * float(np.median(times[_WARM:]))
    return {"macs": count_macs(content, "candidate"), "int8_us": round(median, 1)}


@click.command(cls=Program)
@click.argument("tables", nargs=-1)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/search"))
@click.option("--output", type=click.Path(path_type=Path), default=Path("benchmarks/search.md"))
@click.option("--images", type=click.IntRange(100), default=Budget.images, show_default=True)
@click.option("--epochs", type=click.IntRange(1), default=Budget.epochs, show_default=True)
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    help="Model to learn from, for recipes with a teacher.",
)
@click.option(
    "--rewrite",
    is_flag=True,
    help="Write the page again, of the figures beside it; nothing is run.",
)
def main(
    tables: tuple[str, ...],
    data: Path | None,
    runs: Path,
    output: Path,
    images: int,
    epochs: int,
    teachers: tuple[str, ...],
    rewrite: bool,
) -> None:
    """Fill TABLES: tiers, whose architectures are compared, or ``recipes``."""
    if rewrite:
        publish(read_tables(output.with_suffix(".json")), output)
        return
    from train.tier import HELD_BACK
    from train.tiers.architectures import TIERS
    from train.tiers.recipe import Recipe

    known = [*TIERS, RECIPES]
    if not tables:
        raise click.UsageError(f"which tables? {', '.join(known)}")
    unknown = set(tables) - set(known)
    if unknown:
        raise click.UsageError(f"no table {min(unknown)!r}; there are {', '.join(known)}")
    budget = Budget(images, epochs)
    training = load_training(None, data, None, Recipe.validation_share, HELD_BACK)
    order = np.random.default_rng(budget.seed).permutation(training.kept)
    training = replace(training, kept=order[:images])
    for table in tables:
        if table == RECIPES:
            trials = compare_recipes(teachers, emnist.load_unlabelled(data)[0])
        else:
            trials = compare_nets(table)
        for name, trial in trials.items():
            folder = runs / table / name.replace(",", "").replace(" ", "-")
            row = try_out(name, trial, training, folder, budget)
            click.echo(f"{table}, {name}: validation accuracy {row['accuracy']:.4f}")
    publish(collect(runs), output)


if __name__ == "__main__":
    main()
