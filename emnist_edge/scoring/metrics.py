"""Figures of merit of a classifier, from predicted and true class indices."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import confusable_group

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Scores:
    """Scores in 0..1 over N samples, averaged over the classes that occur.

    macro_*: each class weighs the same. weighted_*: each by its samples; weighted recall is the
    accuracy.
    accuracy_low, accuracy_high: Wilson's 95 % interval (Wilson 1927).
    merged_accuracy: accuracy with confusable groups (0/O, 1/I/L, ...) counted as one class.
    """

    samples: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    top2_accuracy: float
    merged_accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float

    def to_dict(self) -> dict[str, float]:
        """Return the scores rounded to 6 digits, for a JSON file."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def score(probabilities: NDArray[np.float32], labels: NDArray[np.uint8], alphabet: str) -> Scores:
    """Score ``probabilities`` (N, C) against ``labels`` (N,), indices into ``alphabet``."""
    top2 = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    predicted = top2[:, 0]
    confusion = confusion_matrix(predicted, labels, len(alphabet))
    hits = np.diag(confusion).astype(float)
    true, claimed = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = true > 0
    recall = hits[occurs] / true[occurs]
    precision = hits[occurs] / np.maximum(claimed[occurs], 1)
    f1 = 2 * hits[occurs] / (true[occurs] + claimed[occurs])
    weight = true[occurs] / len(labels)
    groups = [confusable_group(char) for char in alphabet]
    group_of = np.array([groups.index(group) for group in groups])
    low, high = wilson_interval(int(hits.sum()), len(labels))
    return Scores(
        samples=len(labels),
        accuracy=float(hits.sum() / len(labels)),
        accuracy_low=low,
        accuracy_high=high,
        top2_accuracy=float((top2 == labels[:, None]).any(axis=1).mean()),
        merged_accuracy=float((group_of[predicted] == group_of[labels]).mean()),
        macro_precision=float(precision.mean()),
        macro_recall=float(recall.mean()),
        macro_f1=float(f1.mean()),
        weighted_precision=float(weight @ precision),
        weighted_recall=float(weight @ recall),
        weighted_f1=float(weight @ f1),
    )


def balance(probabilities: NDArray[np.float32], prior: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return ``probabilities`` (N, C) as they would be if all classes were equally common.

    They were learned where classes had the frequencies ``prior`` (C,), which sum to 1; the logit
    adjustment of Menon et al. 2021 (arXiv 2007.07314). A class of frequency 0 stays as it is.
    """
    equal = probabilities / np.where(prior > 0, prior * len(prior), 1)
    return np.asarray(equal / equal.sum(axis=1, keepdims=True), np.float32)


def confusion_matrix(
    predicted: NDArray[np.integer], labels: NDArray[np.integer], classes: int
) -> NDArray[np.intp]:
    """Count (true class, predicted class) pairs: (classes, classes), rows are the truth."""
    pairs = labels.astype(np.intp) * classes + predicted.astype(np.intp)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def confused_pairs(
    confusion: NDArray[np.integer], alphabet: str, most: int
) -> list[tuple[str, str, int]]:
    """Return the pairs of characters that are mistaken most often, the most frequent first.

    Args:
        confusion: (classes, classes), rows are the truth.
        alphabet: character of each class.
        most: how many pairs.

    Returns:
        For each pair the characters, in the order of ``alphabet``, and how often one was read as
        the other, either way; none that never was.
    """
    both = np.triu(confusion + confusion.T, 1)
    order = np.argsort(-both, axis=None, kind="stable")[:most]
    return [
        (alphabet[one], alphabet[other], int(both[one, other]))
        for one, other in zip(*np.unravel_index(order, both.shape), strict=True)
        if both[one, other]
    ]


def recalls(
    predicted: NDArray[np.integer], labels: NDArray[np.integer], alphabet: str
) -> dict[str, float]:
    """Return which fraction of each character among ``labels`` is read right, by character."""
    confusion = confusion_matrix(predicted, labels, len(alphabet))
    hits, true = np.diag(confusion), confusion.sum(axis=1)
    return {
        char: round(float(hits[index] / true[index]), 6)
        for index, char in enumerate(alphabet)
        if true[index]
    }


def wilson_interval(hits: int, samples: int, z: float = 1.959964) -> tuple[float, float]:
    """Return Wilson's interval (1927) of the fraction ``hits / samples``; 95 % by default."""
    fraction = hits / samples
    centre = fraction + z * z / (2 * samples)
    spread = z * (fraction * (1 - fraction) / samples + z * z / (4 * samples * samples)) ** 0.5
    scale = 1 + z * z / samples
    return (centre - spread) / scale, (centre + spread) / scale
