"""Characters of UNIPEN's kind, made up: for tests of what reads, cleans and draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.dataset.unipen.characters import Character, Characters, Texts, make_characters

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stroke(*points: tuple[float, float]) -> NDArray[np.int32]:
    """Return a stroke through ``points``, with five between each two of them."""
    path = np.array(points, float)
    at = np.linspace(0, len(path) - 1, 5 * (len(path) - 1) + 1)
    whole = [np.interp(at, np.arange(len(path)), axis) for axis in path.T]
    return np.rint(np.column_stack(whole)).astype(np.int32)


def cross(shift: int = 0) -> tuple[NDArray[np.int32], ...]:
    """Return the strokes of an X in a box of 1000, another for each ``shift``."""
    return stroke((0, 0), (1000 - shift, 1000)), stroke((1000, shift), (0, 1000))


def character(label: str, *strokes: NDArray[np.int32], writer: int = 3) -> Character:
    """Return a character of ``writer``; an X where no strokes are given."""
    return Character(label, strokes or cross(), writer, "app")


def several(count: int = 4) -> Characters:
    """Return ``count`` different characters of three writers."""
    return make_characters(
        [character("XxK+"[n % 4], *cross(n), writer=n % 3) for n in range(count)]
    )


def texts(*words: str, clean: bool = True) -> Texts:
    """Return a text for each of ``words``, by a writer of its own, its letters side by side."""
    found = [
        character(
            label,
            *[
                (part * 0.3 + (400 * place, 0)).astype(np.int32)
                for part in cross(101 * place % 500 + 7 * number)  # no two alike
            ],
            writer=number,
        )
        for number, word in enumerate(words)
        for place, label in enumerate(word)
    ]
    starts = np.cumsum([0, *map(len, words)])
    return Texts(make_characters(found), starts, np.full(len(words), clean))
