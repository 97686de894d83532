"""Doubtful fields in headless Chromium, by keyboard and by touch."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.correcting.journal import journal_path, read_journal
from emnist_device.correcting.pictures import Pictures
from emnist_device.forms.reading.candidates import Candidates
from tests.browsing import PHONE, wait_for
from tests.emnist_device.correcting.bound import bound
from tests.emnist_device.correcting.browsing import label, opened, press, shows
from tests.emnist_device.correcting.sheets import outcomes, write_table
from tests.emnist_device.correcting.test_app import serving, serving_review

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
    with serving(table) as server, opened(chrome, server) as page:
        yield page


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


def said(table: Path) -> dict[str, str]:
    answers = read_journal(journal_path(table)).answers
    return {f"{asked.image[-5]} {asked.field}": said.text for asked, said in answers.items()}


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


def test_what_is_typed_is_checked_before_it_is_said(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    error, taken, accept = (page.find_element("id", name) for name in ("error", "taken", "accept"))
    press(page, "Biology")
    wait_for(lambda: error.text == "In doubt: Biology is no DD.MM.YYYY")
    press(page, Keys.ESCAPE)
    wait_for(lambda: not error.is_displayed())
    press(page, "24121911")
    wait_for(lambda: taken.text == "Taken as 24.12.1911")
    press(page, Keys.ESCAPE, "Biology", Keys.ENTER)
    wait_for(lambda: "Accept once more to keep it all the same" in error.text)
    assert accept.text == "Keep all the same"
    assert said(table) == {}
    press(page, Keys.ENTER)
    shows(page, "a tools")
    assert (accept.text, error.is_displayed()) == ("Accept", False)
    press(page, Keys.ENTER)
    for _ in range(3):
        wait_for(lambda: page.find_element("id", "form").get_attribute("aria-busy") == "false")
        press(page, Keys.ENTER)
    shows(page, "")
    (faulty,) = page.find_elements("css selector", "#faulty-list button")
    assert faulty.text.endswith("a.png, born: Biology is no DD.MM.YYYY")
    faulty.click()
    shows(page, "a born")
    assert error.text == "In doubt: Biology is no DD.MM.YYYY"
    press(page, "24121911", Keys.ENTER)
    shows(page, "")
    assert not page.find_element("id", "faulty").is_displayed()


def test_a_key_that_is_held_accepts_one_field(page: Chrome, table: Path) -> None:
    shows(page, "a born")
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    for held in (False, True, True):
        event = {"type": "keyDown", "autoRepeat": held, **key}
        page.execute_cdp_cmd("Input.dispatchKeyEvent", event)
        wait_for(lambda: page.find_element("id", "form").get_attribute("aria-busy") == "false")
    page.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    shows(page, "a tools")
    assert said(table) == {"a born": "09.12.1906"}


def test_of_two_marks_where_one_may_be_made_a_key_leaves_its_own(
    chrome: Chrome, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    sheet = bound(tmp_path, answer=Candidates((("C;D", 0.9),), "has 2 marks"))
    with serving_review(sheet.review, sheet.journal) as server, opened(chrome, server) as page:
        pressed = "#options button[aria-pressed='true']"

        def marked() -> list[str]:
            return [each.text[-1] for each in page.find_elements("css selector", pressed)]

        wait_for(lambda: marked() == ["C", "D"])
        press(page, "3")
        assert marked() == ["C"]
        press(page, "4")
        assert marked() == ["D"]
        press(page, "4")
        assert marked() == []
        press(page, Keys.ESCAPE, Keys.ENTER)
        error = page.find_element("id", "error")
        wait_for(lambda: "has 2 marks, where one may be made. Accept once more" in error.text)
        press(page, Keys.ENTER)
        shows(page, "")
        assert said(sheet.table) == {"a answer": "C;D"}


def test_what_others_settle_is_not_asked_for(chrome: Chrome, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    sheet = bound(tmp_path, total=Candidates((("9", 0.9999),)))
    with serving_review(sheet.review, sheet.journal) as server, opened(chrome, server) as page:
        wait_for(lambda: label(page).endswith("Marks, row Q1, column a (marks.Q1.a)"))
        press(page, Keys.ARROW_UP)
        wait_for(lambda: label(page).endswith("total"))
        press(page, "7", Keys.ENTER)
        shows(page, "")
        progress = page.find_element("id", "progress")
        assert progress.text == "1 of 1 looked at, 2 settled by other answers"
        undo(page)
        wait_for(lambda: label(page).endswith("total"))
        assert progress.text == "0 of 3 looked at"
        press(page, "7", Keys.ENTER)
        shows(page, "")
        page.find_element("id", "look").click()
        wait_for(lambda: label(page).endswith("(marks.Q1.a)"))
        assert page.find_element("id", "hint").text == "Settled by what you said of others"


def test_a_picture_that_takes_its_time_is_waited_for_in_words(
    chrome: Chrome, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut, may = Pictures.cut, threading.Event()

    def wait(self: Pictures, *args: Any, **kwargs: Any) -> Future[bytes]:
        made = cut(self, *args, **kwargs)
        return ThreadPoolExecutor(1).submit(lambda: made.result() if may.wait(60) else b"")

    monkeypatch.setattr(Pictures, "cut", wait)
    with serving(table) as server, opened(chrome, server) as page:
        note = page.find_element("id", "no-picture")
        wait_for(lambda: note.text == "Loading the picture ...")
        may.set()
        shows(page, "a born")
        assert not note.is_displayed()


def test_another_reading_is_chosen_by_the_keyboard(page: Chrome, table: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shows(page, "a born")
    press(page, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    shows(page, "b Student number (number)")
    press(page, Keys.TAB)  # past what stands there, which Enter takes
    assert page.switch_to.active_element.text.startswith("115061")
    press(page, Keys.ARROW_RIGHT)
    assert page.switch_to.active_element.text == "blank"
    press(page, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ENTER)
    shows(page, "b born")
    assert said(table) == {"b number": "115061"}


def test_the_reason_of_the_reading_is_not_that_of_what_is_typed(
    chrome: Chrome, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    sheet = bound(tmp_path, total=Candidates((("9", 0.9999),)))
    with serving_review(sheet.review, sheet.journal) as server, opened(chrome, server) as page:
        wait_for(lambda: label(page).endswith("(marks.Q1.a)"))
        press(page, Keys.ARROW_UP)
        wait_for(lambda: label(page).endswith("total"))
        reason, error = (page.find_element("id", name) for name in ("reason", "error"))
        assert reason.text == "In doubt: is 9, and the sum is 7"
        press(page, "8")
        assert not reason.is_displayed()
        press(page, Keys.ESCAPE)
        assert reason.is_displayed()
        press(page, "8", Keys.ENTER)
        wait_for(lambda: error.text.startswith("In doubt: is 8, and the sum is 7. Accept"))
        assert not reason.is_displayed()


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


def test_a_button_with_many_words_stays_on_one_line(phone: Chrome, table: Path) -> None:
    shows(phone, "a born")
    before, after = (
        phone.execute_script(
            "const accept = document.getElementById('accept');"
            "if (arguments[0]) accept.textContent = 'Keep all the same';"
            "return [accept.offsetHeight, accept.scrollWidth <= accept.clientWidth];",
            longer,
        )
        for longer in (False, True)
    )
    assert before == after == [before[0], True]


def test_a_wide_field_is_seen_whole(page: Chrome, table: Path) -> None:
    """A field of a whole line, such as 165 x 9 mm with what is around it."""
    shows(page, "a born")
    wide, stage = page.execute_async_script(
        "const done = arguments[0], picture = document.getElementById('picture');"
        "const canvas = Object.assign(document.createElement('canvas'), "
        "{ width: 2000, height: 160 });"
        "canvas.toBlob(async (blob) => {"
        "  picture.src = URL.createObjectURL(blob); await picture.decode();"
        "  window.dispatchEvent(new Event('resize'));"
        "  done([picture.clientWidth, document.getElementById('stage').clientWidth]);"
        "});"
    )
    assert stage - 2 <= wide <= stage


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
