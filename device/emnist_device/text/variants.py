"""What else a word may be: strings of characters that are worth a look, and which are likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.frequencies import CHARACTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    confidence: NDArray[np.float64],
    printed: NDArray[np.intp],
    words: Sequence[slice],
    count: int,
) -> list[NDArray[np.intp]]:
    """Return strings that each word of a page may be other than ``printed``, (K, n) each.

    They are the most probable by each character alone; and of digits, of capitals and of small
    letters only, and with a capital first, the most probable each: look-alikes of a word are mostly
    of one kind.

    Args:
        confidence: (N, C) how sure each character is, the columns of ``BYCLASS`` first.
        printed: (N,) columns.
        words: which characters make each.
        count: how many are asked for.
    """
    most = PROPOSALS.tried * count + PROPOSALS.more
    likely = _likely(confidence, most)
    kinds = [np.where(kind, confidence[:, : len(kind)], 0) for kind in CHARACTER_KINDS.T > 0]
    bests = np.stack([kind.argmax(axis=1) for kind in kinds])
    known = np.stack([kind.max(axis=1) for kind in kinds]) >= PROPOSALS.least
    found = []
    for word in words:
        others = dict.fromkeys(
            (*_most_probable(likely[word], most), *_of_one_kind(bests[:, word], known[:, word]))
        )
        others.pop(tuple(printed[word].tolist()), None)
        strings = np.array(list(others), np.intp)
        found.append(strings.reshape(-1, word.stop - word.start))
    return found


def _likely(confidence: NDArray[np.float64], count: int) -> list[list[tuple[float, int]]]:
    """Return for each character its ``count`` most probable columns, and how probable they are."""
    order = np.argsort(-confidence, axis=1, kind="stable")[:, :count]
    sure = np.take_along_axis(confidence, order, axis=1)
    counts = (sure >= PROPOSALS.least).sum(axis=1).tolist()
    rows = zip(sure.tolist(), order.tolist(), counts, strict=True)
    return [list(zip(own[:few], columns[:few], strict=True)) for own, columns, few in rows]


def _most_probable(
    likely: Sequence[Sequence[tuple[float, int]]], count: int
) -> list[tuple[int, ...]]:
    """Return the ``count`` most probable strings, by each character alone."""
    best: list[tuple[float, tuple[int, ...]]] = [(1.0, ())]
    for own in likely:
        # Of a string that is so far down, only so many go on: more are more probable.
        grown = [
            (sure * chance, (*string, column))
            for place, (sure, string) in enumerate(best, 1)
            for chance, column in own[: count // place]
        ]
        best = grown if len(own) == 1 else sorted(grown, key=lambda each: -each[0])[:count]
    return [string for _, string in best]


def _of_one_kind(bests: NDArray[np.intp], known: NDArray[np.bool_]) -> Iterator[tuple[int, ...]]:
    """Yield the strings of one kind, and the capitalized one, that all characters may be.

    ``bests`` (3, n) are the most probable digit, capital and small letter of each, ``known`` (3, n)
    says which are probable at all.
    """
    ways = [[kind] * bests.shape[1] for kind in range(len(bests))]
    capital, small = ways[1:]
    for kinds in (*ways, capital[:1] + small[1:]):
        columns = range(len(kinds))
        if known[kinds, columns].all():
            yield tuple(bests[kinds, columns].tolist())


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
