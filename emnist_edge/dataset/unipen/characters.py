"""UNIPEN: characters and texts as the points that pens went through.

Guyon, Schomaker, Plamondon, Liberman, Janet, "UNIPEN project of on-line data exchange and
recognizer benchmarks" (ICPR 1994). The data, train_r01_v07, are CC BY 4.0, doi
10.5281/zenodo.1195803. No writer's name is kept, only numbers. Packed files
(:mod:`emnist_edge.dataset.unipen.packed`) hold these, and the official distribution does
(:mod:`emnist_edge.dataset.unipen.distribution`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Long side of a character's box in the packed files of characters; a text's letters and digits
#: have the second as the median of their heights.
BOX_SIDE, TEXT_HEIGHT = 1000, 300
#: Coordinates are below this: what the packed texts hold.
MOST_COORDINATE = 65536


@dataclass(frozen=True)
class Character:
    """One character: its label, and its strokes in the order they were written.

    strokes: each (n, 2), x to the right and y down, points equally spaced in time; views of what
    they were read from. writer: a number. source: the set of the collection, such as ``app``.
    """

    label: str
    strokes: tuple[NDArray[Any], ...]
    writer: int
    source: str


@dataclass(frozen=True)
class Characters:
    """Many characters in few arrays.

    points: (P, 2) x to the right and y down. strokes: (S + 1,) where each stroke starts in points,
    and P. starts: (N + 1,) where each character starts in strokes, and S. labels: (N,) one
    printable ASCII character each. writers: (N,) numbers. sources: (N,) names of sets.
    """

    points: NDArray[Any]
    strokes: NDArray[np.int64]
    starts: NDArray[np.int64]
    labels: NDArray[np.str_]
    writers: NDArray[np.int64]
    sources: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Character]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Character:
        return Character(
            str(self.labels[index]),
            self.strokes_of(index),
            int(self.writers[index]),
            str(self.sources[index]),
        )

    def strokes_of(self, index: int) -> tuple[NDArray[Any], ...]:
        """Return the strokes of character ``index``, each (n, 2): views of :attr:`points`."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"character {index} of {len(self)}")
        index %= len(self)
        first, last = int(self.starts[index]), int(self.starts[index + 1])
        bounds = self.strokes[first : last + 1].tolist()
        return tuple(self.points[start:end] for start, end in pairwise(bounds))

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each character starts in points, and the number of points: (N + 1,)."""
        return self.strokes[self.starts]

    def sizes(self) -> NDArray[np.float64]:
        """Return width and height of each character's box, (N, 2); 0 where there is no point."""
        counts = np.diff(self.offsets)
        sizes = np.zeros((len(self), 2))
        if counts.any():
            firsts = self.offsets[:-1][counts > 0]
            low, high = (
                ends.reduceat(self.points, firsts).astype(np.float64)
                for ends in (np.minimum, np.maximum)
            )
            sizes[counts > 0] = high - low
        return sizes

    def pick(self, indices: NDArray[np.int64]) -> Characters:
        """Return copies of the characters at ``indices``, in that order."""
        strokes = _ranges(self.starts[indices], self.starts[1:][indices])
        points = _ranges(self.strokes[strokes], self.strokes[1:][strokes])
        return Characters(
            self.points[points],
            starts_of(np.diff(self.strokes)[strokes]),
            starts_of(np.diff(self.starts)[indices]),
            self.labels[indices],
            self.writers[indices],
            self.sources[indices],
        )


@dataclass(frozen=True)
class Text:
    """A text as it was written: its characters, in coordinates that they share.

    clean: no words are written over each other.
    """

    characters: tuple[Character, ...]
    writer: int
    source: str
    clean: bool


@dataclass(frozen=True)
class Texts:
    """Many texts.

    characters: those of all texts, one text after the other. starts: (T + 1,) where each text
    starts in them, and their number. clean: (T,) bool, see :class:`Text`.
    """

    characters: Characters
    starts: NDArray[np.int64]
    clean: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.clean)

    def __iter__(self) -> Iterator[Text]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Text:
        if not -len(self) <= index < len(self):
            raise IndexError(f"text {index} of {len(self)}")
        index %= len(self)
        numbers = range(int(self.starts[index]), int(self.starts[index + 1]))
        characters = tuple(self.characters[number] for number in numbers)
        return Text(characters, characters[0].writer, characters[0].source, bool(self.clean[index]))


def make_characters(found: Sequence[Character]) -> Characters:
    """Return ``found`` in arrays."""
    strokes = [stroke for character in found for stroke in character.strokes]
    points = np.concatenate(strokes) if strokes else np.zeros((0, 2), np.int32)
    return Characters(
        points,
        starts_of(np.array([len(stroke) for stroke in strokes], np.int64)),
        starts_of(np.array([len(character.strokes) for character in found], np.int64)),
        np.array([character.label for character in found], "U1"),
        np.array([character.writer for character in found], np.int64),
        np.array([character.source for character in found], "U8"),
    )


def is_label(text: str) -> bool:
    """Say whether ``text`` is one printable ASCII character that leaves ink."""
    return len(text) == 1 and "!" <= text <= "~"


def starts_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where runs of ``counts`` (N,) items start, and where the last ends: (N + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _ranges(firsts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``firsts[0], ... ends[0] - 1, firsts[1], ...``, one after the other."""
    counts = ends - firsts
    shifts = np.repeat(firsts - starts_of(counts)[:-1], counts)
    return np.asarray(np.arange(int(counts.sum())) + shifts, np.int64)
