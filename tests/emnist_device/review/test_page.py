from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.page import Alternative, Character, Line, Page, Word
from emnist_device.review.page import find_doubtful, write_review
from emnist_edge import Reader
from emnist_edge.alphabet import BYCLASS, DIGITS, SYMBOLS
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path


def data_of(path: Path) -> Any:
    """Return the data that the page at ``path`` holds, as a browser reads it."""
    html = path.read_text(encoding="utf-8")
    (content,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html)
    return json.loads(content)


def test_doubtful_characters_are_shown_with_picture_glyph_and_alternatives(tmp_path: Path) -> None:
    drawn = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=3)
    page, glyphs = Reader(top_k=2).read_with_glyphs(drawn.picture)
    least = sorted(c.confidence for line in page.lines for c in line.characters)[3]
    doubtful = find_doubtful("note.png", drawn.picture, page, glyphs, least)
    assert len(doubtful) == 3
    write_review(tmp_path / "out.html", page.model, doubtful)
    data = data_of(tmp_path / "out.html")
    assert (data["schema"], data["model"], len(data["items"])) == (1, "small-int8", 3)
    characters = [character for line in page.lines for character in line.characters]
    for item in data["items"]:
        index = [list(character.box) for character in characters].index(item["box"])
        assert item["read"] == item["choices"][0][0] == characters[index].char
        assert len(item["choices"]) == 3
        assert base64.b64decode(item["glyph"]) == glyphs[index].tobytes()
        png = np.frombuffer(base64.b64decode(item["picture"].partition(",")[2]), np.uint8)
        picture = cv2.imdecode(png, cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape[0] == 120
        assert (np.abs(picture.astype(int) - (40, 60, 220)).sum(axis=2) < 30).any()  # the mark


def test_what_was_printed_as_unsure_shows_what_it_was_read_as(tmp_path: Path) -> None:
    others = (Alternative("O", 0.4), Alternative("0", 0.39))
    unsure = Character("?", 0, Box(2, 2, 9, 9), others, unsure=True)
    page = Page((Line((Word((unsure,), 0.5),)),), "toy", {})
    picture, glyphs = np.full((30, 30), 200, np.uint8), np.zeros((1, 28, 28), np.uint8)
    doubtful = find_doubtful("a.png", picture, page, glyphs, 0.5)
    write_review(tmp_path / "out.html", "toy", doubtful)
    (item,) = data_of(tmp_path / "out.html")["items"]
    assert (item["read"], item["choices"]) == ("O", [["O", 0.4], ["0", 0.39]])


def test_a_page_needs_nothing_beside_it_and_no_name_gets_out_of_its_place(tmp_path: Path) -> None:
    box = Box(0, 0, 5, 5)
    page = Page((Line((Word((Character("A", 0.1, box, ()),), 0.1),)),), "toy", {})
    name = "</script><script>alert(1)</script>@DATA@.png"
    picture, glyphs = np.zeros((9, 9, 3), np.uint8), np.zeros((1, 28, 28), np.uint8)
    doubtful = find_doubtful(name, picture, page, glyphs, 0.5)
    write_review(tmp_path / "out.html", "toy", doubtful)
    html = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert data_of(tmp_path / "out.html")["items"][0]["image"] == name
    assert "<script>alert" not in html
    assert "default-src 'none'" in html
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", html)


def test_a_page_takes_the_characters_of_the_charset(tmp_path: Path) -> None:
    for charset, characters in (("digits", DIGITS), ("BA", "AB"), (None, BYCLASS + SYMBOLS)):
        write_review(tmp_path / "out.html", "toy", [], charset)
        assert data_of(tmp_path / "out.html")["characters"] == characters


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be written"):
        write_review(tmp_path / "no" / "out.html", "toy", [])
