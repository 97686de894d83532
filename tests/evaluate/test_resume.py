from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from emnist_device.image.picture import read_picture
from emnist_edge.errors import PictureError
from evaluate.resume import compare, draw_pictures, kill_at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("suffix", "pictures", "kills"), [(".jsonl", 40, 2), (".csv", 20, 1)])
def test_a_run_that_is_killed_gives_what_another_gives(
    suffix: str, pictures: int, kills: int
) -> None:
    assert compare(pictures, kills, jobs=2, seed=3, suffix=suffix) == (kills, True)


def test_pictures_are_seeded_and_some_are_damaged(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        draw_pictures(tmp_path / name, 20, seed=1)
        contents.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]
    assert len(set(contents[0])) == 20
    assert read_picture(tmp_path / "a" / "00000.png").shape == (80, 200, 3)
    with pytest.raises(PictureError):
        read_picture(tmp_path / "a" / "00019.png")


def test_a_process_that_ended_was_not_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    assert not kill_at(process, tmp_path / "absent", 1, 0)
