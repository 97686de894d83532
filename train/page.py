"""Train the page network, which finds characters: ``python -m train.page``.

Draws pages, cuts crops from them and trains on those. Handwriting is that of EMNIST ByMerge's
training images; validation pages are drawn with those that ``train.cnn`` holds back, too. Writes to
the output folder: ``crops-*.npz`` (drawn once), ``model.keras`` (what ``export.page`` reads) and
``metrics.json``.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import joblib
import numpy as np

from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.cleaning import writer_folds
from emnist_edge.dataset.unipen.packed import digest_of, load_texts
from emnist_edge.drawing.handwriting import EmnistGlyphs
from emnist_edge.errors import DataError
from emnist_edge.files import write_json, written_whole
from train.common import checkpoints
from train.common.data import RunOptions, TrainingData, open_run, read_json, run_options
from train.common.lazy import keras
from train.common.memory import keep_memory
from train.pages.crops import SIDE, Crops, draw_crops, draw_text_crops
from train.pages.starting import begin_with, record_of
from train.pages.texts import TextPages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Texts
    from train.common.checkpoints import History

_CHUNK = 25  # pages that a process draws at a time
_EPOCHS = 8
# One writer in so many is held back for validation, by this seed, whatever else a run depends on.
_FOLDS, HELD_BACK = 8, 1
# About how many crops are left for the export.
_CALIBRATION = 200


@dataclass(frozen=True)
class PageRecipe:
    """What a run depends on, besides the data; written to ``metrics.json``.

    pages, validation_pages: drawn for training and validation. texts, validation_texts: the same of
    UNIPEN's texts; with them, punctuation counts as characters. unipen: SHA-256 of their file.
    start: SHA-256 of the model that
    the weights are from at first, if any. others: pages and seed of runs whose crops are
    added. The learning rate falls to zero along a half cosine.
    """

    pages: int = 6500
    validation_pages: int = 400
    texts: int = 0
    validation_texts: int = 0
    unipen: str | None = None
    epochs: int = _EPOCHS
    batch: int = 16
    learning_rate: float = 0.003
    validation_share: float = 0.1
    seed: int = 1
    start: str | None = None
    others: list[dict[str, int]] = field(default_factory=list)


def draw(
    training: TrainingData, recipe: PageRecipe, output: Path, texts: Texts | None = None
) -> tuple[Crops, Crops]:
    """Return the crops for training and validation; those that an interrupted run left, or new.

    ``texts``: of UNIPEN; one writer in eight is held back for validation.
    """
    parts = []
    sources = (
        (recipe.pages, training.kept, recipe.texts),
        (recipe.validation_pages, training.held, recipe.validation_texts),
    )
    for part, (count, chosen, count_texts) in enumerate(sources):
        path = output / f"crops-{('training', 'validation')[part]}.npz"
        if path.exists():
            with np.load(path) as archive:
                parts.append(Crops(**archive))
            continue
        samples = training.samples
        hand = EmnistGlyphs(
            replace(samples, images=samples.images[chosen], labels=samples.labels[chosen])
        )
        seed = recipe.seed + part
        marks = texts is None
        jobs = [
            joblib.delayed(draw_crops)(seed, pages, hand, punctuation=marks)
            for pages in _chunks(count)
        ]
        if texts is not None:
            written = TextPages(texts, _held_back(texts) == bool(part))
            jobs += [
                joblib.delayed(draw_text_crops)(seed, pages, written)
                for pages in _chunks(count_texts)
            ]
        results = joblib.Parallel(n_jobs=-1, return_as="generator")(jobs)
        with click.progressbar(results, length=len(jobs), label=path.stem) as progress:
            crops = Crops.join(list(progress))
        with written_whole(path) as partly:
            np.savez(partly, **vars(crops))
        parts.append(crops)
    return parts[0], parts[1]


def _chunks(count: int) -> list[range]:
    """Return the numbers of ``count`` pages in pieces for a process each."""
    return [range(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]


def _held_back(texts: Texts) -> NDArray[np.bool_]:
    """Return which of ``texts`` are of writers held back for validation, (T,)."""
    writers = texts.characters.writers
    return (writer_folds(writers, _FOLDS, HELD_BACK) == 0)[texts.starts[:-1]]


def add_crops(crops: tuple[Crops, Crops], runs: Sequence[Path]) -> tuple[Crops, Crops]:
    """Return ``crops`` with those, for training and validation, of earlier ``runs``."""
    joined = []
    for own, part in zip(crops, ("training", "validation"), strict=True):
        parts = [own]
        for run in runs:
            with np.load(run / f"crops-{part}.npz") as archive:
                parts.append(Crops(**archive))
        joined.append(Crops.join(parts))
    return joined[0], joined[1]


def fit(
    training: Crops, held: Crops, recipe: PageRecipe, output: Path, start: Path | None
) -> tuple[keras.Model, History]:
    """Train, and return the network and what was measured each epoch; leaves a checkpoint each.

    Where there is one in ``output``, it goes on from that; else from the weights of the model
    ``start``, if there is one. Raises :class:`DataError` where there are too few crops.
    """
    from train.pages.batches import Batches  # all are made of Keras' classes, and take it to load
    from train.pages.network import CUSTOM_OBJECTS, LOSS_WEIGHTS, LOSSES, build

    fewest = min(len(training), len(held))
    if fewest < recipe.batch:
        raise DataError(f"{fewest} crops do not fill a batch of {recipe.batch}; draw more pages")
    keep_memory()
    model, history = checkpoints.latest(output, CUSTOM_OBJECTS)
    if model is None:
        keras.utils.set_random_seed(recipe.seed)
        model = build(SIDE)
        if start is not None:
            begin_with(model, start, training.contrast)
        steps = recipe.epochs * (len(training) // recipe.batch)
        schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)
        model.compile(keras.optimizers.Adam(schedule), loss=LOSSES, loss_weights=LOSS_WEIGHTS)
    for epoch in range(len(history), recipe.epochs):
        before = time.perf_counter()
        batches = Batches(training, recipe.batch, (recipe.seed, epoch))
        run = model.fit(
            batches,
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=2,
            validation_data=Batches(held, recipe.batch, (0,), vary=False),
        )
        seconds = time.perf_counter() - before
        history.append({name: float(values[0]) for name, values in run.history.items()})
        history[-1]["crops_per_second"] = round(len(batches) * recipe.batch / seconds, 1)
        checkpoints.keep(model, history, output)
    return model, history


def save_calibration(crops: Crops, path: Path) -> None:
    """Leave some crops for the export to set quantization ranges by, 0 and 255 among the pixels."""
    contrast = crops.contrast[:: max(1, len(crops) // _CALIBRATION)].copy()
    contrast[0, 0, :2] = 0, 255
    np.savez(path, contrast=contrast)


def train(
    recipe: PageRecipe,
    options: RunOptions,
    start: Path | None = None,
    others: Sequence[Path] = (),
    unipen: Path | None = None,
) -> dict[str, Any]:
    """Run the whole training and return what ``metrics.json`` holds.

    ``unipen``: folder of UNIPEN's packed files, of which ``recipe.texts`` are drawn.
    """
    output = options.output
    started = None if start is None else record_of(start)
    training = options.load_training(recipe.validation_share, recipe.seed)
    run = open_run(options, training, asdict(recipe), ("history.json", "crops-*.npz"))
    texts = None if unipen is None else load_texts("train", unipen)
    crops, held = draw(training, recipe, output, texts)
    if others:
        crops, held = add_crops((crops, held), others)
    model, history = fit(crops, held, recipe, output, start)
    model.save(output / "model.keras")
    save_calibration(crops, output / "calibration.npz")
    metrics = {
        **run,
        "backend": f"keras {keras.__version__} on {keras.backend.backend()}",
        "parameters": model.count_params(),
        "crops": {"training": len(crops), "validation": len(held)},
        "history": history,
    }
    if started is not None:
        metrics["started_from"] = started
    write_json(output / "metrics.json", metrics)
    return metrics


def _pages_of(run: Path) -> dict[str, int]:
    """Return what tells the pages of an earlier run."""
    recipe = read_json(run / "run.json")["recipe"]
    return {name: recipe[name] for name in ("pages", "seed")}


@click.command(cls=Program)
@run_options("runs/page")
@click.option("--pages", type=click.IntRange(1), default=PageRecipe.pages, show_default=True)
@click.option(
    "--with",
    "others",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Train on the crops of this earlier run, too.",
)
@click.option(
    "--unipen",
    type=click.Path(path_type=Path),
    help="Folder of UNIPEN's packed files: as many pages again are of its texts, and punctuation "
    "counts as characters.",
)
@click.option("--epochs", type=click.IntRange(1), default=_EPOCHS, show_default=True)
@click.option("--learning-rate", type=float, default=PageRecipe.learning_rate, show_default=True)
@click.option(
    "--start",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Go on from the weights of another run's model.keras, or of an exported page network.",
)
def main(  # one for each option
    options: RunOptions,
    pages: int,
    others: tuple[Path, ...],
    epochs: int,
    learning_rate: float,
    start: Path | None,
    seed: int,
    unipen: Path | None,
) -> None:
    """Train the network that finds characters on pages."""
    recipe = PageRecipe(
        pages=pages,
        validation_pages=max(pages // 16, 1),
        texts=pages if unipen else 0,
        validation_texts=max(pages // 16, 1) if unipen else 0,
        unipen=digest_of("texts", "train", unipen) if unipen else None,
        epochs=epochs,
        learning_rate=learning_rate,
        seed=seed,
        start=hashlib.sha256(start.read_bytes()).hexdigest() if start else None,
    )
    recipe = replace(recipe, others=[_pages_of(run) for run in others])
    metrics = train(recipe, options, start, others, unipen)
    click.echo(f"{options.output}: validation loss {metrics['history'][-1]['val_loss']:.4f}")


if __name__ == "__main__":
    main()
