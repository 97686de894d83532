"""A model that reads other people's writing, and what they wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from train.common.data import Predict


@dataclass(frozen=True)
class Model:
    """What reads: ``predict`` gives probabilities of ``alphabet``, at class frequencies ``prior``.

    trained_on: how many of EMNIST's first training images it learned from, but for those in
    ``held``; None for those that all models of a tier learn from. exported: runs as on the device,
    so that its time tells something.
    """

    name: str
    alphabet: str
    prior: NDArray[np.floating]
    predict: Predict
    trained_on: int | None = None
    held: NDArray[np.int64] | None = None
    exported: bool = False


@dataclass(frozen=True)
class Hands:
    """What held-out writers wrote.

    glyphs: (N, 28, 28). labels: (N,). nothing: (M, 28, 28), things that are no character. forms:
    (N,) in which form a digit is written (:mod:`evaluate.digit_forms`), empty for all others.
    letters, letter_labels: glyphs (L, 28, 28) of the letters of their texts, and the labels.
    """

    glyphs: NDArray[np.uint8]
    labels: NDArray[np.str_]
    nothing: NDArray[np.uint8]
    forms: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, "U1"))
    letters: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    letter_labels: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, "U1"))
