"""UNIPEN: characters and texts as the points that pens went through, in packed files.

Guyon, Schomaker, Plamondon, Liberman, Janet, "UNIPEN project of on-line data exchange and
recognizer benchmarks" (ICPR 1994). The data, train_r01_v07, are CC BY 4.0, doi
10.5281/zenodo.1195803. Packed files hold no writer's name, only numbers;
:mod:`emnist_edge.unipen_text` reads the official distribution's text files instead.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import written_whole
from emnist_edge.npz import Field, read_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Part = Literal["train", "heldout"]

#: Environment variable that names the folder with the packed files.
UNIPEN_VARIABLE = "EMNIST_EDGE_UNIPEN"
#: Long side of a character's box in the packed files of characters; a text's letters and digits
#: have the second as the median of their heights.
BOX_SIDE, TEXT_HEIGHT = 1000, 300
#: Coordinates are below this: what the packed texts hold.
MOST_COORDINATE = 65536

_ADVICE = "pack it anew with: emnist-edge data unipen DISTRIBUTION --output FOLDER"
_CHARACTER_FIELDS = {
    "points": Field("iu", (None, 2)),
    "stroke": Field("iu", (None,)),
    "char": Field("iu", (None,)),
    "label": Field("U", (None,)),
}
_SET_FIELDS = {"writer": Field("iu", (None,)), "set": Field("U", (None,))}
_TEXT_FIELDS = {
    "text": Field("iu", (None,)),
    "text_writer": Field("iu", (None,)),
    "text_set": Field("U", (None,)),
    "text_clean": Field("b", (None,)),
}


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
            _starts(np.diff(self.strokes)[strokes]),
            _starts(np.diff(self.starts)[indices]),
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
        _starts(np.array([len(stroke) for stroke in strokes], np.int64)),
        _starts(np.array([len(character.strokes) for character in found], np.int64)),
        np.array([character.label for character in found], "U1"),
        np.array([character.writer for character in found], np.int64),
        np.array([character.source for character in found], "U8"),
    )


def unipen_dir(folder: Path | None = None) -> Path:
    """Return the folder of the packed files: ``folder``, else ``EMNIST_EDGE_UNIPEN``.

    Raises :class:`DataError` where neither is given.
    """
    if folder is not None:
        return folder
    if variable := os.environ.get(UNIPEN_VARIABLE):
        return Path(variable)
    raise DataError(f"no folder of UNIPEN's files is named; set {UNIPEN_VARIABLE}")


def load_characters(part: Part, folder: Path | None = None) -> Characters:
    """Read ``characters-PART.npz`` in ``folder`` (see :func:`unipen_dir`).

    Each character stands in a box of its own, whose long side is :data:`BOX_SIDE`.
    Raises :class:`DataError` for a file that is missing, damaged or not what its name says.
    """
    path = unipen_dir(folder) / f"characters-{part}.npz"
    arrays = read_arrays(path, _CHARACTER_FIELDS | _SET_FIELDS, _ADVICE)
    return _checked(path, arrays, arrays["writer"], arrays["set"])


def load_texts(part: Part, folder: Path | None = None) -> Texts:
    """Read ``texts-PART.npz`` in ``folder`` (see :func:`unipen_dir`).

    All of a text is in the same coordinates; :data:`TEXT_HEIGHT` is the median height of its
    letters and digits. Raises :class:`DataError` as :func:`load_characters` does.
    """
    path = unipen_dir(folder) / f"texts-{part}.npz"
    arrays = read_arrays(path, _CHARACTER_FIELDS | _TEXT_FIELDS, _ADVICE)
    text, clean = arrays["text"], arrays["text_clean"]
    count = len(clean)
    if len({count, len(arrays["text_writer"]), len(arrays["text_set"])}) > 1:
        raise _damaged(path, "its texts differ in number")
    steps = np.diff(text.astype(np.int64), prepend=-1, append=count)
    if len(text) != len(arrays["label"]) or not np.isin(steps, (0, 1)).all():
        raise _damaged(path, "its characters do not follow the order of its texts")
    characters = _checked(path, arrays, arrays["text_writer"][text], arrays["text_set"][text])
    return Texts(characters, _starts(np.bincount(text, minlength=count)), clean.astype(np.bool_))


def save(folder: Path, part: Part, characters: Characters, texts: Texts) -> list[Path]:
    """Write both packed files of ``part`` into ``folder``, and return their paths."""
    paths = [folder / f"{kind}-{part}.npz" for kind in ("characters", "texts")]
    firsts = texts.starts[:-1]
    contents = (
        _packed(characters, np.int16)
        | {"writer": characters.writers.astype(np.int16), "set": characters.sources},
        _packed(texts.characters, np.int32)
        | {
            "text": np.repeat(np.arange(len(texts)), np.diff(texts.starts)).astype(np.int32),
            "text_writer": texts.characters.writers[firsts].astype(np.int16),
            "text_set": texts.characters.sources[firsts],
            "text_clean": texts.clean,
        },
    )
    for path, content in zip(paths, contents, strict=True):
        with written_whole(path) as part_path:
            np.savez_compressed(part_path, **content)
    return paths


def _packed(characters: Characters, kind: type[np.signedinteger]) -> dict[str, NDArray[np.generic]]:
    return {
        "points": characters.points.astype(kind),
        "stroke": characters.strokes.astype(np.int32),
        "char": characters.starts.astype(np.int32),
        "label": characters.labels,
    }


def _checked(
    path: Path,
    arrays: dict[str, NDArray[np.generic]],
    writers: NDArray[np.generic],
    sources: NDArray[np.generic],
) -> Characters:
    """Return what ``arrays`` hold; raises :class:`DataError` where they do not fit each other."""
    points, labels = arrays["points"], arrays["label"].astype(np.str_)
    strokes, starts = arrays["stroke"].astype(np.int64), arrays["char"].astype(np.int64)
    for name, bounds, count in (
        ("stroke", strokes, len(points)),
        ("char", starts, len(strokes) - 1),
    ):
        rises = len(bounds) > 0 and bounds[0] == 0 and bounds[-1] == count
        if not rises or (np.diff(bounds) < 0).any():
            raise _damaged(path, f"{name!r} does not rise from 0 to {count}")
    if len({len(labels), len(writers), len(sources), len(starts) - 1}) > 1:
        raise _damaged(path, "its characters, labels and writers differ in number")
    if len(points) and not 0 <= int(points.min()) <= int(points.max()) < MOST_COORDINATE:
        raise _damaged(path, f"coordinates are not from 0 to {MOST_COORDINATE - 1}")
    if not all(is_label(label) for label in set(labels.tolist())):
        raise _damaged(path, "labels are not one printable ASCII character each")
    return Characters(
        points, strokes, starts, labels, writers.astype(np.int64), sources.astype(np.str_)
    )


def is_label(text: str) -> bool:
    """Say whether ``text`` is one printable ASCII character that leaves ink."""
    return len(text) == 1 and "!" <= text <= "~"


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path}: {what}; {_ADVICE}")


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where runs of ``counts`` (N,) items start, and where the last ends: (N + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _ranges(firsts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``firsts[0], ... ends[0] - 1, firsts[1], ...``, one after the other."""
    counts = ends - firsts
    shifts = np.repeat(firsts - _starts(counts)[:-1], counts)
    return np.asarray(np.arange(int(counts.sum())) + shifts, np.int64)
