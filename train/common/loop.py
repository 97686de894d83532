"""The training loop that every network shares: epochs, checkpoints, the best one on validation.

Nothing here calls TensorFlow, so ``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.scoring.metrics import score
from train.common import checkpoints
from train.common.lazy import keras
from train.common.memory import keep_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from train.common.checkpoints import History
    from train.common.data import TrainingData

    #: Varies images (N, 28, 28) uint8; the shape stays.
    Variation = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

#: File in the folder of a run that holds the weights of its best epoch.
BEST = "best.keras"

#: Mean and standard deviation of EMNIST pixels, of full scale (training images).
PIXEL_MEAN, PIXEL_STD = 0.174, 0.332


@dataclass(frozen=True)
class Recipe:
    """What a run depends on, besides the data; written to ``metrics.json``.

    The learning rate falls to zero along a half cosine. weight_decay: of AdamW (Loshchilov, Hutter
    2019, arXiv 1711.05101); None for Adam.
    """

    epochs: int
    batch: int
    learning_rate: float
    validation_share: float = 0.1
    seed: int = 1
    augmentation: Variation | None = None
    weight_decay: float | None = None

    def vary(
        self, images: NDArray[np.uint8], answers: NDArray[Any], epoch: int, rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a batch of ``epoch``, counted from 0, as the network gets to see it.

        images: (N, 28, 28), varied. answers: labels (N,) or probabilities (N, classes).
        """
        del epoch
        return (self.augmentation(images, rng) if self.augmentation else images), answers

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Return the optimizer of a training of ``steps`` batches."""
        schedule = keras.optimizers.schedules.CosineDecay(self.learning_rate, steps)
        optimizer = keras.optimizers.Adam(schedule, weight_decay=self.weight_decay)
        if self.weight_decay is not None:
            optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
        return optimizer


def scaled(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return pixels 0..255 with zero mean and unit variance, inside the graph."""
    return keras.layers.Rescaling(1 / (255 * PIXEL_STD), -PIXEL_MEAN / PIXEL_STD)(pixels)


