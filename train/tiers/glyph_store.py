"""Glyphs that took long to draw, kept in a file for the next training that needs the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.artifact import SIDE
from emnist_edge.dataset.npz import Field, read_arrays
from emnist_edge.errors import DataError
from emnist_edge.files import writing_to, written_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters

_FIELDS = {"glyphs": Field("u", (None, SIDE, SIDE)), "key": Field("U", ())}


def stored(path: Path, key: str, draw: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return the glyphs (N, 28, 28) in ``path``, or what ``draw`` returns, which is kept there.

    ``key``: tells what was drawn (:func:`key_of`); a file with another one, or a damaged one, is
    written anew. It does not tell how pens draw: who changes that takes another folder.
    """
    if path.exists():
        try:
            arrays = read_arrays(path, _FIELDS, "remove it")
        except DataError:
            arrays = {"key": np.array("")}
        if str(arrays["key"]) == key:
            return arrays["glyphs"].astype(np.uint8)
    glyphs = draw()
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as part:
            np.savez_compressed(part, glyphs=glyphs, key=key)
    return glyphs


def key_of(characters: Characters, *more: object) -> str:
    """Return a text of 16 letters that tells ``characters``, and ``more`` by its repr, apart."""
    digest = hashlib.sha256(repr(more).encode())
    for array in (characters.points, characters.strokes, characters.starts):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("".join(characters.labels.tolist()).encode())
    return digest.hexdigest()[:16]
