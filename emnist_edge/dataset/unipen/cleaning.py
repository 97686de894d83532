"""What is wrong with UNIPEN's characters: segments that hold no such character, and jitter.

Tablets of the time had few places, and segments were set by programs: some hold a dot, one bar of
a T, or another character.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from emnist_edge.dataset.unipen.characters import TEXT_HEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters, Texts

#: What may be wrong with a character, in the order that it is looked for, and how to say so.
FAULTS = {
    "empty": "without points, or with an empty stroke",
    "dot": "a point where the label is no full stop",
    "short": "too few points to be the character",
    "flat": "a line, where the label is no line",
    "lying": "a lying line where the label is an upright one",
    "size": "much too large or small for their text",
    "repeated": "the same points under the same label again",
    "contradicting": "the same points under another label",
}
Fault = Literal["", "empty", "dot", "short", "flat", "lying", "size", "repeated", "contradicting"]

#: Labels that may be a single line: no thinness tells that they are something else. Of those, the
#: upright ones.
_LINES, _UPRIGHT = "1IiljJ|!/\\'`\",.:;-_=~()[]{}", "1Iil|!"


@dataclass(frozen=True)
class Limits:
    """Where the line is drawn.

    They come of looking at 40 characters of ``characters-train`` beyond each: all were parts of
    characters, or turned.

    few: points of characters that are no single line; at 60 a second, what is shorter took less
        than 80 ms. thin: short side over long side of a character that is no single line.
    lying: height over width of an upright line. large, small: long side of a letter or digit, in
        median heights of its text; of other signs, large is three times as large.
    """

    few: int = 6
    thin: float = 0.1
    lying: float = 0.4
    large: float = 6.0
    small: float = 0.12


LIMITS = Limits()

# Points stray by at most this many places of their tablet, and by this fraction of the long side of
# the character at least and at most: finer tablets jitter as well, and of few points, the steps are
# the writer's.
_STRAY, _LEAST_STRAY, _MOST_STRAY = 0.75, 0.005, 0.05
# Passes of the filter 1 2 1: a Gaussian of sigma 1.7 points.
_PASSES = 6


def find_faults(characters: Characters, limits: Limits = LIMITS) -> NDArray[np.str_]:
    """Return what is wrong with each character, (N,) of :data:`FAULTS`; empty text for nothing."""
    labels, sizes = characters.labels, characters.sizes()
    long, short = sizes.max(axis=1), sizes.min(axis=1)
    counts = np.diff(characters.offsets)
    line, upright = np.isin(labels, list(_LINES)), np.isin(labels, list(_UPRIGHT))
    drawn = long > 0
    return _named(
        {
            "empty": (counts == 0) | _has_empty_stroke(characters),
            "dot": ~drawn & (labels != "."),
            "short": drawn & ~line & (counts < limits.few),
            "flat": drawn & ~line & (short < limits.thin * long),
            "lying": drawn & upright & (sizes[:, 1] < limits.lying * sizes[:, 0]),
            **_find_repeated(characters),
        }
    )


def find_text_faults(texts: Texts, limits: Limits = LIMITS) -> NDArray[np.str_]:
    """Return what is wrong with each character of ``texts``, also of its size beside the others."""
    characters = texts.characters
    found = find_faults(characters, limits)
    plain = np.char.isalnum(characters.labels)
    size = characters.sizes().max(axis=1) / TEXT_HEIGHT
    most = np.where(plain, limits.large, 3 * limits.large)
    absurd = (size > most) | (plain & (size < limits.small))
    return np.where((found == "") & absurd, "size", found)


def usable_texts(texts: Texts, faults: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the numbers of the texts to draw pages of: clean ones whose size is certain.

    ``faults`` are those of their characters; where some are much too large, so may be the others.
    """
    absurd = np.concatenate([[0], np.cumsum(faults == "size")])
    return np.flatnonzero(texts.clean & (np.diff(absurd[texts.starts]) == 0))


