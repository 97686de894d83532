"""What else a word may be: strings of characters that are worth a look, and which are likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.frequencies import CHARACTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Proposals:
    """Thresholds of what is looked at.

    least: probability that a character has at least, and a word that is told.
    tried: strings of the most probable characters, for each that is asked for, and more besides:
        neighbours tell which of them are words. By hand.
    longest: word that is looked at; what is longer is no word that anybody picks from a list.
    """

    least: float = 1e-3
    tried: int = 3
    more: int = 5
    longest: int = 40


PROPOSALS = Proposals()


def propose(
    confidence: NDArray[np.float64], printed: NDArray[np.intp], count: int
) -> NDArray[np.intp]:
    """Return strings that a word of n characters may be other than ``printed``, (K, n).

    They are the most probable by each character alone; and of digits, of capitals and of small
    letters only, and with a capital first, the most probable each: look-alikes of a word are mostly
    of one kind.

    Args:
        confidence: (n, C) how sure each character is, the columns of ``BYCLASS`` first.
        printed: (n,) columns.
        count: how many are asked for.
    """
    strings = _most_probable(confidence, PROPOSALS.tried * count + PROPOSALS.more)
    kinds = [np.where(kind, confidence[:, : len(kind)], 0) for kind in CHARACTER_KINDS.T > 0]
    first = np.arange(len(printed)) == 0
    kinds.append(np.where(first[:, None], *kinds[1:]))
    for own in kinds:
        if (own.max(axis=1) >= PROPOSALS.least).all():
            strings.append(tuple(own.argmax(axis=1).tolist()))
    others = dict.fromkeys(strings)
    others.pop(tuple(printed.tolist()), None)
    return np.array(list(others), np.intp).reshape(-1, len(printed))


def _most_probable(confidence: NDArray[np.float64], count: int) -> list[tuple[int, ...]]:
    """Return the ``count`` most probable strings, by each character alone."""
    best: list[tuple[float, tuple[int, ...]]] = [(1.0, ())]
    for row in confidence:
        likely = [(float(row[k]), k) for k in np.argsort(-row, kind="stable")[:count].tolist()]
        likely = [each for each in likely if each[0] >= PROPOSALS.least]
        grown = [(sure * own, (*string, k)) for sure, string in best for own, k in likely]
        best = sorted(grown, key=lambda each: -each[0])[:count]
    return [string for _, string in best]


def choose(chances: Sequence[float], printed: float, count: int) -> list[tuple[int, float]]:
    """Return which of K strings are told, at most ``count``, and how probable each is.

    ``chances`` (K,) are theirs, ``printed`` that of the word as it is printed: none is said to be
    more probable, and all together sum to 1 at most.
    """
    held = [(number, min(chance, printed)) for number, chance in enumerate(chances)]
    likely = sorted(
        (each for each in held if each[1] >= PROPOSALS.least), key=lambda each: -each[1]
    )[:count]
    scale = min(1.0, (1 - printed) / max(sum(chance for _, chance in likely), 1e-9))
    return [(number, scale * chance) for number, chance in likely]
