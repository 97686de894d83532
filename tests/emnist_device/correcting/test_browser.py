"""Doubtful fields in headless Chromium, by keyboard and by touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.correcting.journal import journal_path, read_journal
from tests.browsing import PHONE, wait_for
from tests.emnist_device.correcting.sheets import outcomes, write_table
from tests.emnist_device.correcting.test_app import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "out.csv", outcomes(tmp_path))


@pytest.fixture
def page(chrome: Chrome, table: Path) -> Iterator[Chrome]:
    """The page of the five doubtful fields; nothing may go wrong in it."""
    with serving(table) as server:
        chrome.get(server.url)
        wait_for(lambda: chrome.find_element("id", "label").text)
        yield chrome
        chrome.get("about:blank")
    log: Any = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in log if "api/picture" not in entry["message"]] == []


@pytest.fixture
def phone(page: Chrome) -> Iterator[Chrome]:
    """The page on a phone."""
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    page.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.refresh()
    wait_for(lambda: page.find_element("id", "label").text)
    yield page
    page.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def press(page: Chrome, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(*keys).perform()


def undo(page: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    ActionChains(page).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()


def tap(page: Chrome, selector: str) -> None:
    """Touch the middle of what ``selector`` names."""
    place: Any = page.execute_script(
        "const it = document.querySelector(arguments[0]);"
        "it.scrollIntoView({block: 'center', behavior: 'instant'});"
        "const {x, y, width, height} = it.getBoundingClientRect();"
        "return {x: x + width / 2, y: y + height / 2};",
        selector,
    )
    points: list[dict[str, float]] = [place]
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def label(page: Chrome) -> str:
    """Return sheet and name of the field that is shown; "" where all is looked at."""
    if not page.find_element("id", "field").is_displayed():
        return ""
    sheet = page.find_element("id", "sheet").text[-5:-4]  # of "a.png"; it may be hidden by now
    return f"{sheet} {page.find_element('id', 'label').text}"


def shows(page: Chrome, wanted: str) -> None:
    """Wait until a field is shown, with its picture."""
    wait_for(lambda: label(page) == wanted)
    if wanted:
        wait_for(lambda: page.find_element("id", "picture").is_displayed())


def said(table: Path) -> dict[str, str]:
    answers = read_journal(journal_path(table)).answers
    return {f"{asked.image[-5]} {asked.field}": text for asked, (text, _) in answers.items()}


def test_the_keyboard_alone_suffices(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, Keys.ENTER)
    shows(page, "a tools")
    press(page, "3", Keys.ENTER)  # beside the ruler
    shows(page, "b Student number (number)")
    press(page, "115068", Keys.ENTER)
    shows(page, "b born")
    assert said(table) == {"a born": "09.12.1906", "a tools": "ruler;tables", "b number": "115068"}
    assert page.find_element("id", "progress").text == "3 of 5 looked at"
    press(page, "24121911", Keys.ENTER)
    shows(page, "b tools")
    press(page, "1", "2", Keys.ENTER)
    shows(page, "")
    assert said(table)["b born"] == "24.12.1911"
    assert said(table)["b tools"] == "compass"
    assert "All of it is looked at" in page.find_element("id", "done").text


def test_arrows_move_and_what_is_typed_and_said_is_taken_back(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, Keys.ARROW_UP)
    shows(page, "b tools")
    press(page, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    shows(page, "a tools")
    press(page, Keys.ARROW_RIGHT)
    shows(page, "b Student number (number)")
    press(page, "12", Keys.ESCAPE)
    assert page.find_element("id", "text").get_attribute("value") == "115067"
    press(page, Keys.END, Keys.BACKSPACE, "1", Keys.ENTER)
    shows(page, "b born")
    assert said(table) == {"b number": "115061"}
    undo(page)
    shows(page, "b Student number (number)")
    assert said(table) == {}
    undo(page)  # nothing is left to take back
    wait_for(lambda: page.find_element("id", "form").get_attribute("aria-busy") == "false")
    press(page, Keys.ENTER)
    shows(page, "b born")
    assert said(table) == {"b number": "115067"}


def test_what_fails_a_check_is_taken_when_it_is_said_twice(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, "31.02.1906", Keys.ENTER)
    wait_for(lambda: "31.02.1906" in page.find_element("id", "error").text)
    assert said(table) == {}
    press(page, Keys.BACKSPACE, "5", Keys.ENTER)  # another one that fails is told as well
    wait_for(lambda: "31.02.1905" in page.find_element("id", "error").text)
    press(page, Keys.ENTER)
    shows(page, "a tools")
    assert said(table) == {"a born": "31.02.1905"}


def test_another_reading_is_chosen_by_the_keyboard(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    shows(page, "b Student number (number)")
    for _ in range(20):
        if "115061" in page.switch_to.active_element.text:
            break
        press(page, Keys.TAB)
    press(page, Keys.ENTER)
    shows(page, "b born")
    assert said(table) == {"b number": "115061"}


def test_a_page_that_is_closed_goes_on_where_it_ended(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, Keys.ENTER)
    shows(page, "a tools")
    page.refresh()
    shows(page, "a tools")
    assert page.find_element("id", "progress").text == "1 of 5 looked at"
    undo(page)
    shows(page, "a born")


def test_touch_alone_suffices(phone: Chrome, table: Path) -> None:
    shows(phone, "a born")
    width: Any = phone.execute_script("return document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert phone.switch_to.active_element.tag_name == "body"  # no keyboard covers the page
    tap(phone, "#accept")
    shows(phone, "a tools")
    tap(phone, "#options button:nth-child(2)")
    tap(phone, "#accept")
    shows(phone, "b Student number (number)")
    tap(phone, "#others button:nth-child(2)")
    shows(phone, "b born")
    assert said(table) == {"a born": "09.12.1906", "a tools": "ruler;compass", "b number": "115061"}
    tap(phone, "#undo")
    shows(phone, "b Student number (number)")
    tap(phone, "#next")
    shows(phone, "b born")
    tap(phone, "#previous")
    shows(phone, "b Student number (number)")
    tap(phone, "#text")
    press(phone, "7")
    tap(phone, "#accept")
    shows(phone, "b born")
    tap(phone, "#others button:last-child")
    shows(phone, "b tools")
    assert said(table)["b number"] == "1150677"  # a touch puts the cursor, and selects nothing
    assert said(table)["b born"] == ""


def test_a_field_without_a_picture_is_answered_all_the_same(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    table.with_name("b.png").unlink()
    press(page, Keys.ARROW_UP)
    note = page.find_element("id", "no-picture")
    wait_for(lambda: "b.png: is not there; put it back" in note.text)
    press(page, "1", Keys.ENTER)
    shows(page, "a born")
    assert said(table) == {"b tools": ""}


def test_what_is_not_kept_is_told(chrome: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    with serving(table) as server:
        chrome.get(server.url)
        shows(chrome, "a born")
    press(chrome, Keys.ENTER)
    lost = chrome.find_element("id", "lost")
    wait_for(lambda: lost.text)
    assert lost.text == "emnist-edge does not answer: what you said last is not kept"
    assert label(chrome) == "a born"
    chrome.get_log("browser")  # type: ignore[no-untyped-call]  # of the connection
