"""Train the four-layer CNN: ``python -m train.cnn``.

Reads EMNIST ByMerge, holds part of its training images back for validation, keeps the weights of
the epoch that does best there, and looks at the test images once, at the end. Writes to the
output folder: ``model.keras`` (what ``export.cnn`` reads), ``validation.npz`` (which training
images were held back), ``metrics.json`` and ``curves.png``. Nothing here calls TensorFlow, so
``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import click

from emnist_edge.artifact import SIDE
from emnist_edge.cli.program import Program
from emnist_edge.files import write_json
from train.common import checkpoints, loop
from train.common.augment import Augmentation
from train.common.curves import draw_curves
from train.common.data import RunOptions, open_run, run_options
from train.common.lazy import keras

#: Of the four convolutions.
FILTERS = (16, 64, 96, 128)


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The CNN's recipe."""

    epochs: int = 18
    batch: int = 256
    learning_rate: float = 0.002
    augmentation: Augmentation | None = field(default_factory=Augmentation)


def build(
    classes: int,
    *,
    pool_first: bool = False,
    filters: tuple[int, ...] = FILTERS,
    regularized: bool = True,
    name: str = "cnn",
) -> keras.Model:
    """Return the untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, classes) probabilities.

    Three blocks of convolution, batch normalization and max pooling, a fourth convolution without
    padding, and a dense layer of 128 units; Gaussian noise 0.1 on the input and dropout 0.3 act in
    training only. Pixels are scaled to zero mean and unit variance inside the graph.

    ``pool_first`` pools before it normalizes, which trains half as fast again. Normalization never
    scales by less than zero here, so it commutes with max pooling, and the same weights give the
    same probabilities in either order; the default is the one whose normalization a converter
    folds into the convolution.

    One to four ``filters`` make a network of as many convolutions, the first of these. Without
    ``regularized`` there is no normalization, noise or dropout.
    """
    layers = keras.layers
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    x = loop.scaled(pixels)
    if regularized:
        x = layers.GaussianNoise(0.1)(x)
    for count in filters[:3]:
        x = layers.Conv2D(count, 3, padding="same", use_bias=not regularized)(x)
        pool = layers.MaxPooling2D(2, padding="same")
        if regularized:
            # Keras' default momentum of 0.99 lags behind the weights in a short run.
            normalize = layers.BatchNormalization(momentum=0.9, gamma_constraint="non_neg")
            x = normalize(pool(x)) if pool_first else pool(normalize(x))
        else:
            x = pool(x)
        x = layers.ReLU()(x)
    for count in filters[3:]:
        x = layers.Conv2D(count, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    if regularized:
        x = layers.Dropout(0.3)(x)
    return keras.Model(pixels, layers.Dense(classes, activation="softmax")(x), name=name)


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
    model.save(output / "model.keras")
    metrics = {**run, **loop.measure(model, history, training, options.load_test())}
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
