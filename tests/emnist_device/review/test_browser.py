"""The review page in headless Chromium."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from emnist_device.review.corrections import read_corrections
from emnist_device.review.page import write_review
from emnist_edge.drawing.pages import draw_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

# What the page hands to the user as a file is kept for the test to read.
CATCH = """
    window.saved = [];
    URL.createObjectURL = (blob) => { blob.text().then((text) => saved.push(text)); return "#"; };
"""


@pytest.fixture
def page(chrome: Chrome, tmp_path: Path) -> Iterator[Chrome]:
    """A page of three digits read with the charset digits; nothing may go wrong in it."""
    doubtful = []
    for char in "748":
        picture = draw_page(char, size=(120, 120), height=60, seed=3).picture
        png = base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
        doubt = {
            "image": "a.png",
            "box": [30, 30, 60, 60],
            "read": char,
            "choices": [[char, 0.6], ["1", 0.3]],
            "picture": f"data:image/png;base64,{png}",
            "glyph": base64.b64encode(bytes(28 * 28)).decode(),
        }
        doubtful.append(doubt)
    write_review(tmp_path / "out.html", "toy", doubtful, "digits")
    chrome.get((tmp_path / "out.html").as_uri())
    chrome.execute_script(CATCH)
    yield chrome
    log: Any = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    assert log == []


def card(page: Chrome, number: int) -> WebElement:
    return page.find_elements("class name", "item")[number]


def field(page: Chrome, number: int) -> WebElement:
    return card(page, number).find_element("tag name", "input")


def button(page: Chrome, number: int, words: str) -> WebElement:
    found = card(page, number).find_elements("tag name", "button")
    return next(each for each in found if each.text.startswith(words))


STATE = """
    const shown = (each) => getComputedStyle(each).visibility === "visible";
    return [...document.querySelectorAll(".item")].map((card) => ({
        kind: card.className, typed: card.querySelector("input").value,
        pressed: [...card.querySelectorAll("[aria-pressed=true]")].map((each) => each.innerText),
        undo: shown(card.querySelector(".back")),
    }));
"""


def state(page: Chrome) -> list[str]:
    """Return for each character what the page shows as its answer; "" for none, - for none there.

    The field, the frame, the pressed button and the count must agree.
    """
    answers = []
    cards: Any = page.execute_script(STATE)
    for shown in cards:
        kinds = shown["kind"].split()
        answers.append("-" if "none" in kinds else shown["typed"] if "done" in kinds else "")
        assert bool(shown["typed"]) == ("done" in kinds)
        assert shown["undo"] == bool(answers[-1])
        choices = {"7": "7 60 %", "4": "4 60 %", "8": "8 60 %", "1": "1 30 %"}
        pressed = "no character" if answers[-1] == "-" else choices.get(answers[-1])
        assert shown["pressed"] == [pressed] * (pressed is not None)
    looked = sum(map(bool, answers))
    assert page.find_element("id", "count").text == f"{looked} of 3 looked at"
    assert page.find_element("id", "save").is_enabled() == (looked > 0)
    return answers


def save(page: Chrome, path: Path) -> str:
    """Save the corrections and return their characters and the grey of their glyphs."""
    page.find_element("id", "save").click()
    content: Any = page.execute_async_script(
        "const done = arguments[0]; const look = () => saved.length ? done(saved.pop()) : "
        "setTimeout(look, 10); look();"
    )
    path.write_text(content)
    read_corrections(path)
    return "".join(row["char"] for row in json.loads(content)["corrections"])


def test_answers_can_be_clicked_and_typed_and_are_saved(page: Chrome, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    button(page, 0, "1").click()
    field(page, 1).send_keys("9")
    assert state(page) == ["1", "9", ""]
    field(page, 1).send_keys("3")  # takes the place of what was there
    assert state(page) == ["1", "3", ""]
    field(page, 1).send_keys(Keys.ENTER, Keys.ENTER)  # on to the last, which is as it was read
    assert state(page) == ["1", "3", "8"]
    button(page, 2, "no character").click()
    assert state(page) == ["1", "3", "-"]
    assert save(page, tmp_path / "c.json") == "13"


def test_an_answer_can_be_taken_back(page: Chrome, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    button(page, 0, "1").click()
    for words in ("7", "1", "no character"):
        button(page, 0, words).click()
        assert state(page)[0] == words[0].replace("n", "-")
        button(page, 0, words).click()  # once more
        assert state(page)[0] == ""
    for take_back in (Keys.ESCAPE, Keys.BACKSPACE):
        field(page, 1).send_keys("9")
        assert state(page)[1] == "9"
        field(page, 1).send_keys(take_back)
        assert state(page)[1] == ""
    button(page, 2, "1").click()
    button(page, 2, "1").send_keys(Keys.ESCAPE)
    assert state(page) == ["", "", ""]
    button(page, 1, "1").click()
    button(page, 2, "1").click()
    button(page, 2, "undo").click()
    assert state(page) == ["", "1", ""]
    assert save(page, tmp_path / "c.json") == "1"


@pytest.mark.parametrize("typed", ["A", "é", "?", " ", "٣"])
def test_what_the_charset_has_not_is_not_taken(page: Chrome, typed: str, tmp_path: Path) -> None:
    field(page, 0).send_keys(typed)
    assert state(page) == ["", "", ""]
    error = card(page, 0).find_element("class name", "error")
    assert error.text == f"“{typed}” cannot be here: 0123456789"
    field(page, 0).send_keys("7")
    assert not error.is_displayed()
    field(page, 0).send_keys(typed)
    assert state(page)[0] == "7"  # and what was there stays
    assert save(page, tmp_path / "c.json") == "7"
