from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.errors import OutputError
from tests.pen_strokes import several
from train.tiers.glyph_store import key_of, stored

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def drawing(value: int, drawn: list[int]) -> NDArray[np.uint8]:
    drawn.append(value)
    return np.full((2, 28, 28), value, np.uint8)


def test_glyphs_are_drawn_once(tmp_path: Path) -> None:
    path, drawn = tmp_path / "glyphs" / "unipen-1.npz", list[int]()
    first, again = (stored(path, "a", lambda: drawing(7, drawn)) for _ in range(2))
    assert drawn == [7]
    assert np.array_equal(first, again)
    assert (again == 7).all()
    other = stored(path, "b", lambda: drawing(9, drawn))
    assert (other == 9).all()
    assert (stored(path, "b", lambda: drawing(1, drawn)) == 9).all()
    assert drawn == [7, 9]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut"])
def test_a_damaged_file_is_drawn_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "unipen-1.npz"
    path.write_bytes(content)
    assert (stored(path, "a", lambda: drawing(3, [])) == 3).all()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError, match="taken: cannot be written to"):
        stored(tmp_path / "taken" / "x.npz", "a", lambda: drawing(3, []))


def test_a_key_goes_with_strokes_labels_and_what_else_counts() -> None:
    characters = several(6)
    moved = replace(characters, points=characters.points + 1)
    renamed = replace(characters, labels=characters.labels[::-1])
    keys = {
        key_of(characters, 1),
        key_of(characters, 2),
        key_of(characters, 1, "pen"),
        key_of(moved, 1),
        key_of(renamed, 1),
        key_of(several(5), 1),
    }
    assert len(keys) == 6
    assert key_of(several(6), 1) == key_of(characters, 1)
