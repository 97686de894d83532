"""What stands beside a symbol: a slash is between digits, a full stop ends a word.

A line is a chain (Markov) of digits, letters and symbols; which follow one another as usual counts
beside what each looks like, and how common symbols are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Company:
    """How much more probable what is usual is than what is not.

    Chosen together with :class:`emnist_device.text.signs.Signs`, on texts by UNIPEN's train
    writers.

    odd: a symbol, for each side where no kind of character is that it usually has there.
    digits: a symbol, for each digit beside it: dates, prices and sums are full of symbols.
    mixed: a letter after a digit, or a digit after a letter.
    """

    odd: float = 0.15
    digits: float = 3.0
    mixed: float = 0.2


COMPANY = Company()

# What is usually before and after each symbol: digits 9, letters A, an end of a word "_". By hand:
# dates, times, sums, prices, numbers of parts, addresses, sentences.
_USUAL = {
    ".": ("9A", "9A_"),
    ",": ("9A", "9A_"),
    "-": ("9A_", "9A_"),
    "/": ("9A_", "9A_"),
    ":": ("9A", "9A_"),
    ";": ("9A", "9A_"),
    "+": ("9A_", "9A_"),
    "=": ("9A_", "9A_"),
    "(": ("_", "9A"),
    ")": ("9A", "_"),
    "#": ("_", "9"),
    "&": ("A_", "A_"),
    "?": ("9A", "_"),
    "!": ("9A", "_"),
    "'": ("A_", "A9_"),
    '"': ("A9_", "A9_"),
    "@": ("A9_", "A9_"),
    "%": ("9_", "_"),
    "*": ("9A_", "9A_"),
    "$": ("_", "9"),
    "€": ("9_", "_9"),
    "_": ("9A", "9A"),
    "<": ("9A_", "9A_"),
    ">": ("9A_", "9A_"),
    "[": ("9A_", "9A"),
    "]": ("9A", "9A_"),
    "{": ("9A_", "9A_"),
    "}": ("9A_", "_"),
    "^": ("9A", "9A"),
    "~": ("9A_", "9A_"),
}
_KINDS = "9A_"
# Nothing is divided by less.
_LEAST = float(np.finfo(float).tiny)


class Neighbours:
    """Tells what is beside symbols apart from what is not.

    Args:
        symbols: those that there may be.
    """

    def __init__(self, symbols: str, *, company: Company = COMPANY) -> None:
        usual = np.array(
            [
                [[kind in _USUAL[symbol][side] for kind in _KINDS] for symbol in symbols]
                for side in (0, 1)
            ],
            bool,
        ).reshape(2, len(symbols), len(_KINDS))
        before, after = np.where(usual, 1.0, company.odd) * [company.digits, 1, 1]
        self._steps = np.ones((2 + len(symbols), 2 + len(symbols)))
        self._steps[:2, :2] = [[1, company.mixed], [company.mixed, 1]]
        self._steps[:2, 2:] = before[:, :2].T
        self._steps[2:, :2] = after[:, :2]
        self._first = np.concatenate([[1, 1], before[:, 2]])
        self._last = np.concatenate([[1, 1], after[:, 2]])

    def weigh(self, scores: NDArray[np.float64], words: Sequence[slice]) -> NDArray[np.float64]:
        """Return how probable digits, letters and each symbol are, (N, 2 + S).

        Rows of ``words`` sum to 1, others to 0. ``scores`` (N, 2 + S): how well each explains each
        character, times how common it is. By the forward-backward algorithm (Rabiner 1989), all
        words at once.
        """
        lengths = np.array([word.stop - word.start for word in words])
        order = np.argsort(-lengths, kind="stable")
        starts = np.array([word.start for word in words])[order]
        # How many of the words, the longest first, have a character at each place.
        counts = np.searchsorted(-lengths[order], -np.arange(lengths.max(initial=0)))
        forward, backward = np.zeros_like(scores), np.zeros_like(scores)
        state = np.tile(self._first, (len(words), 1))
        for place, count in enumerate(counts):
            rows = starts[:count] + place
            forward[rows] = _even(state[:count] * scores[rows])
            state = forward[rows] @ self._steps
        state = np.tile(self._last, (len(words), 1))
        for place in range(len(counts) - 1, -1, -1):
            count = counts[place]
            rows = starts[:count] + place
            backward[rows] = _even(state[:count])
            state[:count] = (backward[rows] * scores[rows]) @ self._steps.T
        return _even(forward * backward)


def _even(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``values`` (N, C) with rows that sum to 1, unless they are 0."""
    return np.asarray(values / np.maximum(values.sum(axis=1, keepdims=True), _LEAST))
