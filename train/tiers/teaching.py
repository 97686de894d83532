"""What a network should answer, beyond the labels: smoothed labels, a teacher's probabilities.

Distillation (Hinton et al. 2015, arXiv 1503.02531) where the teacher sees what the pupil sees: each
image as it was varied for this batch (Beyer et al. 2022, arXiv 2106.05237). Images without labels
are learned from the teacher alone. Teachers are exported models: their probabilities are
calibrated, and whoever has the package has them. Labels are smoothed as in Szegedy et al. 2015
(arXiv 1512.00567).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import open_model
from emnist_edge.dataset.emnist import Samples
from emnist_edge.errors import ModelError
from emnist_edge.scoring.metrics import balance
from emnist_edge.scoring.sources import EMNIST
from train.tiers.mixture import Mixture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from train.common.data import TrainingData


def smooth_labels(labels: NDArray[np.uint8], classes: int, share: float) -> NDArray[np.float32]:
    """Return (N, classes) probabilities: 1 for the label, less ``share`` that all classes share."""
    targets = np.full((len(labels), classes), share / classes, np.float32)
    targets[np.arange(len(labels)), labels] += np.float32(1 - share)
    return targets


class Teachers:
    """Models that are asked together.

    models: names of models, or paths of model files with sidecars. Raises :class:`ModelError`
    where one cannot be read.
    """

    def __init__(self, models: Sequence[str]) -> None:
        self._engines = [Engine(model) for model in models]

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the mean of what they say of ``images`` (N, 28, 28): (N, classes) float32.

        Of letters and digits: a teacher's further classes are left out.
        """
        answers = [engine.read_letters(images) for engine in self._engines]
        return np.mean(answers, axis=0, dtype=np.float32)

    def know(self, alphabet: str) -> bool:
        """Say whether all of them have just the classes of ``alphabet``."""
        return all(engine.artifact.alphabet == alphabet for engine in self._engines)

    def at_equal_frequencies(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the mean of what they would say of letters and digits, all equally common.

        Raises :class:`ModelError` where one does not say how common they are to it.
        """
        answers = [
            balance(engine.read_letters(images), _frequencies(engine)) for engine in self._engines
        ]
        return np.mean(answers, axis=0, dtype=np.float32)

    def of_all_classes(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the mean of what they would say if all their classes were equally common."""
        answers = [
            balance(engine.probabilities(images), np.array(engine.artifact.class_shares))
            for engine in self._engines
        ]
        return np.mean(answers, axis=0, dtype=np.float32)


def _frequencies(engine: Engine) -> NDArray[np.float64]:
    """Return how common letters and digits are to a teacher, (classes,)."""
    shares = engine.letters.shares(engine.artifact.class_shares)
    if not shares:
        raise ModelError(
            f"{engine.artifact.name}: its sidecar has no class_shares; take another teacher"
        )
    return np.array(shares)


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
    """Return ``data`` with targets: labels, which leave ``share`` to ``teachers``.

    With teachers, ``unlabelled`` images (N, 28, 28) join those to train with, and their targets are
    left to the teachers whole. Of a mixture, teachers that know letters and digits alone are asked
    about EMNIST's images alone: that is what they learned from, and they err often about other
    people's hands. Those that have all classes of the mixture are asked about all images.
    """
    samples = data.samples
    targets = smooth_labels(samples.labels, len(samples.alphabet), smoothing)
    if not teachers:
        return replace(data, targets=targets)
    teacher = Teachers(teachers)
    taught: TrainingData
    if isinstance(data, Mixture) and teacher.know(samples.alphabet):
        targets *= np.float32(1 - share)
        taught = replace(data, targets=targets, teacher=teacher.of_all_classes)
    elif isinstance(data, Mixture):
        targets[data.sources == EMNIST] *= np.float32(1 - share)
        taught = replace(data, targets=targets, teacher=teacher.at_equal_frequencies)
    else:
        targets *= np.float32(1 - share)
        taught = replace(data, targets=targets, teacher=teacher)
    if unlabelled is None or not len(unlabelled):
        return taught
    # Samples have labels; what is learned is in the targets.
    guessed = teacher(unlabelled).argmax(axis=1).astype(np.uint8)
    nothing = np.zeros((len(unlabelled), targets.shape[1]), np.float32)
    return taught.joined(
        Samples(unlabelled, guessed, samples.alphabet), np.concatenate([targets, nothing])
    )
