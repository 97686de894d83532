"""Probabilities and places -> what speaks for each character of a page, each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.bare import weigh_shapes
from emnist_device.text.case import weigh_places
from emnist_device.text.restraint import (
    find_odd,
    find_sure,
    groups_of,
    restrain_emissions,
    sum_groups,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.text.constraints import Constraints
    from emnist_device.text.spacing import PlacedLine


@dataclass(frozen=True)
class Floors:
    """What is left to what the classifier rules out.

    classes: probability that is spread over all classes, however sure the classifier is. By hand:
        it keeps a class possible that neighbours speak for; with half and with twice
        as much, as many characters of development pages are wrong.
    """

    classes: float = 1e-3


FLOORS = Floors()


@dataclass(frozen=True)
class Evidence:
    """What speaks for each of a page's N letters and digits before its neighbours are asked.

    lines: where they stand, and which make words. picture: (N, groups), what the classifier says of
    look-alikes; see :mod:`emnist_device.text.restraint`. possible: (groups,), what the charset
    has. sure: (N, 62), which of ``BYCLASS`` each may be where the classifier tells look-alikes.
    emissions: (N, 62), how well each of ``BYCLASS`` explains each; largest 1.
    """

    lines: tuple[PlacedLine, ...]
    picture: NDArray[np.float64]
    possible: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    emissions: NDArray[np.float64]

    @property
    def seen(self) -> NDArray[np.float64]:
        """``picture``, and 0 for what there cannot be."""
        return self.picture * self.possible

    @property
    def words(self) -> tuple[range, ...]:
        """Which characters make each word of the page."""
        return tuple(word for line in self.lines for word in line.words)


class Weigher:
    """Weighs what the classifier says against how common its classes are, and where glyphs stand.

    Args:
        alphabet: the characters of the classifier's classes.
        constraints: which characters there can be.
        prior: (C,), how common each class is by the classifier's lights.
        places: whether heights and baselines count.
    """

    def __init__(
        self, alphabet: str, constraints: Constraints, prior: NDArray[np.float64], *, places: bool
    ) -> None:
        self._constraints, self._prior, self._places = constraints, prior, places
        self._groups = groups_of(alphabet)
        self._possible = sum_groups(constraints.allowed[None].astype(float))[0] > 0

    def weigh(self, probabilities: NDArray[np.float32], placed: tuple[PlacedLine, ...]) -> Evidence:
        """Return what speaks for each letter and digit.

        Args:
            probabilities: (N, C) by class; rows sum to 1.
            placed: where the same characters stand.
        """
        # A small probability is left to each class, and so to each group of look-alikes.
        floor = FLOORS.classes
        picture = (probabilities @ self._groups) * (1 - floor) + self._groups.mean(axis=0) * floor
        classes = self._constraints.classes
        allowed = self._constraints.allowed
        by_char = probabilities[:, classes].astype(np.float64) * allowed
        words = [word for line in placed for word in line.words]
        sure = find_sure(by_char) & find_odd(by_char, words)
        smooth = (1 - floor) * probabilities.astype(np.float64) + floor / probabilities.shape[1]
        emissions = (smooth / self._prior)[:, classes] * allowed
        boxes = [box for line in placed for box in line.boxes]
        emissions *= weigh_shapes(boxes, sure, alone=not self._places)
        if self._places:
            emissions *= weigh_places(emissions, placed)
        emissions = restrain_emissions(emissions, picture * self._possible)
        return Evidence(placed, picture, self._possible, sure, emissions)

    def classes_of(self, may: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which classes characters may be of, (N, C), that ``may`` (N, 62) be these.

        The classifier may take each for any look-alike of what it may be: O for 0.
        """
        classes = may @ (self._constraints.classes[:, None] == np.arange(len(self._prior)))
        return np.asarray(classes @ self._groups @ self._groups.T > 0)
