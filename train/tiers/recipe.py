"""How the tiers are trained: recipes of :mod:`train.tier`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from train.common import loop
from train.tiers.architectures import CALM
from train.tiers.photographed import Variation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Factor of the learning rate where the weights of another run are started from.
GOES_ON = 0.75


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The recipe of the tiers.

    smoothing: of labels. distilled: share of the teacher in what should be answered. precision: a
    Keras dtype policy; mixed_bfloat16 is faster wherever the processor knows bfloat16.
    """

    epochs: int = 20
    batch: int = 256
    learning_rate: float = 0.004
    augmentation: Variation | None = field(default_factory=Variation)
    weight_decay: float | None = 0.01
    smoothing: float = 0.05
    distilled: float = 0.7
    precision: str = "mixed_bfloat16"


@dataclass(frozen=True)
class Settled(Recipe):
    """Images are varied less in the last epochs, when the learning rate is low.

    So what is learned last is close to what is read (Touvron et al. 2019, arXiv 1906.06423, of
    sizes). settled: how they are varied then; settling: share of the epochs.
    """

    settled: Variation = CALM
    settling: float = 0.25

    def vary(
        self, images: NDArray[np.uint8], answers: NDArray[Any], epoch: int, rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a batch of ``epoch``, varied by what is its turn."""
        if epoch >= round(self.epochs * (1 - self.settling)):
            return self.settled(images, rng), answers
        return super().vary(images, answers, epoch, rng)
