"""How common characters are where nothing is known of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.text.constraints import Constraints

# Shares of EMNIST ByMerge: digits are half of it, small letters with a class of their own an
# eighth. Of characters whose case it does not tell, this share is capitals in mixed words.
_DIGITS, _CAPITALS, _SMALL = 0.5, 0.375, 0.125
_CAPITAL_OF_BOTH = 0.85


def class_prior(alphabet: str) -> NDArray[np.float64]:
    """Return how common each class of ``alphabet`` usually is, (C,); sums to 1."""
    kinds = [_DIGITS if c.isdigit() else _CAPITALS if c.isupper() else _SMALL for c in alphabet]
    shares = np.array([kind / kinds.count(kind) for kind in kinds])
    return np.asarray(shares / shares.sum())


def background(prior: NDArray[np.float64], known: Constraints) -> NDArray[np.float64]:
    """Return how common each of ``BYCLASS`` is in mixed words, (62,); sums to 1."""
    shares = np.where(known.allowed, prior[known.classes], 0.0)
    counts = np.bincount(known.classes[known.allowed], minlength=len(prior))
    both = counts[known.classes] > 1
    capital = np.array([char.isupper() for char in BYCLASS])
    shares = shares * np.where(both, np.where(capital, _CAPITAL_OF_BOTH, 1 - _CAPITAL_OF_BOTH), 1.0)
    return np.asarray(shares / shares.sum())
