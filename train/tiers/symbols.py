"""Symbols that UNIPEN lacks, put together of its strokes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.dataset.unipen.characters import Character, make_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emnist_edge.dataset.unipen.characters import Characters


def compose_missing(characters: Characters, seed: int) -> Characters:
    """Return ``"`` and ``€``, which UNIPEN lacks, out of each writer's ``'``, ``C`` and ``=``.

    Each ``'`` gives one ``"``, and each ``=`` one ``€``, as far as its writer has the rest.
    """
    rng = np.random.default_rng(seed)
    composed: list[Character] = []
    for writer in np.unique(characters.writers).tolist():
        of_writer = characters.writers == writer

        def written(label: str, of_writer: np.ndarray = of_writer) -> list[Character]:
            found = np.flatnonzero(of_writer & (characters.labels == label))
            return [characters[index] for index in found.tolist()]

        quotes = written("'")
        composed += _pairs(quotes, quotes, _double, rng)
        composed += _pairs(written("="), written("C"), _bar, rng)
    return make_characters(composed)


def _pairs(
    ones: Sequence[Character],
    others: Sequence[Character],
    join: Callable[[Character, Character, np.random.Generator], Character],
    rng: np.random.Generator,
) -> list[Character]:
    """Return each of ``ones`` joined with one of ``others``."""
    if not others:
        return []
    return [join(one, others[int(rng.integers(len(others)))], rng) for one in ones]


def _double(one: Character, other: Character, rng: np.random.Generator) -> Character:
    """Return ``"`` out of two ``'``: side by side, 0.25 to 0.6 of their height apart."""
    left, _ = _box(one)
    gap = rng.uniform(0.25, 0.6) * max(np.ptp(left[:, 1]), 1)
    shift = np.array([np.ptp(left[:, 0]) + gap, 0])
    return _joined('"', one, _moved(one, np.ones(2), np.zeros(2)), _moved(other, np.ones(2), shift))


def _bar(bars: Character, letter: Character, rng: np.random.Generator) -> Character:
    """Return ``€`` out of ``=`` and ``C``: bars that start left of the letter, at half its height.

    They are 0.55 to 0.8 of its width long, and 0.15 to 0.25 of its height apart.
    """
    _, size = _box(letter)
    _, own = _box(bars)
    wanted = size * np.array([rng.uniform(0.55, 0.8), rng.uniform(0.15, 0.25)])
    place = size * np.array([-rng.uniform(0.1, 0.25), rng.uniform(0.4, 0.45)])
    return _joined(
        "€",
        letter,
        _moved(letter, np.ones(2), np.zeros(2)),
        _moved(bars, wanted / own, place),
    )


def _box(character: Character) -> tuple[np.ndarray, np.ndarray]:
    """Return the points (n, 2) of ``character``, and width and height of their box, at least 1."""
    points = np.concatenate(character.strokes).astype(np.float64)
    return points, np.maximum(np.ptp(points, axis=0), 1)


def _moved(character: Character, factor: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the strokes of ``character``, scaled, with the corner of their box at ``place``."""
    points, _ = _box(character)
    corner = points.min(axis=0)
    return tuple((stroke - corner) * factor + place for stroke in character.strokes)


def _joined(label: str, of: Character, *parts: tuple[np.ndarray, ...]) -> Character:
    """Return a character of ``parts``, coordinates from 0, by the writer of ``of``."""
    strokes = [stroke for part in parts for stroke in part]
    corner = np.concatenate(strokes).min(axis=0)
    moved = tuple(np.rint(stroke - corner).astype(np.int32) for stroke in strokes)
    return replace(of, label=label, strokes=moved)
