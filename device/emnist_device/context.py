"""Word context: a zero among letters is an O, a one among digits is no I.

Shapes such as 0/O, 1/I/L, 2/Z and 5/S carry no difference; the company they keep does. Each word is
of digits, of capitals, of letters, or mixed, and how common each kind is on this page is estimated
from the page itself (expectation maximization over a mixture of the kinds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Kinds of words: digits, capitals, letters of either case, mixed. Their shares on a page, and for
# how many words' worth that belief counts.
_PRIOR, _PRIOR_WORDS = np.array([0.4, 0.2, 0.2, 0.2]), 3.0
_CAPITALS = 1
# To know that a word is of one kind rules classes out, and makes each that is left likelier by the
# share that the kind has of EMNIST: digits are about half of it, small letters an eighth.
_LOG_GAIN = np.log([2.0, 2.7, 2.0, 1.0])
_ROUNDS = 4
# No class is impossible, however sure the classifier is: it errs by itself about this often.
_FLOOR = 1e-3


def weigh_by_word(
    probabilities: NDArray[np.float32],
    words: Sequence[Sequence[int]],
    bare: NDArray[np.bool_],
    alphabet: str,
) -> NDArray[np.float32]:
    """Return ``probabilities`` (N, C) as they are once the kind of each word is taken into account.

    ``words`` holds the row indices of each word; every row is in one of them. ``bare`` (N,) marks
    characters that are one upright stroke. Rows sum to 1.
    """
    if not words:
        return probabilities
    views = _views(probabilities, bare, alphabet)
    mass = views.sum(axis=2).T  # (N, kinds): how much each character speaks for each kind
    likelihood = np.array([(np.log(mass[list(word)]) + _LOG_GAIN).sum(axis=0) for word in words])
    weighed = np.empty_like(views[0])
    for word, shares in zip(words, _posterior(likelihood), strict=True):
        rows = list(word)
        weighed[rows] = np.einsum("nk,knc->nc", shares / mass[rows], views[:, rows])
    return weighed.astype(np.float32)


def _views(
    probabilities: NDArray[np.float32], bare: NDArray[np.bool_], alphabet: str
) -> NDArray[np.float64]:
    """Return what is left of ``probabilities`` in a word of each kind: (kinds, N, C)."""
    digit, capital = (
        np.array([test(char) for char in alphabet]) for test in (str.isdigit, str.isupper)
    )
    kinds = np.array([digit, capital, ~digit, np.ones(len(alphabet), bool)])
    smooth = (1 - _FLOOR) * probabilities.astype(np.float64) + _FLOOR / len(alphabet)
    views = smooth * kinds[:, None, :]
    if {"I", "L"} <= set(alphabet):
        # EMNIST files the small l, an upright stroke, under L. Among capitals that stroke is an I.
        i, l = alphabet.index("I"), alphabet.index("L")  # noqa: E741
        views[_CAPITALS, bare, i] += views[_CAPITALS, bare, l]
        views[_CAPITALS, bare, l] = 0
    return np.asarray(views)


def _posterior(likelihood: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities of each word's kind (W, kinds) from its log-likelihoods."""
    shares = _PRIOR
    for _ in range(_ROUNDS):
        joint = likelihood + np.log(shares)
        posterior = np.exp(joint - joint.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        shares = (_PRIOR_WORDS * _PRIOR + posterior.sum(axis=0)) / (_PRIOR_WORDS + len(posterior))
    return posterior
