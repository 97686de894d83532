"""What was tried in training and is not part of it; :mod:`evaluate.search` says what it gave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from train.common.data import complete
from train.tiers.photographed import Variation
from train.tiers.recipe import Recipe

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from train.common.data import TrainingData

#: Little more than another hand.
LITTLE = Variation(awry=0, marked=0.08, share=0.05, blurred=0.05, dim=0.05)


@dataclass(frozen=True)
class Mixed(Recipe):
    """Mixup (Zhang et al. 2018, arXiv 1710.09412): each image is mixed with another of its batch.

    mixed: both parameters of the beta distribution that shares are drawn from. Answers have to be
    probabilities.
    """

    mixed: float = 0.2

    def vary(
        self, images: NDArray[np.uint8], answers: NDArray[Any], epoch: int, rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a batch of ``epoch``, mixed after it was varied."""
        images, answers = super().vary(images, answers, epoch, rng)
        order = rng.permutation(len(images))
        share = rng.beta(self.mixed, self.mixed, (len(images), 1)).astype("f4")
        blend = share[..., None] * images + (1 - share[..., None]) * images[order]
        return blend, share * answers + (1 - share) * answers[order]


@dataclass(frozen=True)
class Averaged(Recipe):
    """An exponential moving average of the weights (Polyak, Juditsky 1992), taken at epochs' ends.

    momentum: share of the average that a step leaves.
    """

    momentum: float = 0.99

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Return the optimizer of a training of ``steps`` batches."""
        optimizer = super().optimizer(steps)
        optimizer.use_ema, optimizer.ema_momentum = True, self.momentum
        return optimizer


def ask_beforehand(data: TrainingData) -> TrainingData:
    """Return ``data`` with what its teacher says of the images as they are, once for all epochs."""
    if data.teacher is None or data.targets is None:
        raise ValueError("there is no teacher to ask")
    said = data.teacher(data.samples.images)
    return replace(data, targets=complete(data.targets, said), teacher=None)
