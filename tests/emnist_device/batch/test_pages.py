from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.batch.pages import Choice, FilePage, find_pages
from emnist_device.image.limits import DEFAULTS
from tests.pdfs import counting, drawn, encrypted, scan
from tests.tiffs import tiff

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = np.full((20, 30, 3), 255, np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files of one page and several, and of such as cannot be read."""
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", PICTURE)[1].tobytes())
    (tmp_path / "b.tif").write_bytes(tiff([PICTURE] * 3))
    (tmp_path / "c.pdf").write_bytes(scan([PICTURE] * 2, (72, 72)))
    (tmp_path / "locked.pdf").write_bytes(encrypted())
    (tmp_path / "cut.tif").write_bytes(b"II*\0")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_page_of_each_file_in_order(folder: Path) -> None:
    odd = ["absent", "pipe", "cut.tif", "a\0b"]
    found = find_pages(["c.pdf", "a.png", "b.tif", *odd, "a.png", "c.pdf"], DEFAULTS)
    pdf = [FilePage("c.pdf", number, 2) for number in (1, 2)]
    tiff = [FilePage("b.tif", number, 3) for number in (1, 2, 3)]
    assert found == [
        *pdf, FilePage("a.png"), *tiff, *map(FilePage, odd), FilePage("a.png"), *pdf,
    ]  # fmt: skip


def test_pages_that_are_chosen(folder: Path) -> None:
    found = find_pages(["b.tif", "c.pdf", "a.png", "absent"], DEFAULTS, chosen=Choice("2-"))
    none = "has 1 page, none of which --pages 2- chooses"
    assert found == [
        FilePage("b.tif", 2, 3),
        FilePage("b.tif", 3, 3),
        FilePage("c.pdf", 2, 2),
        FilePage("a.png", None, 1, none),
        FilePage("absent"),
    ]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1-3,5", [1, 2, 3, 5]),
        ("9-", [9, 10]),
        (" 2 - 3 , 3", [2, 3]),
        ("5-8,1,7-999999999", [1, 5, 6, 7, 8, 9, 10]),
        ("11", []),
    ],
)
def test_choices(text: str, chosen: list[int]) -> None:
    assert Choice(text).of(10) == chosen


@pytest.mark.parametrize("text", ["", "a", "1-2-3", "-3", "1,,2", "0", "3-1", "1.5", "²", "1 2"])
def test_what_is_no_choice(text: str) -> None:
    with pytest.raises(ValueError, match="pages"):
        Choice(text)


def test_a_pdf_that_cannot_be_opened_says_why_at_once(folder: Path) -> None:
    (page,) = find_pages(["locked.pdf"], DEFAULTS)
    assert page == FilePage("locked.pdf", None, 1, "is encrypted; save it without a password")


def test_a_pdf_of_standard_input() -> None:
    found = find_pages(["-"], DEFAULTS, content=drawn(b"", (72, 72)))
    assert found == [FilePage("-")]


def test_more_pages_than_anybody_means_are_refused(folder: Path) -> None:
    (folder / "bomb.pdf").write_bytes(counting(1_000_000))
    (page,) = find_pages(["bomb.pdf"], DEFAULTS)
    assert page.fault == (
        "has 1,000,000 pages to read, and 10,000 is the limit; choose some of them or raise the "
        "limit: --limit pages=1000000"
    )
    assert len(find_pages(["bomb.pdf"], DEFAULTS, chosen=Choice("7-9"))) == 3
    (page,) = find_pages(["b.tif"], replace(DEFAULTS, pages=2))
    assert "has 3 pages to read" in (page.fault or "")
