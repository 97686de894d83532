"""A picture for the tests of all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import pytest

from emnist_edge.drawing.pages import draw_page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    drawn = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=3)
    cv2.imwrite(str(path), drawn.picture)
    return path
