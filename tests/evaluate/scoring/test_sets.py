from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_edge.errors import DataError
from evaluate.scoring.sets import read_rows, read_sets

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *rows: str, head: str = "file,transcription,kind,half") -> Path:
    folder.mkdir()
    (folder / "pages.csv").write_text("\n".join((head, *rows)) + "\n", "utf-8")
    return folder


def test_each_half_is_a_set_and_one_is_hidden(tmp_path: Path) -> None:
    whole = write(tmp_path / "one", "a.png,A,photo", head="file,transcription,kind")
    halves = write(tmp_path / "two", "b.png,B,photo,B", "c.png,C,scan,A", "d.png,D,photo,B")
    found = read_sets([whole, halves])
    assert [(each.name, [row["file"] for row in each.rows], each.hidden) for each in found] == [
        ("one", ["a.png"], False),
        ("two A", ["c.png"], False),
        ("two B", ["b.png", "d.png"], True),
    ]


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    folders = [write(tmp_path / "one", "a.png,A,photo,"), write(tmp_path / "x/one", "a.png,A,p,")]
    with pytest.raises(DataError, match="one: a folder of that name was given already"):
        read_sets(folders)


def test_a_list_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pages\.csv: cannot be read \(No such file"):
        read_rows(tmp_path)
    (tmp_path / "pages.csv").write_bytes(b"file,transcription,kind\n\xff,a,b\n")
    with pytest.raises(DataError, match="it is no UTF-8"):
        read_rows(tmp_path)
