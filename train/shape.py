"""Train the shape model, which tells characters from parts of them: ``python -m train.shape``.

Draws pages, cuts them to pieces with the segmenter that ships, and trains a small network on them.
Handwriting is that of EMNIST ByMerge's training images; validation pages are drawn with those that
``train.cnn`` holds back, too. Writes to the output folder: ``pieces.npz`` (drawn once),
``model.keras`` (what ``export.shape`` reads), ``metrics.json`` and ``curves.png``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click
import joblib
import keras
import numpy as np

from emnist_device.lattice import SHAPES
from emnist_edge.emnist import Samples
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.handwriting import EmnistGlyphs
from train import loop
from train.curves import draw_curves
from train.data import TrainingData, load_training, open_run, run_options, write_json
from train.pieces import draw_pieces

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_CHUNK = 25  # pages that a process draws at a time
_EPOCHS = 8


@dataclass(frozen=True)
class ShapeRecipe:
    """What a run depends on, besides the data; written to ``metrics.json``.

    pages: drawn for training. validation_pages: drawn for validation, in other hands.
    """

    pages: int = 3000
    validation_pages: int = 300
    training: loop.Recipe = field(
        default_factory=lambda: loop.Recipe(epochs=_EPOCHS, batch=256, learning_rate=0.002)
    )


def build() -> keras.Model:
    """Return the untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, 4) probabilities."""
    layers = keras.layers
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = loop.scaled(pixels)
    for filters, stride, padding in ((16, 2, "same"), (32, 2, "same"), (48, 1, "valid")):
        x = layers.Conv2D(filters, 3, strides=stride, padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(48, activation="relu")(x)
    return keras.Model(pixels, layers.Dense(len(SHAPES), activation="softmax")(x), name="shape")


def draw(training: TrainingData, recipe: ShapeRecipe) -> TrainingData:
    """Draw the pages and return their pieces."""
    seed = recipe.training.seed
    jobs = []
    for part, count in enumerate((recipe.pages, recipe.validation_pages)):
        chosen = training.held if part else training.kept
        samples = training.samples
        hand = EmnistGlyphs(
            replace(samples, images=samples.images[chosen], labels=samples.labels[chosen])
        )
        starts = range(0, count, _CHUNK)
        jobs += [
            (part, seed + part, range(start, min(start + _CHUNK, count)), hand) for start in starts
        ]
    run = joblib.Parallel(n_jobs=-1, return_as="generator")
    results = run(joblib.delayed(draw_pieces)(*job) for _, *job in jobs)
    images, labels, parts = [], [], []
    with click.progressbar(
        zip(jobs, results, strict=True), length=len(jobs), label="pages"
    ) as progress:
        for (part, *_), (pieces, kinds) in progress:
            images.append(pieces)
            labels.append(kinds)
            parts.append(np.full(len(kinds), part, bool))
    held = np.concatenate(parts)
    samples = Samples(np.concatenate(images), np.concatenate(labels), SHAPES)
    return TrainingData("drawn pages", samples, None, np.flatnonzero(~held), np.flatnonzero(held))


def pieces(training: TrainingData, recipe: ShapeRecipe, output: Path) -> TrainingData:
    """Return the pieces that an interrupted run left in ``output``, or draw them."""
    path = output / "pieces.npz"
    if path.exists():
        with np.load(path) as archive:
            samples = Samples(archive["images"], archive["labels"], SHAPES)
            return TrainingData("drawn pages", samples, None, archive["kept"], archive["held"])
    drawn = draw(training, recipe)
    np.savez(
        path, images=drawn.samples.images, labels=drawn.samples.labels, kept=drawn.kept,
        held=drawn.held,
    )  # fmt: skip
    return drawn


def train(
    recipe: ShapeRecipe,
    output: Path,
    data: Path | None,
    split: str | None,
    limit: int | None,
    resume: bool,
) -> dict[str, Any]:
    """Run the whole training and return what ``metrics.json`` holds."""
    inner = recipe.training
    training = load_training(split, data, limit, inner.validation_share, inner.seed)
    run = open_run(output, training, asdict(recipe), ("history.json", "pieces.npz"), resume)
    drawn = pieces(training, recipe, output)
    keras.utils.set_random_seed(inner.seed)
    history = loop.fit(build(), drawn, inner, output)
    draw_curves(history, output / "curves.png")
    model = keras.models.load_model(output / "best.keras")
    model.save(output / "model.keras")
    metrics = {
        **run,
        **loop.measure(model, history, drawn),
        "kinds": _count(drawn.samples.labels),
    }
    write_json(output / "metrics.json", metrics)
    return metrics


def _count(labels: NDArray[np.uint8]) -> dict[str, int]:
    """Return how many pieces there are of each kind."""
    return dict(zip(SHAPES, np.bincount(labels, minlength=len(SHAPES)).tolist(), strict=True))


@click.command()
@run_options("runs/shape")
@click.option("--pages", type=click.IntRange(1), default=ShapeRecipe.pages, show_default=True)
@click.option("--epochs", type=click.IntRange(1), default=_EPOCHS, show_default=True)
def main(
    data: Path | None,
    split: str | None,
    output: Path,
    pages: int,
    epochs: int,
    seed: int,
    limit: int | None,
    resume: bool,
) -> None:
    """Train the network that tells characters from parts of them."""
    training = replace(ShapeRecipe().training, epochs=epochs, seed=seed)
    recipe = ShapeRecipe(pages, max(pages // 10, 1), training)
    try:
        metrics = train(recipe, output, data, split, limit, resume)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{output}: validation accuracy {metrics['validation']['accuracy']:.4f}")


if __name__ == "__main__":
    main()
