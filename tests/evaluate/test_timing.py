from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.benchmark.stages import draw_frame
from emnist_device.image.picture import read_picture
from emnist_edge import Reader
from emnist_edge.errors import EmnistEdgeError
from evaluate.timing import draw_photo, peak_memory

if TYPE_CHECKING:
    from pathlib import Path


def test_the_drawn_pictures_can_be_read(tmp_path: Path) -> None:
    reader = Reader()
    draw_photo(tmp_path / "photo.jpg", size=(1000, 750))
    page = reader.read(read_picture(tmp_path / "photo.jpg"))
    assert sum(len(line.characters) for line in page.lines) == 48
    assert len(reader.read(draw_frame()).lines) == 3


def test_memory_is_that_of_the_process_that_reads(tmp_path: Path) -> None:
    draw_photo(tmp_path / "photo.jpg", size=(800, 600))
    ballast = bytearray(b"1" * 600_000_000)  # of this process, not of that one
    peak = peak_memory(tmp_path / "photo.jpg", "cnn-int8", 1)
    del ballast
    assert 30 < peak < 400


def test_a_process_that_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmnistEdgeError, match="no such file"):
        peak_memory(tmp_path / "missing.jpg", "cnn-int8", 1)
