"""Answers at the class frequencies of EMNIST ByMerge, whatever part of it was trained on.

A part that was not drawn evenly has more of one class than ByMerge has, and a network that was
trained with altered images is not sure of its classes in proportion to how common they are. Both
are mended with one factor and one bias for each class, fitted on validation images that are weighed
as ByMerge has them: bias-corrected temperature scaling (Alexandari et al. 2020, arXiv 1901.06852).
The trees of a forest are grown with images that are weighed so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from train.common import loop

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from train.common.data import TrainingData

#: Share of digits in ByMerge: 402,953 of 814,255 images (Cohen et al. 2017, arXiv 1702.05373,
#: table I). Of the classes within digits and within letters nothing is assumed.
DIGITS = 402_953 / 814_255
# Standard deviation that the factor (around 1) and the biases (around 0) are expected to have,
# chosen by cross-validation on base's validation images. A class has few of them, so that biases
# expected to be larger follow chance.
_EXPECTED = 0.15


def weigh(labels: NDArray[np.uint8], alphabet: str) -> NDArray[np.float64]:
    """Return (N,) weights of mean 1 under which digits among ``labels`` have ByMerge's share."""
    digit = np.array([character.isdigit() for character in alphabet])[labels]
    share = digit.mean()
    if share in {0, 1}:
        return np.ones(len(labels))
    return np.where(digit, DIGITS / share, (1 - DIGITS) / (1 - share))


def shares(labels: NDArray[np.uint8], alphabet: str) -> list[float]:
    """Return how common each class of ``alphabet`` is among ``labels`` that are weighed."""
    counts = np.bincount(labels, weigh(labels, alphabet), minlength=len(alphabet))
    return [round(float(share), 6) for share in counts / counts.sum()]


def correct_by(model: keras.Model, data: TrainingData) -> list[float]:
    """Correct ``model``, of ByMerge's classes, by what ``data`` holds back; see :func:`correct`.

    Returns how common each class is by its lights then.
    """
    images, labels = data.samples.images[data.held], data.samples.labels[data.held]
    correct(model, images, labels, data.samples.alphabet)
    return shares(labels, data.samples.alphabet)


def correct(
    model: keras.Model,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    alphabet: str,
    frequencies: NDArray[np.floating] | None = None,
) -> None:
    """Change the last layer of ``model``, a dense one with a softmax, to ByMerge's frequencies.

    Fitted on ``images`` (N, 28, 28) uint8 with ``labels`` (N,), which were not trained on.

    Args:
        model: its first classes are those of ``alphabet``; further ones keep to these.
        images: of ByMerge.
        labels: indices into ``alphabet``.
        alphabet: ByMerge's classes.
        frequencies: (classes,) those to come to, of a model that answers at equal ones so far;
            None where it learned from ByMerge's.
    """
    logits = np.log(np.maximum(loop.predict(model, images), 1e-12)).astype(np.float64)
    usual = np.zeros(logits.shape[1]) if frequencies is None else np.log(frequencies)
    seen = len(alphabet)
    factor, found = fit(logits[:, :seen], labels, weigh(labels, alphabet), usual[:seen])
    biases = np.concatenate([found, usual[seen:]])
    last = model.layers[-1]
    kernel, bias = last.get_weights()
    last.set_weights([factor * kernel, factor * bias + biases])


def fit(
    logits: NDArray[np.float64],
    labels: NDArray[np.uint8],
    weights: NDArray[np.float64],
    expected: NDArray[np.floating] | None = None,
) -> tuple[float, NDArray[np.float64]]:
    """Return the factor of ``logits`` (N, C) and the biases (C,) to add: the most probable ones.

    Both are normally distributed beforehand, the biases around ``expected``, (C,), or 0, so that
    few images change little.
    """
    picked = np.arange(len(labels)), labels
    share = weights / weights.sum()
    usual = np.concatenate([[1.0], np.zeros(logits.shape[1]) if expected is None else expected])
    restraint = 1 / (2 * _EXPECTED**2 * len(labels))

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        factor, biases = parameters[0], parameters[1:]
        scaled = factor * logits + biases
        scaled -= scaled.max(axis=1, keepdims=True)
        normalizer = np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        rest = np.exp(scaled - normalizer)
        rest[picked] -= 1
        rest *= share[:, None]
        change = parameters - usual
        value = restraint * change @ change - share @ (scaled - normalizer)[picked]
        slope = np.concatenate([[(rest * logits).sum()], rest.sum(axis=0)])
        return float(value), slope + 2 * restraint * change

    found = minimize(loss, usual, jac=True, method="L-BFGS-B").x
    return float(found[0]), found[1:]
