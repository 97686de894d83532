from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from emnist_device.image.paths import find_pictures

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files, some of them pictures by their names, and links in circles."""
    for name in ("b.png", "a.JPG", "notes.txt", ".hidden.png", "deep/c.tif", "deep/er/d.webp"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "in" / ".cache").mkdir()
    (tmp_path / "in" / ".cache" / "e.png").touch()
    (tmp_path / "in" / "deep" / "circle").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "link.png").symlink_to("b.png")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_are_taken_as_they_are(folder: Path) -> None:
    names = ["in/b.png", "./in//b.png", "absent.png", "-", "in/notes.txt", "a\0b", "n" * 300]
    assert find_pictures(names) == (names, [])


def test_a_folder_stands_for_the_pictures_in_it(folder: Path) -> None:
    right_in_it = ["in/a.JPG", "in/b.png", "in/link.png"]
    assert find_pictures(["in"]) == (right_in_it, [])
    below = ["in/deep/c.tif", "in/deep/er/d.webp"]
    assert find_pictures(["in"], recursive=True) == (right_in_it + below, [])


def test_patterns(folder: Path) -> None:
    assert find_pictures(["in/*.png"]) == (["in/b.png", "in/link.png"], [])
    assert find_pictures(["in/**/*.[tw][ie]*"]) == (["in/deep/c.tif", "in/deep/er/d.webp"], [])
    (folder / "[1].png").touch()
    assert find_pictures(["[1].png"]) == (["[1].png"], [])
    assert find_pictures([f"{folder}/in/[b]*"]) == ([f"{folder}/in/b.png"], [])
    assert find_pictures(["a**b"]) == ([], ["a**b: matches no file"])


def test_what_has_no_pictures_is_said(folder: Path) -> None:
    found, problems = find_pictures(["empty", "in/*.bmp", "in/b.png"])
    assert found == ["in/b.png"]
    assert problems == [
        "empty: no pictures in this folder; --recursive also looks in the folders below it",
        "in/*.bmp: matches no file",
    ]


def test_names_that_are_no_text(folder: Path) -> None:
    name = os.fsdecode(b"in/\xff\xfe.png")
    (folder / name).touch()
    found, problems = find_pictures(["in"])
    assert found[-1] == name
    assert problems == []


@pytest.mark.parametrize("name", ["in", "in/**/*.[Jp]*"])
def test_a_folder_that_cannot_be_listed_is_said(folder: Path, name: str) -> None:
    user = os.geteuid()
    folder.chmod(0o755)
    (folder / "in" / "deep").chmod(0)
    if user == 0:  # who may list everything
        os.seteuid(65534)
    try:
        found, problems = find_pictures([name], recursive=True)
    finally:
        os.seteuid(user)
        (folder / "in" / "deep").chmod(0o755)
    assert found == ["in/a.JPG", "in/b.png", "in/link.png"]
    assert problems == ["in/deep: cannot be listed (Permission denied)"]


def test_documents_and_pictures_that_cannot_be_read_are_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans" / "old").mkdir(parents=True)
    for name in ("a.png", "b.PDF", "c.heic", "notes.txt", ".d.pdf", "old/e.pdf"):
        (tmp_path / "scans" / name).touch()
    found = ["scans/a.png", "scans/b.PDF", "scans/c.heic", "scans/old/e.pdf"]
    assert find_pictures(["scans"], recursive=True) == (found, [])