def standardized(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return pixels with zero mean and unit variance in each image, inside the graph."""
    return keras.layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False)(pixels)


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (N, classes) probabilities for ``images`` (N, 28, 28) uint8."""
    pieces = [
        np.asarray(model.predict_on_batch(images[start : start + 1024, ..., None].astype("f4")))
        for start in range(0, len(images), 1024)
    ]
    return np.concatenate(pieces)


def fit(
    model: keras.Model,
    data: TrainingData,
    recipe: Recipe,
    output: Path,
) -> History:
    """Train ``model``, which is not compiled, and return what was measured each epoch.

    After each epoch it validates and leaves a checkpoint in ``output``, which it goes on from where
    there is one, and the best epoch so far in :data:`BEST`.
    """
    batches_per_epoch = data.epoch_images // recipe.batch
    if not batches_per_epoch:
        raise DataError(
            f"{data.split}: {data.epoch_images} training images do not fill a batch of "
            f"{recipe.batch}"
        )
    keep_memory()
    output.mkdir(parents=True, exist_ok=True)
    loss = data.loss  # before what was saved with it is loaded: it may be one that Keras must know
    stopped, history = checkpoints.latest(output)
    compile_model(model, recipe, batches_per_epoch, loss)
    if stopped is not None:
        take_over(model, stopped)
    for epoch in range(len(history), recipe.epochs):
        history.append(train_epoch(model, data, recipe, epoch))
        if epoch == best_epoch(history):
            checkpoints.save(model, output / BEST)
        checkpoints.keep(model, history, output)
        click.echo(
            f"{model.name}: epoch {epoch + 1}: "
            f"validation accuracy {history[-1]['validation_accuracy']:.4f}, "
            f"macro recall {history[-1]['validation_macro_recall']:.4f}"
        )
    return history


def compile_model(
    model: keras.Model,
    recipe: Recipe,
    batches_per_epoch: int,
    loss: Any = "sparse_categorical_crossentropy",
) -> None:
    """Give ``model`` its optimizer and its ``loss``, as :attr:`TrainingData.loss`."""
    model.compile(
        optimizer=recipe.optimizer(recipe.epochs * batches_per_epoch),
        loss=loss,
        metrics=["accuracy"],
    )


def begin_with(
    model: keras.Model, path: Path, custom_objects: Mapping[str, Any] | None = None
) -> None:
    """Give ``model`` the weights of the one in ``path``; DataError where they do not fit."""
    try:
        model.set_weights(checkpoints.load(path, custom_objects).get_weights())
    except ValueError as error:
        raise DataError(f"{path}: is of another network or other classes") from error


def take_over(model: keras.Model, stopped: keras.Model) -> None:
    """Give ``model``, compiled, the weights and the optimizer's state of ``stopped``.

    What Keras saves of an optimizer lacks which weights do not decay.
    """
    model.set_weights(stopped.get_weights())
    model.optimizer.build(model.trainable_variables)
    for ours, theirs in zip(model.optimizer.variables, stopped.optimizer.variables, strict=True):
        ours.assign(theirs)


def train_epoch(
    model: keras.Model, data: TrainingData, recipe: Recipe, epoch: int
) -> dict[str, float]:
    """Train one epoch and return losses, accuracies, speed, and the processors' seconds."""
    from train.common.batches import Batches  # a class of Keras', which is loaded by then

    batches = Batches(data, recipe, epoch)
    reseed(model, recipe.seed, epoch)
    start, used = time.perf_counter(), time.process_time()
    run = model.fit(batches, initial_epoch=epoch, epochs=epoch + 1, shuffle=False)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    return {
        "loss": run.history["loss"][0],
        "accuracy": run.history["accuracy"][0],
        **data.judge(lambda images: predict(model, images)),
        "images_per_second": round(len(batches) * recipe.batch / seconds),
        "cpu_seconds": round(used, 1),
    }


def reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Set what dropout and noise draw in ``epoch``: checkpoints do not hold it, and resume must."""
    generators = [
        layer.seed_generator for layer in model.layers if hasattr(layer, "seed_generator")
    ]
    states = np.random.SeedSequence((seed, epoch)).generate_state(2 * len(generators), np.uint32)
    for generator, state in zip(generators, states.reshape(-1, 2), strict=True):
        generator.state.assign(state)


def best_epoch(history: History) -> int:
    """Return the index of the first epoch with the most merit, else validation accuracy."""
    return int(np.argmax([row.get("merit", row["validation_accuracy"]) for row in history]))


def measure(
    model: keras.Model, history: History, data: TrainingData, test: Samples | None = None
) -> dict[str, Any]:
    """Return what ``metrics.json`` says of a trained network, besides the run itself."""
    images, labels = data.samples.images[data.held], data.samples.labels[data.held]
    alphabet = data.samples.alphabet
    metrics = {
        "backend": f"keras {keras.__version__} on {keras.backend.backend()}",
        "parameters": model.count_params(),
        "images": {"training": len(data.kept), "validation": len(data.held)},
        "epochs": len(history),
        "best_epoch": best_epoch(history) + 1,
        "images_per_second": round(float(np.median([r["images_per_second"] for r in history]))),
        "validation": score(predict(model, images), labels, alphabet).to_dict(),
    }
    if test is not None:
        metrics |= tested(predict(model, test.images), test)
        metrics["images"]["test"] = len(test)
    return metrics


def tested(probabilities: NDArray[np.float32], test: Samples) -> dict[str, Any]:
    """Return what ``metrics.json`` says of a network's ``probabilities`` for ``test``."""
    scores = score(probabilities, test.labels, test.alphabet)
    return {"test_data": test.sha256, "test": scores.to_dict()}
