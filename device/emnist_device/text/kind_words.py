"""Words as kinds of words explain them, and how probable any of their strings is by that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# Strings of so many words are looked at together, at some 20 kB a word.
_AT_ONCE = 100


class Explained(Protocol):
    """The words of a page as kinds explain them: :class:`emnist_device.text.word_kinds.Kinds`."""

    def chances(
        self, posterior: NDArray[np.float64], labels: NDArray[np.intp], words: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Return how probable it is that all characters of ``words`` (M,) are ``labels``: (M,)."""


class KindWord(NamedTuple):
    """The word ``number`` of ``kinds``; ``posterior`` (kinds,) says of what kind it is."""

    kinds: Explained
    number: int
    posterior: NDArray[np.float64]


def chances_of(
    words: Sequence[KindWord], labels: Sequence[NDArray[np.intp]]
) -> Iterator[NDArray[np.float64]]:
    """Yield how probable each row of ``labels``, (K, n) for each word, is for that: (K,).

    ``words`` are of one page.
    """
    for first in range(0, len(words), _AT_ONCE):
        some, own = words[first : first + _AT_ONCE], labels[first : first + _AT_ONCE]
        counts = [len(each) for each in own]
        found = some[0].kinds.chances(
            np.repeat([word.posterior for word in some], counts, axis=0),
            np.concatenate([each.ravel() for each in own]),
            np.repeat([word.number for word in some], counts),
        )
        yield from np.split(found, np.cumsum(counts)[:-1])
