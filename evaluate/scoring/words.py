"""Texts that were kept without their spaces -> the words that they are of.

The most probable sequence of English words, each as frequent as in books (Norvig 2009, "Natural
language corpus data"), where the writer left more room between them than inside. Texts of other
things, such as alphabets and names, are left alone.
"""

from __future__ import annotations

from functools import cache
from math import inf, log10
from statistics import median
from typing import TYPE_CHECKING

from export.ngrams import read_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

# Words that come less often in the corpus are abbreviations, mostly; of one letter, there are two.
_LEAST_COUNT, _SINGLES, _LONGEST = 20_000, "ai", 18
# Logarithm of the probability of a text's words, for each letter: of texts of UNIPEN that are no
# English, all that can be read as such words have less; of those that are, two have.
_LEAST_EVIDENCE = -1.2


def split_words(text: str, gaps: Sequence[float]) -> list[str] | None:
    """Return the words of ``text``; None where they are not certain.

    Args:
        text: letters alone, without spaces.
        gaps: room between each two neighbours; infinite at the end of a line.
    """
    words = _most_probable(text)
    if words is None or not all(w.isupper() or w[1:].islower() or len(w) == 1 for w in words):
        return None
    starts: set[int] = set()
    for word in words[:-1]:
        starts.add(max(starts, default=0) + len(word))
    between = [gap for place, gap in enumerate(gaps, 1) if place in starts]
    inside = [gap for place, gap in enumerate(gaps, 1) if place not in starts]
    room = min(between, default=inf)
    return words if room > median(inside or [0]) else None


def _most_probable(text: str) -> list[str] | None:
    if not (text.isascii() and text.isalpha()):
        return None
    small, costs = text.lower(), _words()
    best: list[tuple[float, int]] = [(0.0, 0)]  # evidence up to each place, start of its last word
    for end in range(1, len(small) + 1):
        starts = range(max(end - _LONGEST, 0), end)
        best.append(max((best[k][0] + costs.get(small[k:end], -inf), k) for k in starts))
    if best[-1][0] < _LEAST_EVIDENCE * len(small):
        return None
    words, end = [], len(small)
    while end:
        start = best[end][1]
        words.append(text[start:end])
        end = start
    return words[::-1]


@cache
def _words() -> dict[str, float]:
    """Return the logarithm of each word's probability."""
    words, counts, _ = read_corpus()
    total = float(counts.sum())
    return {
        word: log10(count / total)
        for word, count in zip(words, counts.tolist(), strict=True)
        if count >= _LEAST_COUNT and (len(word) > 1 or word in _SINGLES)
    }
