"""How well a model classifies EMNIST's test images, and what its confidence is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.scoring.calibration import calibrate
from emnist_edge.scoring.metrics import confused_pairs, confusion_matrix, score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.runtime.engine import Engine
    from emnist_edge.dataset.emnist import Samples

# Pairs of classes that are named as mistaken most often.
_PAIRS = 12


def classify(engine: Engine, samples: Samples) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Classify all ``samples``, each known to be a letter or digit.

    Returns the scores, and ``predicted`` (N,) uint8 class indices.
    """
    probabilities = engine.read_letters(samples.images)
    predicted = probabilities.argmax(axis=1).astype(np.uint8)
    confusion = confusion_matrix(predicted, samples.labels, len(samples.alphabet))
    figures = {
        "scores": score(probabilities, samples.labels, samples.alphabet).to_dict(),
        "calibration": calibrate(probabilities, samples.labels).to_dict(),
        "confused": confused_pairs(confusion, samples.alphabet, _PAIRS),
    }
    return figures, {"predicted": predicted}
