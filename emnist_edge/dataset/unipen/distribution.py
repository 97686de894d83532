"""UNIPEN's official distribution -> characters and texts, as the packed files hold them.

``data/CATEGORY/SET/...`` has a file of labels for each file of points below ``include``. In the
categories 1a to 2 characters stand alone; in the others, those of a file share their coordinates
and are a text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.dataset.unipen.characters import (
    BOX_SIDE,
    MOST_COORDINATE,
    TEXT_HEIGHT,
    Character,
    Characters,
    Texts,
    is_label,
    make_characters,
)
from emnist_edge.dataset.unipen.markup import read_annotation
from emnist_edge.errors import DataError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.markup import Segment

_ALONE = ("1", "2")  # what the names of categories start with
# Words are written over each other where more than this fraction of the characters lie on another
# that is not their neighbour: with more than half of their box.
_MOST_OVER, _OVERLAP = 0.1, 0.5


def read_distribution(folder: Path, complain: Callable[[str], None]) -> tuple[Characters, Texts]:
    """Return all characters of a distribution, each in its own box, and all texts.

    Writers are numbered as they come; their names are forgotten. Files of labels that are damaged
    are left out, and ``complain`` gets a line for each.

    Raises:
        DataError: ``folder`` is no distribution, or nothing in it can be read.
    """
    data, include = folder / "data", folder / "include"
    if not (data.is_dir() and include.is_dir()):
        raise DataError(f"{shown(folder)}: has no folders data and include; name a distribution's")
    writers: dict[tuple[str, str], int] = {}
    alone: list[Character] = []
    written: list[list[Character]] = []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        category, source, *_ = (*path.relative_to(data).parts, "", "")
        try:
            segments, name = read_annotation(path, include)
        except DataError as error:
            complain(str(error))
            continue
        writer = writers.setdefault((source, name or str(path)), len(writers))
        found = [_character(segment, writer, source) for segment in segments]
        usable = [character for character in found if is_label(character.label)]
        alone += usable
        if usable and not category.startswith(_ALONE):
            written.append(usable)
    if not alone:
        raise DataError(f"{shown(folder)}: no labelled character can be read; name another folder")
    texts = [text for text in map(_in_text_size, written) if text]
    starts = np.cumsum([0, *map(len, texts)])
    clean = np.array([_is_clean(text) for text in texts], bool)
    joined = make_characters([character for text in texts for character in text])
    return make_characters(list(map(_in_own_box, alone))), Texts(joined, starts, clean)


def split_writers(
    characters: Characters, texts: Texts, held: float, seed: int
) -> dict[bool, tuple[Characters, Texts]]:
    """Return characters and texts of the writers that are held out (True), and of the others.

    ``held`` is the fraction of the writers; none is on both sides.
    """
    writers = np.unique(characters.writers)
    shuffled = np.random.default_rng(seed).permutation(writers)
    out = shuffled[: round(held * len(writers))]
    parts = {}
    for side in (True, False):
        own = np.isin(characters.writers, out) == side
        chosen = np.isin(texts.characters.writers[texts.starts[:-1]], out) == side
        counts = np.diff(texts.starts)
        parts[side] = (
            characters.pick(np.flatnonzero(own)),
            Texts(
                texts.characters.pick(np.flatnonzero(np.repeat(chosen, counts))),
                np.cumsum([0, *counts[chosen]]),
                texts.clean[chosen],
            ),
        )
    return parts


def _character(segment: Segment, writer: int, source: str) -> Character:
    return Character(segment.label, segment.strokes, writer, source[:8])


def _bounds(character: Character) -> NDArray[np.float64]:
    """Return left, top, right and bottom of ``character``; zeros where it has no stroke."""
    if not character.strokes:
        return np.zeros(4)
    points = np.concatenate(character.strokes)
    return np.concatenate([points.min(axis=0), points.max(axis=0)]).astype(np.float64)


def _moved(character: Character, origin: NDArray[np.float64], scale: float) -> Character:
    """Return ``character`` in whole units, ``scale`` of them to one of its own, from ``origin``."""
    strokes = tuple(
        np.clip(np.rint((stroke - origin) * scale), 0, MOST_COORDINATE - 2).astype(np.int32)
        for stroke in character.strokes
    )
    return replace(character, strokes=strokes)


def _in_own_box(character: Character) -> Character:
    bounds = _bounds(character)
    return _moved(character, bounds[:2], BOX_SIDE / max((bounds[2:] - bounds[:2]).max(), 1e-9))


def _in_text_size(text: list[Character]) -> list[Character]:
    """Return ``text`` in the size of packed texts; empty where it has no letter or digit."""
    bounds = np.array([_bounds(character) for character in text])
    plain = np.array([character.label.isalnum() for character in text])
    heights = (bounds[:, 3] - bounds[:, 1])[plain]
    height = float(np.median(heights)) if len(heights) else 0.0
    if height <= 0:
        return []
    origin = bounds[:, :2].min(axis=0)
    return [_moved(character, origin, TEXT_HEIGHT / height) for character in text]


def _is_clean(text: list[Character]) -> bool:
    """Say whether words of ``text`` are not written over each other."""
    bounds = np.array([_bounds(character) for character in text])
    sizes = np.maximum(bounds[:, 2:] - bounds[:, :2], 1)
    over = 0
    for number, (left, top, right, bottom) in enumerate(bounds):
        others = np.delete(bounds, slice(max(number - 1, 0), number + 2), axis=0)
        shared = np.minimum(others[:, 2:], [right, bottom]) - np.maximum(others[:, :2], [left, top])
        areas = np.maximum(shared, 0).prod(axis=1)
        over += bool((areas > _OVERLAP * sizes[number].prod()).any())
    return over <= _MOST_OVER * len(text)
