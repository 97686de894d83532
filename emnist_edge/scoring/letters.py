"""Letters and digits among the classes of a model, which may tell symbols as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Letters:
    """Which of ``classes`` classes are letters and digits.

    alphabet: their characters, in the order of the classes. places: (L,) their indices.
    """

    alphabet: str
    places: NDArray[np.intp]
    classes: int

    @classmethod
    def of(cls, alphabet: str) -> Letters:
        """Return those of a model with a class for each of ``alphabet``."""
        places = [index for index, char in enumerate(alphabet) if char in BYCLASS]
        return cls(
            "".join(alphabet[index] for index in places), np.array(places, np.intp), len(alphabet)
        )

    def pick(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what ``probabilities`` (N, C) say of letters and digits: (N, L), rows sum to 1.

        That is, where it is known that something is one of them. A row that says nothing of them
        calls all of them equally probable.
        """
        if len(self.alphabet) == self.classes:
            return probabilities
        picked = probabilities[:, self.places]
        sums = picked.sum(axis=1, keepdims=True)
        equal = np.float32(1 / len(self.alphabet))
        return np.where(sums > 0, picked / np.where(sums > 0, sums, 1), equal)

    def put(
        self, probabilities: NDArray[np.float32], picked: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return ``probabilities`` (N, C) with ``picked`` (N, L) as of :meth:`pick` in them.

        All letters and digits together stay as probable as they are.
        """
        if len(self.alphabet) == self.classes:
            return picked
        put = probabilities.copy()
        put[:, self.places] = picked * probabilities[:, self.places].sum(axis=1, keepdims=True)
        return put

    def shares(self, of_classes: Sequence[float]) -> list[float]:
        """Return how common letters and digits are among themselves; empty where not known.

        ``of_classes``: how common each class is, (C,), or empty.
        """
        if len(self.alphabet) == self.classes or not of_classes:
            return list(of_classes)
        picked = np.array(of_classes)[self.places]
        return [float(share) for share in picked / picked.sum()]
