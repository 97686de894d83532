"""What a run learned from beside EMNIST: glyphs drawn of strokes, and how a network reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.artifact import SIDE
from emnist_edge.errors import DataError
from emnist_edge.scoring.metrics import balance, recalls
from emnist_edge.scoring.sources import SOURCES, score_written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_ADVICE = "write it anew: python -m train.tier, with the options of the run and --resume"


@dataclass(frozen=True)
class Written:
    """Glyphs of sources other than EMNIST.

    images: (N, 28, 28) uint8. labels: (N,) indices into ``alphabet``. sources: (N,) places in
    :data:`emnist_edge.scoring.sources.SOURCES`. held: (N,) whether the run did not learn from it.
    prior: (C,) how common classes are where the network's answers hold.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    sources: NDArray[np.uint8]
    held: NDArray[np.bool_]
    alphabet: str
    prior: NDArray[np.floating]

    @classmethod
    def of(
        cls,
        arrays: Mapping[str, NDArray[Any]],
        alphabet: str,
        prior: NDArray[np.floating],
        path: Path,
    ) -> Written:
        """Return the glyphs of the ``arrays`` in ``path``; DataError where they are none."""
        names = ("images", "labels", "sources", "held")
        if any(name not in arrays for name in names):
            raise DataError(f"{path}: lacks arrays; {_ADVICE}")
        images, labels, sources, held = (np.asarray(arrays[name]) for name in names)
        count = len(images)
        if (
            images.shape != (count, SIDE, SIDE)
            or any(array.shape != (count,) for array in (labels, sources, held))
            or {array.dtype.name for array in (images, labels, sources)} != {"uint8"}
            or held.dtype != np.bool_
            or not held.any()
            or labels.max() >= len(alphabet)
            or sources.max() >= len(SOURCES)
        ):
            raise DataError(f"{path}: does not fit the run's classes; {_ADVICE}")
        return cls(images, labels, sources, held, alphabet, prior)

    def present(self) -> list[str]:
        """Return the names of the sources that there are glyphs of."""
        return [SOURCES[place] for place in np.unique(self.sources)]

    def validating(self, source: str) -> NDArray[np.intp]:
        """Return the indices of the glyphs of ``source`` that were held back."""
        return np.flatnonzero((self.sources == SOURCES.index(source)) & self.held)

    def learned(self, source: str, count: int) -> NDArray[np.uint8]:
        """Return ``count`` glyphs of ``source`` that the run learned from, or all there are."""
        own = np.flatnonzero((self.sources == SOURCES.index(source)) & ~self.held)
        return self.images[own[:count]]

    def equal(self, answers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``answers`` (n, C) as they would be if all classes were equally common."""
        return balance(answers, self.prior)

    def judge(self, answers: NDArray[np.float32]) -> tuple[dict[str, float], dict[str, float]]:
        """Return the scores of ``answers`` to all that is held back, and the recall of each class.

        At equal class frequencies; any class may be said.
        """
        labels = self.labels[self.held]
        equal = self.equal(answers)
        scores = score_written(equal, labels, self.sources[self.held], self.alphabet)
        return (
            {"samples": len(labels)} | {name: round(value, 6) for name, value in scores.items()},
            recalls(equal.argmax(axis=1), labels, self.alphabet),
        )
