"""The report's own protocol: equally many images of each class, to learn from and to be tested on.

The report has 112,800 images of EMNIST Balanced, 2,400 of each class, holds a fifth of them back,
and learns from the rest. Here as many images are drawn of each class from ByMerge's for each epoch
anew; of a class that has fewer, some come more than once. Its test images are drawn from the
official ones, as many of each class as Balanced's own test set has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.scoring.metrics import confusion_matrix
from train.common.data import TrainingData

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from train.common.data import Predict

#: Images of each class that the report learns from: four fifths of 2,400.
OF_CLASS = 1920
#: Images of each class in the official test set of Balanced.
TEST_OF_CLASS = 400
DRAWS = 200


@dataclass(frozen=True)
class Balanced(TrainingData):
    """Images of which an epoch shows ``of_class`` of each class; classes weigh the same."""

    of_class: int = OF_CLASS

    @classmethod
    def of(cls, data: TrainingData, of_class: int = OF_CLASS) -> Balanced:
        """Return ``data`` with equally many images of each class in an epoch."""
        return cls(data.split, data.samples, data.limit, data.kept, data.held, of_class=of_class)

    @property
    def epoch_images(self) -> int:
        """How many images an epoch shows, before whole batches are made of them."""
        return self.of_class * len(np.unique(self.samples.labels[self.kept]))

    def order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices (epoch_images,) of the images of an epoch, in their order.

        Each image of a class comes as often as any other of it, or once more.
        """
        labels = self.samples.labels[self.kept]
        drawn = [
            np.resize(rng.permutation(self.kept[labels == label]), self.of_class)
            for label in np.unique(labels)
        ]
        return rng.permutation(np.concatenate(drawn))

    def judge(self, predict: Predict) -> dict[str, float]:
        """Return what a row of the history says of the images held back, as ``predict`` has them.

        The best epoch is the one with the highest macro recall.
        """
        row = super().judge(predict)
        return {**row, "merit": row["validation_macro_recall"]}


def draw_scores(
    predicted: NDArray[np.integer],
    labels: NDArray[np.integer],
    classes: int,
    *,
    of_class: int = TEST_OF_CLASS,
    draws: int = DRAWS,
    seed: int = 1,
) -> dict[str, Any]:
    """Score answers on equally many images of each class, drawn with replacement ``draws`` times.

    Args:
        predicted: classes that a model gave, (N,).
        labels: true classes, (N,); a class that does not occur is left out.
        classes: number of classes.
        of_class: images of each class in a draw.
        draws: how often the images are drawn.
        seed: of what is drawn, the same for each model.

    Returns:
        Means of accuracy, macro precision, recall and F1 over all draws, the limits that 95 % of
        the draws' macro F1 lie between, and how was drawn.
    """
    confusion = confusion_matrix(predicted, labels, classes)
    occurs = confusion.sum(axis=1) > 0
    chances = confusion[occurs] / confusion[occurs].sum(axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    # (draws, classes that occur, classes): how many of the images drawn were read as what.
    drawn = np.stack([rng.multinomial(of_class, row, size=draws) for row in chances], axis=1)
    hits = drawn[:, np.arange(len(chances)), np.flatnonzero(occurs)].astype(float)
    claimed = drawn.sum(axis=1)[:, occurs]
    f1 = (2 * hits / (of_class + claimed)).mean(axis=1)
    low, high = np.percentile(f1, [2.5, 97.5])
    scores = {
        "accuracy": hits.mean() / of_class,
        "macro_precision": (hits / np.maximum(claimed, 1)).mean(),
        "macro_recall": hits.mean() / of_class,
        "macro_f1": f1.mean(),
        "macro_f1_low": low,
        "macro_f1_high": high,
    }
    rounded = {name: round(float(value), 6) for name, value in scores.items()}
    return {**rounded, "of_class": of_class, "draws": draws}
