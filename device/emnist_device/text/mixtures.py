"""How common the kinds of words are on a page, by how well each explains its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Mixtures:
    """How the kinds of words of a page are found out.

    prior_words: for how many words' worth the usual frequencies of kinds count beside those of the
        page. By hand; with half and with twice as many, as many characters of development pages
        are wrong.
    rounds: of expectation maximization; more change nothing to speak of.
    hopeless: an English word that is less probable than other kinds by this factor, as a logarithm,
        is not looked at.
    longest: nor is one of more letters.
    alone: how much of what is common on a page counts for a word of one character, as a power. By
        hand: a page of numbers sways it, and one word beside it does not.
    """

    prior_words: float = 3.0
    rounds: int = 4
    hopeless: float = 8.0
    longest: int = 40
    alone: float = 0.35


MIXTURES = Mixtures()
# Fractions of digits, capitals and small letters in words of a kind; a capitalized one has four.
_MAKEUP = {
    "digits": (1.0, 0.0, 0.0),
    "capitals": (0.0, 1.0, 0.0),
    "small": (0.0, 0.0, 1.0),
    "capitalized": (0.0, 0.25, 0.75),
}
# What rows and series are of, and English words, in the order of their frequencies.
_ROWS, _ENGLISH = ("digits", "capitals", "small"), ("capitals", "small", "capitalized")


def find_makeup(
    mixed: NDArray[np.float64], named: Iterable[str], *, english: bool
) -> NDArray[np.float64]:
    """Return which fraction of each kind are digits, capitals and small letters, (kinds, 3).

    Args:
        mixed: (3,), those of mixed words.
        named: the kinds before these; where there are any, rows and series follow.
        english: whether English words come last.
    """
    found = [_MAKEUP[kind] for kind in named]
    rows = 2 * _ROWS if found else ()
    rest = [_MAKEUP[kind] for kind in (*rows, *(_ENGLISH if english else ()))]
    return np.array([*found, mixed, *rest])


def mix_kinds(evidence: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how common kinds are on a page, (kinds,), from each word's evidence (W, kinds)."""
    frequencies = prior
    for _ in range(MIXTURES.rounds):
        posterior = posterior_kinds(evidence, frequencies)
        frequencies = (MIXTURES.prior_words * prior + posterior.sum(axis=0)) / (
            MIXTURES.prior_words + len(evidence)
        )
    return frequencies


def posterior_kinds(
    evidence: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of each kind, of logarithms (..., kinds) and how common they are."""
    with np.errstate(divide="ignore"):
        joint = evidence + np.log(frequencies)
    posterior = np.exp(joint - joint.max(axis=-1, keepdims=True))
    return np.asarray(posterior / posterior.sum(axis=-1, keepdims=True))
