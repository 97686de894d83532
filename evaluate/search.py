"""Which architecture and which recipe: short trainings, compared on validation images.

    python -m evaluate.search tiny small base recipes

Each candidate is trained for a few epochs on part of the training images, all with one seed, and
judged on all validation images. What it would cost on the device is measured too: bytes of weights,
multiplications, and the time that the runtime which ships takes for one image in int8, on one
thread. Writes ``benchmarks/search.md`` of all that lies in the folder of the runs; what is done is
not done again.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.runtime.engine import softmax
from emnist_edge.artifact import SIDE
from emnist_edge.cli.program import Program
from emnist_edge.dataset import emnist
from emnist_edge.files import write_json
from emnist_edge.tables import markdown, percent
from evaluate.candidates import compare_nets, compare_recipes
from train.common.data import RunOptions, TrainingData, load_training, open_run, read_json

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from evaluate.candidates import Trial

_HEAD = """# Architectures and recipes, compared

Written by `python -m evaluate.search`. Each row is one short training, judged by its best epoch
on {held:,} validation images, of which {half:.2f} points either way are chance (95 %). Rows of one
table differ in what their names say, and in nothing else: the same images, epochs and seed. *Equal
priors* divides probabilities by how common each class is, before the best is taken. *ECE* is the
expected calibration error, after a temperature was fitted to the same images.
"""
#: Table of recipes; the others are named after tiers.
RECIPES = "recipes"
# Columns in percent.
_SHARES = ("accuracy", "macro_recall", "equal_priors", "calibration_error")
# Images that an int8 file is made from and timed with, and how often; some rounds do not count.
_CONVERTED, _ROUNDS, _WARM = 50, 400, 40


@dataclass(frozen=True)
class Budget:
    """What each candidate is trained with."""

    images: int = 40_000
    epochs: int = 6
    seed: int = 1


def try_out(
    name: str, trial: Trial, training: TrainingData, folder: Path, budget: Budget
) -> dict[str, Any]:
    """Train for a short while in ``folder``, unless that is done, and return the row about it."""
    from evaluate.ingredients import ask_beforehand
    from train import tier
    from train.common import loop
    from train.tiers.architectures import weight_bytes
    from train.tiers.teaching import digests, with_targets

    recipe = replace(trial.recipe, epochs=budget.epochs, seed=budget.seed)
    described = {**asdict(recipe), "net": asdict(trial.net), "images": budget.images}
    described |= {"teachers": digests(trial.teachers), "more": len(trial.unlabelled)}
    described |= {"beforehand": trial.beforehand}
    open_run(RunOptions(folder, resume=True), training, described, ())
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


def write_tables(folder: Path, path: Path) -> None:
    """Write all rows under ``folder`` to the Markdown file ``path``, a table for each kind."""
    sections, held = [], 0
    for table in sorted(child for child in folder.iterdir() if child.is_dir()):
        rows = [read_json(found) for found in table.glob("*/row.json")]
        if not rows:
            continue
        held = rows[0]["held"]
        rows.sort(key=lambda row: -row["accuracy"])
        about = f"Epochs: {rows[0]['epochs']}. Images: {rows[0]['images']:,}."
        sections += [f"## {table.name.capitalize()}", about, _table(rows)]
    half = 100 * 1.96 * (0.9 * 0.1 / max(held, 1)) ** 0.5
    text = "\n\n".join([_HEAD.format(held=held, half=half).rstrip(), *sections])
    path.write_text(text + "\n", encoding="utf-8")


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [
        (row["name"], *(percent(row[name]) for name in _SHARES), f"{row['bytes'] / 1000:.1f}",
         f"{row['macs'] / 1e6:.1f}", f"{row['int8_us']:.0f}", row["seconds"])
        for row in rows
    ]  # fmt: skip
    head = ["", "accuracy", "macro recall", "equal priors", "ECE", "kB", "million MACs", "int8, us"]
    return markdown([*head, "training, s"], cells)


@click.command(cls=Program)
@click.argument("tables", nargs=-1, required=True)
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
def main(
    tables: tuple[str, ...],
    data: Path | None,
    runs: Path,
    output: Path,
    images: int,
    epochs: int,
    teachers: tuple[str, ...],
) -> None:
    """Fill TABLES: tiers, whose architectures are compared, or ``recipes``."""
    from train.tier import HELD_BACK
    from train.tiers.architectures import TIERS
    from train.tiers.recipe import Recipe

    known = [*TIERS, RECIPES]
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
    write_tables(runs, output)


if __name__ == "__main__":
    main()
