"""Boxes to choose from, by the keyboard alone, in headless Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browsing import text, wait_for
from tests.emnist_device.forms.defining.browsing import Here, Site, fields, opened, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, Here())
    yield site
    site.server.close()


@pytest.fixture
def page(chrome: Chrome, site: Site) -> Iterator[Chrome]:
    """The page, open; nothing may have gone wrong in it afterwards."""
    yield from opened(chrome, site)


def overlaps(page: Chrome) -> Any:
    """Return the labels of the chosen field that have others upon them, in pairs."""
    return page.execute_script(
        "const labels = [...document.querySelectorAll('#fields .selected text')];"
        "const meet = (a, b) => a.left < b.right && b.left < a.right"
        " && a.top < b.bottom && b.top < a.bottom;"
        "return labels.flatMap((one, n) => labels.slice(n + 1).filter((other) =>"
        " meet(one.getBoundingClientRect(), other.getBoundingClientRect()))"
        ".map((other) => [one.textContent, other.textContent]));"
    )


def test_boxes_to_choose_from_are_made_moved_and_named_by_keyboard(
    page: Chrome, site: Site
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(page).send_keys(*keys).perform()

    def focused() -> Any:
        return page.execute_script("return document.activeElement.dataset.key ?? ''")

    def options() -> Any:
        return fields(page)[0]["options"]

    def draw_box() -> None:
        for _ in range(40):
            at: Any = page.execute_script("return document.activeElement.textContent")
            if at == "Draw a box":
                break
            press(Keys.TAB)
        press(Keys.ENTER)

    page.execute_script("document.getElementById('scroll').focus()")
    press("n", Keys.ENTER, "colour", Keys.TAB, "boxes")  # to choose from
    settle(page)
    draw_box()
    draw_box()
    assert list(options()) == ["A", "B"]
    assert focused() == "option-B"
    assert overlaps(page) == []
    (x, y, wide, high), (left, top, *_) = options().values()
    assert (left - x, top) == (2 * wide, y)
    press(Keys.ARROW_DOWN)
    ActionChains(page).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
    ActionChains(page).key_down(Keys.ALT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.ALT).perform()
    assert options()["B"] == [left + 10, top + 1, wide + 1, high]
    press(Keys.ENTER, "red", Keys.TAB)
    assert list(options()) == ["A", "red"]
    draw_box()
    press(Keys.DELETE)
    assert (options()["B"], focused()) == (None, "field-0")
    press(Keys.TAB)
    assert focused() == "option-A"
    press(Keys.ARROW_UP)  # out of the field, which grows
    assert options()["A"][1] == fields(page)[0]["box"][1] == y - 1
    press(Keys.ESCAPE)
    assert focused() == "field-0"
    draw_box()
    assert focused() == "option-B"
    box = fields(page)[0]["box"]
    assert all(each[0] + each[2] <= box[0] + box[2] for each in options().values())
    ActionChains(page).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
    wait_for(lambda: text(page, "state") == "saved")
    saved: Any = site.saved()["colour"]
    assert [option.value for option in saved.options] == ["A", "red", "B"]


def test_several_boxes_are_picked_by_keyboard_to_be_one_field(page: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(page).send_keys(*keys).perform()

    def shift(*keys: str) -> None:
        ActionChains(page).key_down(Keys.SHIFT).send_keys(*keys).key_up(Keys.SHIFT).perform()

    def picked() -> int:
        return len(page.find_elements("css selector", ".found.picked[aria-pressed='true']"))

    first = "[data-found][aria-label^='box to tick']"
    page.execute_script(f'document.querySelector("{first}").focus()')
    shift(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert picked() == 3
    shift(Keys.ARROW_LEFT)  # the last is let go
    assert picked() == 2
    press(Keys.ESCAPE)
    assert picked() == 0
    page.execute_script(f'document.querySelector("{first}").focus()')
    shift(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert picked() == 3
    press(Keys.ENTER, "known", Keys.TAB)
    (field,) = fields(page)
    assert (field["kind"], field["name"], len(field["options"])) == ("choice", "known", 3)
    left, top, wide, high = field["box"]
    assert page.execute_script("return document.querySelectorAll('.picked').length") == 0
    inside = [x >= left and x + w <= left + wide for x, _, w, _ in field["options"].values()]
    assert (inside, top <= next(iter(field["options"].values()))[1]) == ([True] * 3, True)
    assert high < wide
    page.execute_script("document.querySelector('[data-found]').focus()")
    shift(Keys.ARROW_DOWN)
    assert picked() == 2
    press(Keys.ESCAPE, Keys.ENTER)  # nothing is picked: the one where the keyboard is, is taken
    assert fields(page)[1]["box"][3] < 100  # pixels: of one row of cells


def test_boxes_of_other_rows_are_not_picked(page: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def pick_right(number: int) -> int:
        ticks = page.find_elements("css selector", "[data-found][aria-label^='box to tick']")
        page.execute_script("arguments[0].focus()", ticks[number])
        right = ActionChains(page).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT)
        right.key_up(Keys.SHIFT).perform()
        return len(page.find_elements("css selector", ".found.picked"))

    assert pick_right(1) == 2
    ActionChains(page).send_keys(Keys.ENTER).perform()
    assert pick_right(0) == 1  # the box further to the right is above
