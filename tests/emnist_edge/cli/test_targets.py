from __future__ import annotations

from itertools import permutations
from pathlib import Path

from emnist_edge.cli.targets import in_folder

OUT = Path("out")


def names_of(names: list[str], suffix: str = ".png") -> list[str]:
    return [path.name for path in in_folder(names, OUT, suffix)]


def test_a_picture_is_called_by_its_stem() -> None:
    assert names_of(["in/note.jpg", "label.png", "-"]) == ["note.png", "label.png", "stdin.png"]
    assert names_of(["in/note.jpg"], "") == ["note"]


def test_no_two_pictures_share_a_name_in_whatever_order_they_come() -> None:
    called = {
        "a/x.jpg": "a-x.jpg.png",
        "b/x.jpg": "b-x.jpg.png",
        "c/x.bmp": "x.bmp.png",
        "c/y.png": "y.png",
    }
    for names in permutations(called):
        assert names_of(list(names)) == [called[name] for name in names]


def test_a_picture_that_is_named_twice_has_two() -> None:
    assert names_of(["a.png", "a.png"]) == ["a.png", "a-2.png"]


def test_whatever_names_there_are_no_target_is_taken_twice() -> None:
    names = ["a.png", "a.png", "a-2.png", "a.png.gif", "b/a.png", "./a.png", "-", "stdin.png", "/a"]
    assert len(set(in_folder(names, OUT, ".png"))) == len(names)
