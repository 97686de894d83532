"""Batches of one epoch, as Keras takes them from a training loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import keras
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from train.common.data import TrainingData


class Varying(Protocol):
    """What batches need of a recipe; see :class:`train.common.loop.Recipe`."""

    @property
    def batch(self) -> int:
        """Images in a batch."""

    @property
    def seed(self) -> int:
        """Of the order of images, and how they are varied."""

    def vary(
        self, images: NDArray[np.uint8], answers: NDArray[Any], epoch: int, rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return images and answers of ``epoch`` as the network gets to see them."""


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Shuffled, augmented batches of one epoch; the same for the same recipe and epoch."""

    def __init__(self, data: TrainingData, recipe: Varying, epoch: int) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self.data, self.recipe = data, recipe
        self.seed = (recipe.seed, epoch)
        self.indices = data.order(np.random.default_rng(self.seed))

    def __len__(self) -> int:
        return len(self.indices) // self.recipe.batch  # the rest waits for another epoch's order

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[Any]]:
        start = index * self.recipe.batch
        chosen = self.indices[start : start + self.recipe.batch]
        rng = np.random.default_rng((*self.seed, index))
        images, answers = self.recipe.vary(
            self.data.samples.images[chosen], self.data.answers(chosen), self.seed[1], rng
        )
        answers = self.data.taught(answers, images)
        return images[..., None].astype(np.float32), answers
