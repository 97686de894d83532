"""Train the four-layer CNN: ``python -m train.cnn``.

Reads EMNIST ByMerge, holds part of its training images back for validation, keeps the weights of
the epoch that does best there, and looks at the test images once, at the end. Writes to the
output folder: ``model.keras`` (what ``export.cnn`` reads), ``validation.npz`` (which training
images were held back), ``metrics.json`` and ``curves.png``. Nothing here calls TensorFlow, so
``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import click

from emnist_edge.artifact import SIDE
from emnist_edge.cli.program import Program
from emnist_edge.files import write_json
from train.common import checkpoints, loop, priors
from train.common.augment import Augmentation
from train.common.curves import draw_curves
from train.common.data import RunOptions, open_run, run_options
from train.common.lazy import keras

#: Of the four convolutions.
FILTERS = (16, 64, 96, 128)
_UNPADDED = 4  # number of the convolution that is never padded, and only followed by ReLU
_GROUPS = 8  # of channels that are normalized together
_VALID_POOLINGS = 2  # of 28 pixels, four convolutions of 3x3 without padding leave no room for more


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The CNN's recipe."""

    epochs: int = 18
    batch: int = 256
    learning_rate: float = 0.002
    augmentation: Augmentation | None = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Design:
    """What a network of one to four convolutions is made of; by default the one that ships.

    filters: of each convolution. noise: standard deviation of Gaussian noise on the scaled pixels,
    of which 1 is 84.7 grey levels. normalization: after the first three convolutions, of
    ``batch``es, by each ``image``'s own statistics (Wu and He 2018, arXiv 1803.08494), or none.
    dropout: after the dense layer, and with ``dropouts`` after each convolution but the last as
    well. valid: no convolution is padded, which leaves room for two poolings instead of three.
    standardized: each image is scaled by its own mean and deviation, instead of those of EMNIST.
    Noise and dropout act in training only.
    """

    filters: tuple[int, ...] = FILTERS
    noise: float = 0.1
    normalization: Literal["batch", "image"] | None = "batch"
    dropout: float = 0.3
    dropouts: bool = False
    valid: bool = False
    standardized: bool = False


SHIPPED = Design()


def build(
    classes: int, design: Design = SHIPPED, *, pool_first: bool = False, name: str = "cnn"
) -> keras.Model:
    """Return the untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, classes) probabilities.

    Up to three blocks of convolution, batch normalization and max pooling, a fourth convolution
    without padding, and a dense layer of 128 units. Pixels are scaled to zero mean and unit
    variance inside the graph.

    ``pool_first`` pools before it normalizes, which trains half as fast again. Normalization never
    scales by less than zero here, so it commutes with max pooling, and the same weights give the
    same probabilities in either order; the default is the one whose normalization a converter
    folds into the convolution.
    """
    layers = keras.layers
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    x = loop.standardized(pixels) if design.standardized else loop.scaled(pixels)
    if design.noise:
        x = layers.GaussianNoise(design.noise)(x)
    for number, count in enumerate(design.filters, start=1):
        x = _block(x, number, count, design, pool_first=pool_first)
        if design.dropouts and number < len(design.filters):
            x = layers.Dropout(design.dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    if design.dropout:
        x = layers.Dropout(design.dropout)(x)
    return keras.Model(pixels, layers.Dense(classes, activation="softmax")(x), name=name)


def _block(
    x: keras.KerasTensor, number: int, count: int, design: Design, *, pool_first: bool
) -> keras.KerasTensor:
    """Return ``x`` after the convolution ``number``, of ``count`` filters, and what follows it."""
    layers = keras.layers
    if number == _UNPADDED:
        return layers.Conv2D(count, 3, activation="relu")(x)
    padding = "valid" if design.valid else "same"
    x = layers.Conv2D(count, 3, padding=padding, use_bias=not design.normalization)(x)
    steps = []
    if not design.valid or number <= _VALID_POOLINGS:
        steps.append(layers.MaxPooling2D(2, padding=padding))
    if design.normalization == "batch":
        # Keras' default momentum of 0.99 lags behind the weights in a short run.
        normalize = layers.BatchNormalization(momentum=0.9, gamma_constraint="non_neg")
        steps.insert(len(steps) if pool_first else 0, normalize)
    elif design.normalization == "image":
        steps.append(layers.GroupNormalization(groups=_GROUPS))
    for step in steps:
        x = step(x)
    return layers.ReLU()(x)


def train(
    recipe: Recipe,
    options: RunOptions,
) -> dict[str, Any]:
    """Run the whole training and return what ``metrics.json`` holds."""
    output = options.output
    training = options.load_training(recipe.validation_share, recipe.seed)
    run = open_run(options, training, asdict(recipe), ("history.json",))
    classes = len(training.samples.alphabet)
    keras.utils.set_random_seed(recipe.seed)
    history = loop.fit(build(classes, pool_first=True), training, recipe, output)
    draw_curves(history, output / "curves.png")

    model = build(classes)
    model.set_weights(checkpoints.load(output / loop.BEST).get_weights())
    shares = priors.correct_by(model, training)
    model.save(output / "model.keras")
    metrics = {
        **run,
        **loop.measure(model, history, training, options.load_test()),
        "class_shares": shares,
    }
    write_json(output / "metrics.json", metrics)
    return metrics


@click.command(cls=Program)
@run_options("runs/cnn")
@click.option("--epochs", type=click.IntRange(1), default=Recipe.epochs, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=Recipe.batch, show_default=True)
@click.option("--learning-rate", type=float, default=Recipe.learning_rate, show_default=True)
def main(
    options: RunOptions,
    epochs: int,
    batch: int,
    learning_rate: float,
    seed: int,
) -> None:
    """Train the four-layer CNN on EMNIST ByMerge."""
    recipe = Recipe(epochs=epochs, batch=batch, learning_rate=learning_rate, seed=seed)
    metrics = train(recipe, options)
    test = metrics["test"]
    click.echo(
        f"{options.output}: test accuracy {test['accuracy']:.4f}, "
        f"macro recall {test['macro_recall']:.4f} "
        f"(epoch {metrics['best_epoch']} of {metrics['epochs']}, chosen on validation)"
    )


if __name__ == "__main__":
    main()
