from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.image.picture import read_picture
from emnist_device.trace import Trace
from emnist_edge import Reader
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path


def test_each_step_of_a_reading_is_written_in_order(tmp_path: Path) -> None:
    picture = draw_page("AN 7", size=(300, 120), height=50, seed=3).picture
    Reader().read(picture, Trace(tmp_path / "steps"))
    names = sorted(path.name for path in (tmp_path / "steps").iterdir())
    assert names == [
        "1-contrast.png", "2-seen.png", "3-ink.png", "4-middles.png", "5-characters.png",
        "6-glyphs.png",
    ]  # fmt: skip
    characters = read_picture(tmp_path / "steps" / "5-characters.png")
    assert len(np.unique(characters.reshape(-1, 3), axis=0)) == 4  # three, and black
    glyphs = read_picture(tmp_path / "steps" / "6-glyphs.png")[..., 0]
    assert glyphs.shape == (30, 480)
    assert glyphs[:, :90].max() == 255
    assert (glyphs[:, 90:] == 96).all()  # three glyphs, and room for more


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PictureError, match="cannot be made"):
        Trace(tmp_path / "file" / "steps")
