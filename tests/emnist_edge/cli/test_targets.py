from __future__ import annotations

from itertools import permutations
from pathlib import Path

from emnist_device.batch.pages import FilePage
from emnist_edge.cli.targets import in_folder

OUT = Path("out")


def names_of(names: list[str], suffix: str = ".png") -> list[str]:
    return [path.name for path in in_folder([FilePage(name) for name in names], OUT, suffix)]


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
    pages = [FilePage(name) for name in names]
    pages += [FilePage("a.pdf", number, 12) for number in range(1, 13)]
    pages += [FilePage("b/a.tif", number, 2) for number in (1, 2)] + [FilePage("a-02.jpg")]
    assert len(set(in_folder(pages, OUT, ".png"))) == len(pages)


def test_pages_are_called_by_their_numbers() -> None:
    pages = [FilePage("in/scan.pdf", number, 12) for number in (2, 10)]
    pages += [FilePage("scan.tif", 2, 3)]
    called = [path.name for path in in_folder(pages, OUT, ".png")]
    assert called == ["scan-02.png", "scan-10.png", "scan-2.png"]
