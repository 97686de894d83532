"""Ink of cells -> what the classifier says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_device.text.frequencies import class_prior
from emnist_edge.artifact import SIDE
from emnist_edge.glyph import make_glyph
from emnist_edge.scoring.metrics import balance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# Probability that is spread over all classes, however sure the classifier is; as of
# :class:`emnist_device.text.evidence.Floors`.
_FLOOR = 1e-3


class CellClassifier:
    """Classifies the ink of cells, of which each holds one character.

    Args:
        model: name of an installed model, or path of its file.
        threads: of the runtime.
    """

    def __init__(self, model: str | Path, threads: int = 1) -> None:
        self._engine = Engine(model, threads)
        letters = self._engine.letters
        shares = letters.shares(self._engine.artifact.class_shares)
        self._shares = np.array(shares or class_prior(letters.alphabet))

    @property
    def alphabet(self) -> str:
        """The characters of its classes."""
        return self._engine.artifact.alphabet

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._engine.artifact.name

    def classify(self, inks: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
        """Return the probabilities (N, C) of each class of ``inks``, each (H, W) 0 or 255.

        All letters and digits are taken to be equally common.
        """
        glyphs = np.zeros((len(inks), SIDE, SIDE), np.uint8)
        for number, ink in enumerate(inks):
            glyphs[number] = make_glyph(ink)
        letters = self._engine.letters
        found = self._engine.probabilities(glyphs)
        equal = letters.put(found, balance(letters.pick(found), self._shares))
        return (1 - _FLOOR) * equal.astype(np.float64) + _FLOOR / equal.shape[1]
