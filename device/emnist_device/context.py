"""Word context: a zero among letters is an O, a one among digits is no I.

Shapes such as 0/O, 1/I/L, 2/Z and 5/S carry no difference; the company they keep does. Each word is
of digits, of letters, or mixed, and how common each kind is on this page is estimated from the page
itself (expectation maximization over a mixture of three kinds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Share of words of digits, of letters and mixed, and for how many words' worth that belief counts.
_PRIOR, _PRIOR_WORDS = np.array([0.4, 0.4, 0.2]), 3.0
_ROUNDS = 4
# No class is impossible, however sure the classifier is: it errs by itself about this often.
_FLOOR = 1e-3


def weigh_by_word(
    probabilities: NDArray[np.float32], words: Sequence[Sequence[int]], alphabet: str
) -> NDArray[np.float32]:
    """Return ``probabilities`` (N, C) as they are once the kind of each word is taken into account.

    ``words`` holds the row indices of each word; every row is in one of them. Rows sum to 1.
    """
    if not words:
        return probabilities
    is_digit = np.array([char.isdigit() for char in alphabet])
    kinds = np.array([is_digit, ~is_digit, np.ones(len(alphabet), bool)], np.float64)
    smooth = (1 - _FLOOR) * probabilities.astype(np.float64) + _FLOOR / len(alphabet)
    mass = smooth @ kinds.T  # (N, 3): how much each character speaks for each kind
    # The classifier was trained on about as many digits as letters: knowing that a word is of one
    # kind halves its choices, and so doubles the likelihood of each.
    likelihood = np.array([(np.log(mass[word]) + _LOG_GAIN).sum(axis=0) for word in map(list, words)])
    kind_of_word = _posterior(likelihood)
    weighed = np.empty_like(smooth)
    for word, share in zip(words, kind_of_word, strict=True):
        rows = list(word)
        weighed[rows] = smooth[rows] * ((share / mass[rows]) @ kinds)
    return weighed.astype(np.float32)


def _posterior(likelihood: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (W, 3) probabilities of each word's kind, from its (W, 3) log-likelihoods."""
    shares = _PRIOR
    for _ in range(_ROUNDS):
        joint = likelihood + np.log(shares)
        posterior = np.exp(joint - joint.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        shares = (_PRIOR_WORDS * _PRIOR + posterior.sum(axis=0)) / (_PRIOR_WORDS + len(posterior))
    return posterior


_LOG_GAIN = np.log([2.0, 2.0, 1.0])
