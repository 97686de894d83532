"""Train networks of one hidden layer, each with another activation: ``python -m train.mlp``.

Compares ReLU, tanh and sigmoid over the same epochs of the same batches, with linear softmax
regression as the floor. Each network keeps the weights of its best epoch on validation images;
the best network is measured on the test images and is what ``export.mlp`` reads. Writes to the
output folder: a folder for each network, ``model.keras``, ``validation.npz``, ``metrics.json``
and ``curves.png`` with the validation curves of all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.artifact import SIDE
from emnist_edge.cli.program import Program
from emnist_edge.files import write_json
from train.common import checkpoints, loop, priors
from train.common.curves import draw_comparison
from train.common.data import RunOptions, open_run, run_options
from train.common.lazy import keras

if TYPE_CHECKING:
    from pathlib import Path

    from train.common.checkpoints import History
    from train.common.data import TrainingData

#: Softmax regression, with no hidden layer.
LINEAR = "linear"
ACTIVATIONS = ("relu", "tanh", "sigmoid")


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The recipe of all networks; images are not varied, so that only the activation differs."""

    epochs: int = 20
    batch: int = 256
    learning_rate: float = 0.001
    units: int = 128


def build(classes: int, activation: str, units: int) -> keras.Model:
    """Return an untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, classes) probabilities.

    784 pixels, scaled inside the graph, ``units`` hidden units of ``activation`` (no hidden layer
    for ``LINEAR``), softmax.
    """
    layers = keras.layers
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    x = layers.Flatten()(loop.scaled(pixels))
    if activation != LINEAR:
        x = layers.Dense(units, activation=activation)(x)
    return keras.Model(pixels, layers.Dense(classes, activation="softmax")(x), name=activation)


def fit_all(recipe: Recipe, training: TrainingData, output: Path) -> dict[str, History]:
    """Train a network for each activation, and one without a hidden layer, and return their epochs.

    Each leaves a folder of its name in ``output``, and goes on from what is there.
    """
    histories = {}
    for activation in (*ACTIVATIONS, LINEAR):
        keras.utils.set_random_seed(recipe.seed)
        model = build(len(training.samples.alphabet), activation, recipe.units)
        histories[activation] = loop.fit(model, training, recipe, output / activation)
    return histories


def train(
    recipe: Recipe,
    options: RunOptions,
) -> dict[str, Any]:
    """Train all networks and return what ``metrics.json`` holds."""
    output = options.output
    training = options.load_training(recipe.validation_share, recipe.seed)
    run = open_run(options, training, asdict(recipe), ("*/history.json",))
    histories = fit_all(recipe, training, output)
    draw_comparison(histories, output / "curves.png")
    comparison = {
        name: {**history[best], "best_epoch": best + 1}
        for name, history in histories.items()
        for best in (loop.best_epoch(history),)
    }
    chosen = max(comparison, key=lambda name: comparison[name]["validation_accuracy"])
    model = checkpoints.load(output / chosen / loop.BEST)
    shares = priors.correct_by(model, training)
    model.save(output / "model.keras")
    metrics = {
        **run,
        **loop.measure(model, histories[chosen], training, options.load_test()),
        "class_shares": shares,
        "activation": chosen,
        "comparison": comparison,
    }
    write_json(output / "metrics.json", metrics)
    return metrics


@click.command(cls=Program)
@run_options("runs/mlp")
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
    """Train networks of one hidden layer on EMNIST ByMerge, and compare their activations."""
    recipe = Recipe(epochs=epochs, batch=batch, learning_rate=learning_rate, seed=seed)
    metrics = train(recipe, options)
    for name, row in metrics["comparison"].items():
        click.echo(
            f"{name:<8} validation accuracy {row['validation_accuracy']:.4f}, macro recall "
            f"{row['validation_macro_recall']:.4f} (epoch {row['best_epoch']})"
        )
    test = metrics["test"]
    click.echo(
        f"{options.output}: {metrics['activation']}, test accuracy {test['accuracy']:.4f}, "
        f"macro recall {test['macro_recall']:.4f}"
    )


if __name__ == "__main__":
    main()