def count_faults(faults: NDArray[np.str_]) -> dict[str, int]:
    """Return how many characters have which fault, in the order of :data:`FAULTS`."""
    return {fault: int((faults == fault).sum()) for fault in FAULTS if (faults == fault).any()}


def writer_folds(writers: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """Return a number from 0 to ``folds`` - 1 for each character, (N,): the same for a writer's.

    Writers are dealt out at random, those with most characters first, to the fold that has least.
    """
    names, counts = np.unique(writers, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-counts[order], kind="stable")]
    fold_of, filled = np.empty(len(names), np.int64), np.zeros(folds)
    for writer in order:
        fold_of[writer] = filled.argmin()
        filled[fold_of[writer]] += counts[writer]
    return np.asarray(fold_of[np.searchsorted(names, writers)])


def smooth(characters: Characters) -> Characters:
    """Return ``characters`` without the steps of the tablet: points float32, ends where they were.

    Each point goes towards its neighbours' mean, but no further than the tablet may have been off:
    a fraction of the smallest step between two points of the character. So corners stay.
    """
    points = characters.points.astype(np.float32)
    # Strokes end where they ended: their ends have no neighbour on one side, and stay.
    inner = np.ones(len(points), bool)
    counts = np.diff(characters.strokes)
    inner[characters.strokes[:-1][counts > 0]] = False
    inner[characters.strokes[1:][counts > 0] - 1] = False
    moved = points.copy()
    middle = np.flatnonzero(inner)
    for _ in range(_PASSES):
        moved[middle] = (moved[middle - 1] + 2 * moved[middle] + moved[middle + 1]) / 4
    stray = np.repeat(_stray(characters), np.diff(characters.offsets))[:, None]
    return replace(characters, points=points + np.clip(moved - points, -stray, stray))


def _stray(characters: Characters) -> NDArray[np.float32]:
    """Return how far points of each character may be off, (N,) in units of its coordinates."""
    steps = np.abs(np.diff(characters.points.astype(np.float32), axis=0, append=0))
    counts = np.diff(characters.strokes)
    steps[characters.strokes[1:][counts > 0] - 1] = np.inf  # from one stroke to the next
    steps[steps == 0] = np.inf
    smallest = np.full(len(characters), np.inf, np.float32)
    owner = np.repeat(np.arange(len(characters)), np.diff(characters.offsets))
    np.minimum.at(smallest, owner, steps.min(axis=1, initial=np.inf))
    smallest[~np.isfinite(smallest)] = 0
    long = characters.sizes().max(axis=1).astype(np.float32)
    return np.clip(_STRAY * smallest, _LEAST_STRAY * long, _MOST_STRAY * long)


def _named(masks: dict[str, NDArray[np.bool_]]) -> NDArray[np.str_]:
    """Return the name of the first of ``masks`` that holds, for each character."""
    first = np.select(list(masks.values()), list(range(1, len(masks) + 1)), 0)
    return np.array(["", *masks])[first]


def _has_empty_stroke(characters: Characters) -> NDArray[np.bool_]:
    empty = np.concatenate([[0], np.cumsum(np.diff(characters.strokes) == 0)])
    return np.asarray(np.diff(empty[characters.starts]) > 0)


def _find_repeated(characters: Characters) -> dict[str, NDArray[np.bool_]]:
    """Return which characters have points that came before, and which have others' points.

    Of the same points under the same label, the first stays; under several labels, none does.
    Full stops are alike without being the same.
    """
    contradicting = np.zeros(len(characters), bool)
    repeated = np.zeros(len(characters), bool)
    first: dict[bytes, int] = {}
    for index in np.flatnonzero(characters.sizes().max(axis=1) > 0).tolist():
        digest = hashlib.blake2b(digest_size=16)
        for stroke in characters.strokes_of(index):
            digest.update(
                len(stroke).to_bytes(8, "little") + np.ascontiguousarray(stroke).tobytes()
            )
        other = first.setdefault(digest.digest(), index)
        if other == index:
            continue
        same = characters.labels[other] == characters.labels[index]
        repeated[index] = same
        contradicting[[other, index]] |= not same
    return {"repeated": repeated, "contradicting": contradicting}
