"""What a network should answer, beyond the labels: smoothed labels, a teacher's probabilities.

Distillation (Hinton et al. 2015, arXiv 1503.02531) with the teacher's probabilities computed once,
of the images as they are; images without labels are learned from the teacher alone. Labels are
smoothed as in Szegedy et al. 2015 (arXiv 1512.00567).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np

from emnist_edge.emnist import Samples
from emnist_edge.errors import DataError
from train import loop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from train.data import TrainingData


def smooth_labels(labels: NDArray[np.uint8], classes: int, share: float) -> NDArray[np.float32]:
    """Return (N, classes) probabilities: 1 for the label, less ``share`` that all classes share."""
    targets = np.full((len(labels), classes), share / classes, np.float32)
    targets[np.arange(len(labels)), labels] += np.float32(1 - share)
    return targets


def ask(teachers: Sequence[Path], images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean of what the networks in the run folders ``teachers`` say of ``images``.

    (N, classes) float32. Raises :class:`DataError` where a folder has no network.
    """
    answers = []
    for folder in teachers:
        path = folder / "model.keras"
        if not path.exists():
            raise DataError(f"{path}: not there; train the teacher first: python -m train.tier")
        answers.append(loop.predict(keras.models.load_model(path, compile=False), images))
    return np.mean(answers, axis=0, dtype=np.float32)


def with_targets(
    data: TrainingData,
    smoothing: float,
    teachers: Sequence[Path],
    share: float,
    unlabelled: NDArray[np.uint8] | None = None,
) -> TrainingData:
    """Return ``data`` with targets: labels, mixed with ``share`` of what ``teachers`` say.

    With teachers, ``unlabelled`` images (N, 28, 28) join those to train with, their targets what
    the teachers say.
    """
    samples = data.samples
    targets = smooth_labels(samples.labels, len(samples.alphabet), smoothing)
    if not teachers:
        return replace(data, targets=targets)
    if share:
        targets = (1 - share) * targets + share * ask(teachers, samples.images)
    kept = data.kept
    if unlabelled is not None and len(unlabelled):
        guessed = ask(teachers, unlabelled)
        kept = np.concatenate([kept, len(samples) + np.arange(len(unlabelled))])
        labels = guessed.argmax(axis=1).astype(np.uint8)
        samples = samples.join(Samples(unlabelled, labels, samples.alphabet))
        targets = np.concatenate([targets, guessed])
    return replace(data, samples=samples, kept=kept, targets=targets)
