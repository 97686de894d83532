"""How common characters and kinds of words are where nothing is known of a text: all priors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Whether each of ``BYCLASS`` is a digit, a capital or a small letter: (62, 3), 0 or 1.
CHARACTER_KINDS = np.array(
    [[char in kind for kind in (DIGITS, UPPER, LOWER)] for char in BYCLASS], float
)


@dataclass(frozen=True)
class Frequencies:
    """How common characters are, as fractions.

    digits, capitals, small: in EMNIST ByMerge (Cohen et al. 2017), of which 402,953 of 814,255
        images are digits; an eighth is of small letters with a class of their own.
    capital: fraction of capitals among characters whose case the classes do not tell, in mixed
        words. By hand; with half of it, as many of the same characters are wrong.
    """

    digits: float = 0.5
    capitals: float = 0.375
    small: float = 0.125
    capital: float = 0.85


@dataclass(frozen=True)
class WordKinds:
    """How common kinds of words are, as weights, before anything on the page is read.

    By hand, with notes, labels, numbers and sheets of samples in mind. With any of them halved or
    doubled, as many of 1,397 characters of development pages are wrong: few kinds are in doubt.

    digits, capitals, small, capitalized: of one kind of characters, or with a capital first.
    mixed: of any characters.
    rows: of the same digit, capital or small letter again and again.
    series: of digits, capitals or small letters in order.
    english: in capitals, in small letters, with a capital first.
    """

    digits: float = 0.36
    capitals: float = 0.12
    small: float = 0.06
    capitalized: float = 0.04
    mixed: float = 0.14
    rows: tuple[float, ...] = (0.03, 0.02, 0.005)
    series: tuple[float, ...] = (0.01, 0.02, 0.005)
    english: tuple[float, ...] = (0.1, 0.06, 0.06)


FREQUENCIES = Frequencies()
#: Where words are read by their characters.
WORD_KINDS = WordKinds()
#: Where heights and baselines tell kinds apart. Rows, series and English are in the first four; by
#: hand as well, and evener than :data:`WORD_KINDS`: places are to speak for themselves. With all of
#: them equal, as many of the same characters are wrong, ignoring case.
HEIGHT_KINDS = WordKinds(0.3, 0.3, 0.15, 0.15, 0.1, (), (), ())


def class_prior(alphabet: str) -> NDArray[np.float64]:
    """Return how common each class of ``alphabet`` usually is, (C,); sums to 1."""
    usual = FREQUENCIES
    kinds = [
        usual.digits if char.isdigit() else usual.capitals if char.isupper() else usual.small
        for char in alphabet
    ]
    frequencies = np.array([kind / kinds.count(kind) for kind in kinds])
    return np.asarray(frequencies / frequencies.sum())


def background(
    prior: NDArray[np.float64], classes: NDArray[np.integer], allowed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how common each of ``BYCLASS`` is in mixed words, (62,); sums to 1.

    Where none of them is ``allowed``, but symbols are, all are 0.

    Args:
        prior: (C,), how common each class is.
        classes: (62,), the class of each of ``BYCLASS``.
        allowed: (62,), which of them may be read.
    """
    frequencies = np.where(allowed, prior[classes], 0.0)
    counts = np.bincount(classes[allowed], minlength=len(prior))
    both = counts[classes] > 1
    capital = np.array([char.isupper() for char in BYCLASS])
    frequencies = frequencies * np.where(
        both, np.where(capital, FREQUENCIES.capital, 1 - FREQUENCIES.capital), 1.0
    )
    return np.asarray(frequencies / frequencies.sum() if allowed.any() else frequencies)
