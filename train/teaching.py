"""What a network should answer, beyond the labels: smoothed labels, a teacher's probabilities.

Distillation (Hinton et al. 2015, arXiv 1503.02531) with the teacher's probabilities computed once,
of the images as they are; images without labels are learned from the teacher alone. Teachers are
exported models: their probabilities are calibrated, and whoever has the package has them. Labels
are smoothed as in Szegedy et al. 2015 (arXiv 1512.00567).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.engine import Engine
from emnist_edge.artifact import open_model
from emnist_edge.emnist import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from train.data import TrainingData


def smooth_labels(labels: NDArray[np.uint8], classes: int, share: float) -> NDArray[np.float32]:
    """Return (N, classes) probabilities: 1 for the label, less ``share`` that all classes share."""
    targets = np.full((len(labels), classes), share / classes, np.float32)
    targets[np.arange(len(labels)), labels] += np.float32(1 - share)
    return targets


def ask(teachers: Sequence[str], images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean of what ``teachers`` say of ``images`` (N, 28, 28): (N, classes) float32.

    teachers: names of models, or paths of model files with sidecars. Raises :class:`ModelError`
    where one cannot be read.
    """
    answers = [Engine(teacher).probabilities(images) for teacher in teachers]
    return np.mean(answers, axis=0, dtype=np.float32)


def digests(teachers: Sequence[str]) -> list[str]:
    """Return the SHA-256 of each teacher's file: a name stays when a model is exported again."""
    return [open_model(teacher)[0].sha256 for teacher in teachers]


def with_targets(
    data: TrainingData,
    smoothing: float,
    teachers: Sequence[str],
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
