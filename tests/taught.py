"""Networks that know the small data set by calculation, not by training.

What training finds differs with the processor's rounding, and a figure near a threshold with it.
Here the layers before the last stay as they were drawn, and the last one is solved: the linear
discriminant of classes that lie with one spread around their means (Fisher 1936). Classes lie so
far apart that no rounding moves an image to another, and which of them a network knows is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from emnist_edge.scoring.calibration import log_loss
from emnist_edge.scoring.metrics import score
from train.common import loop

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from train.common.data import TrainingData

#: Classes that a network of some name never learns, so that networks differ.
UNLEARNED = {"relu": 3, "sigmoid": 5, "linear": 9, "cnn-1-plain": 2}
#: Classes that are not known after each epoch; after later ones as many as after the last.
FORGOTTEN = (17, 0, 7)
# Logits between the means of the two classes that lie nearest.
_APART = 12.0


def teach(
    model: keras.Model, data: TrainingData, recipe: loop.Recipe, epoch: int
) -> dict[str, float]:
    """Stand in for :func:`train.common.loop.train_epoch`: ``data.kept`` is learned at once."""
    images, labels = data.samples.images[data.kept], data.samples.labels[data.kept]
    classes = len(data.samples.alphabet)
    features = _features(model, images)
    means = np.stack([features[labels == label].mean(axis=0) for label in range(classes)])
    unknown = UNLEARNED.get(model.name, 0) + FORGOTTEN[min(epoch, len(FORGOTTEN) - 1)]
    # Twice a step of the features in int8, so that int8 tells the classes as well.
    step = float(features.max() - features.min()) / 128
    model.layers[-1].set_weights(_discriminant(means[_confused(classes, unknown)], step))
    model.optimizer.build(model.trainable_variables)
    answers = loop.predict(model, data.samples.images[data.held])
    found = score(answers, data.samples.labels[data.held], data.samples.alphabet)
    return {
        "loss": 1.0 / (1 + epoch),
        "accuracy": 1 - unknown / classes,
        "validation_loss": log_loss(answers, data.samples.labels[data.held]),
        "validation_accuracy": found.accuracy,
        "validation_macro_recall": found.macro_recall,
        "images_per_second": 1000,
    }


def known(name: str, classes: int = 47) -> float:
    """Return the accuracy of the best epoch, of two or more, of a network of this name."""
    return 1 - UNLEARNED.get(name, 0) / classes


def _features(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return what the last layer of ``model`` is given for ``images``: (N, features)."""
    inner = keras.Model(model.input, model.layers[-1].input)
    return np.asarray(inner(images[..., None].astype("f4"), training=False), np.float64)


def _confused(classes: int, unknown: int) -> NDArray[np.int64]:
    """Return which class is taken for each: the first ``unknown`` for one another."""
    taken = np.arange(classes)
    taken[:unknown] = np.roll(taken[:unknown], 1)
    return taken


def _discriminant(means: NDArray[np.float64], step: float) -> list[NDArray[Any]]:
    """Return kernel and bias of the layer that tells classes with these ``means`` (C, F).

    The spread is that of all means, and one ``step`` more, below which nothing is told.
    """
    middle = means.mean(axis=0)
    spread = np.cov(means, rowvar=False) + step**2 * np.eye(means.shape[1])
    directions = np.linalg.solve(spread, (means - middle).T)  # (F, C)
    inner = (means - middle) @ directions
    squares = np.diag(inner)
    apart = (squares[:, None] + squares) / 2 - inner
    sharpness = _APART / apart[~np.eye(len(means), dtype=bool)].min()
    kernel = sharpness * directions
    bias = -sharpness * (squares / 2 + middle @ directions)
    return [kernel.astype(np.float32), bias.astype(np.float32)]
