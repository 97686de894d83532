from __future__ import annotations

import csv
import io
import os
from xml.etree import ElementTree as ET

import pytest

from emnist_device.batch.printed import Hocr, Tsv
from emnist_device.batch.tasks import Outcome
from emnist_device.box import Box
from emnist_device.page import Alternative, Character, Line, Page, Word

A = Character("A", 0.99, Box(10, 20, 5, 8), (Alternative("4", 0.01),))
LESS = Character("<", 0.875, Box(20, 21, 6, 8), (), before="-")
AND = Character("&", 0.5, Box(40, 19, 6, 8), ())
MARKS = Word((), 1.0, "--", Box(30, 20, 5, 8))
FIRST = Line((Word((A, LESS), 0.8661, "/"), MARKS, Word((AND,), 0.5)))
SECOND = Line((Word((A,), 0.99),))
OUTCOMES = [
    Outcome('sc"an & <1>\x1b\\.tif', Page((FIRST, SECOND), "toy", {}), size=(100, 50)),
    Outcome(os.fsdecode(b"\xff.png"), Page((), "toy", {}), number=2, pages=3, size=(7, 9)),
    Outcome("bad.png", error="is empty"),
]
SPACE = "{http://www.w3.org/1999/xhtml}"


def printed(by: Tsv | Hocr) -> str:
    pages = [by.page(outcome, number) for number, outcome in enumerate(OUTCOMES, start=1)]
    return by.heading() + "".join(pages) + by.ending()


def test_tsv_has_the_columns_and_levels_of_tesseract() -> None:
    rows = list(csv.reader(io.StringIO(printed(Tsv())), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert " ".join(rows[0]) == (
        "level page_num block_num par_num line_num word_num left top width height conf text"
    )
    assert [" ".join(row) for row in rows[1:]] == [
        "1 1 0 0 0 0 0 0 100 50 -1 ",
        "2 1 1 0 0 0 10 19 36 10 -1 ",
        "3 1 1 1 0 0 10 19 36 10 -1 ",
        "4 1 1 1 1 0 10 19 36 10 -1 ",
        "5 1 1 1 1 1 10 20 16 9 86.61 A-</",
        "5 1 1 1 1 2 30 20 5 8 100.00 --",
        "5 1 1 1 1 3 40 19 6 8 50.00 &",
        "4 1 1 1 2 0 10 20 5 8 -1 ",
        "5 1 1 1 2 1 10 20 5 8 99.00 A",
        "1 2 0 0 0 0 0 0 7 9 -1 ",
        "1 3 0 0 0 0 0 0 0 0 -1 ",
    ]


def test_hocr_is_a_document_with_pages_lines_words_and_characters() -> None:
    body = ET.fromstring(printed(Hocr())).find(f"{SPACE}body")
    assert body is not None
    assert [page.get("class") for page in body] == ["ocr_page"] * 3
    assert [page.get("title") for page in body] == [
        'image "sc\\"an & <1>\\\\x1b\\\\.tif"; bbox 0 0 100 50; ppageno 0',
        'image "\\\\udcff.png"; bbox 0 0 7 9; ppageno 1',
        'image "bad.png"; bbox 0 0 0 0; ppageno 2',
    ]
    assert [len(page) for page in body] == [1, 0, 0]
    first, second = body.iterfind(f".//{SPACE}span[@class='ocr_line']")
    assert first.get("title") == "bbox 10 19 46 29"
    words = list(first)
    assert {word.get("class") for word in words} == {"ocrx_word"}
    assert ["".join(word.itertext()) for word in words] == ["A-</", "--", "&"]
    assert words[0].get("title") == "bbox 10 20 26 29; x_wconf 87"
    characters = [(each.text, each.get("title")) for each in words[0]]
    assert characters == [
        ("A", "x_bboxes 10 20 15 28; x_conf 99.00"),
        ("<", "x_bboxes 20 21 26 29; x_conf 87.50"),
    ]
    assert "".join(second.itertext()) == "A"


def test_no_two_elements_of_hocr_share_an_id() -> None:
    root = ET.fromstring(printed(Hocr()))
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names)) > 10


def test_the_head_of_hocr_names_what_there_is() -> None:
    root = ET.fromstring(printed(Hocr()))
    meta = {each.get("name"): each.get("content") for each in root.iter(f"{SPACE}meta")}
    used = {each.get("class") for each in root.iter() if each.get("class")}
    assert used == set((meta["ocr-capabilities"] or "").split())
    assert (meta["ocr-system"] or "").startswith("emnist-edge ")


@pytest.mark.parametrize("by", [Tsv(), Hocr()])
def test_documents_without_a_page_are_whole(by: Tsv | Hocr) -> None:
    text = by.heading() + by.ending()
    assert text.endswith("\n")
    if isinstance(by, Hocr):
        assert ET.fromstring(text).tag == f"{SPACE}html"
