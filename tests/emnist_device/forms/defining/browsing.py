"""The page of a form in headless Chromium: what a test does there, and sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from emnist_device.forms.defining.app import make_app
from emnist_device.forms.defining.desk import Desk
from emnist_device.forms.defining.workshop import make_workshop
from emnist_device.forms.defining.writing import Target
from emnist_device.forms.template import load_template
from emnist_device.image.limits import DEFAULTS
from emnist_device.serving.address import Address
from emnist_device.serving.server import Server
from tests.browsing import text, wait_for
from tests.emnist_device.forms.defining.paper import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

    from emnist_device.forms.model import Field


class Here:
    """Reads pictures as the process does, in this one."""

    def __init__(self) -> None:
        self.do = make_workshop("tiny-int8", 1, DEFAULTS)

    def close(self) -> None:
        pass


class Site:
    """The page of a new form of ``pages``, in ``folder``."""

    def __init__(self, folder: Path, here: Here, pages: int = 1) -> None:
        self.path = folder / "club.yaml"
        (folder / "scans").mkdir()
        target = Target(self.path, pictures=True, overwrite=False)
        begin = start(folder / "scans", pages)
        self.desk = Desk(begin, target, here, lambda _: None)  # type: ignore[arg-type]
        address = Address("127.0.0.1", 0)
        self.server = Server(address, lambda rules: make_app(self.desk, rules))

    def saved(self) -> dict[str, Field]:
        return {
            field.name: field for page in load_template(self.path).pages for field in page.fields
        }


def opened(chrome: Chrome, site: Site) -> Iterator[Chrome]:
    chrome.get(site.server.url)
    wait_for(lambda: chrome.find_elements("css selector", "[data-found]"))
    yield chrome
    wait_for(lambda: text(chrome, "trial-note") != "Reading ...")
    log: Any = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    chrome.get("about:blank")
    assert log == []


def fields(page: Chrome) -> list[dict[str, Any]]:
    """Return the fields of the page that is shown, as the browser has them."""
    found: Any = page.execute_async_script(
        "const done = arguments[0]; import('/model.js').then(({here}) => done(here()))"
    )
    return list(found)


def control(page: Chrome, key: str) -> WebElement:
    return page.find_element("css selector", f"#editor [data-key='{key}']")


def type_in(page: Chrome, key: str, typed: str) -> None:
    """Replace what is in a control, as a person does."""
    from selenium.webdriver.common.keys import Keys

    control(page, key).send_keys(Keys.CONTROL + "a", Keys.NULL, typed)


def set_kind(page: Chrome, kind: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(control(page, "kind")).select_by_value(kind)
    settle(page)


def settle(page: Chrome) -> None:
    """Wait until the program has what was changed, and has read it: nothing moves any more."""
    wait_for(lambda: text(page, "state") != "sending")
    wait_for(lambda: text(page, "trial-note") != "Reading ...")


def place(page: Chrome, x: float, y: float) -> tuple[int, int]:
    """Return where a point of the form, in mm, is in the window; it is scrolled to."""
    found: Any = page.execute_script(
        "const svg = document.getElementById('fields'), scroll = document.getElementById('scroll');"
        "const [x, y] = arguments; const frame = () => svg.getBoundingClientRect();"
        "const at = () => frame().top + y / 297 * frame().height;"
        "scroll.scrollTop += at() - scroll.getBoundingClientRect().top - scroll.clientHeight / 2;"
        "window.scrollBy({top: at() - innerHeight / 2, behavior: 'instant'});"
        "return [frame().left + x / 210 * frame().width, at()];",
        x, y,
    )  # fmt: skip
    return round(found[0]), round(found[1])


def drag(page: Chrome, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse from a point of the form to another, in mm."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    from_x, from_y = place(page, *start)
    scale: Any = page.execute_script(
        "return document.getElementById('fields').getBoundingClientRect().width / 210"
    )
    to_x = from_x + round((end[0] - start[0]) * scale)
    to_y = from_y + round((end[1] - start[1]) * scale)
    actions = ActionBuilder(page, duration=20)
    pointer: Any = actions.pointer_action
    pointer.move_to_location(from_x, from_y).pointer_down()
    pointer.move_to_location((from_x + to_x) // 2, (from_y + to_y) // 2)
    pointer.move_to_location(to_x, to_y).release()
    actions.perform()


def click(page: Chrome, x: float, y: float) -> None:
    """Click on a point of the form, in mm; what is there may be drawn anew meanwhile."""
    drag(page, (x, y), (x, y))


def near(box: list[float], wanted: tuple[float, float, float, float], by: float = 1.5) -> bool:
    """Say whether ``box``, in pixels of the form, is what is ``wanted`` in mm, to some mm."""
    return all(abs(value / 6 - other) <= by for value, other in zip(box, wanted, strict=True))


class Finger:
    """A finger on the screen."""

    def __init__(self, page: Chrome) -> None:
        self._page = page

    def _send(self, kind: str, *points: tuple[int, int]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self._page.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches}
        )

    def tap(self, x: float, y: float) -> None:
        self.stroke((x, y), (x, y))

    def stroke(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Put it down on a point of the form, in mm, and lift it from another."""
        x, y = place(self._page, *start)
        scale: Any = self._page.execute_script(
            "return document.getElementById('fields').getBoundingClientRect().width / 210"
        )
        to = (x + round((end[0] - start[0]) * scale), y + round((end[1] - start[1]) * scale))
        self._send("touchStart", (x, y))
        for part in (0.3, 0.6, 1.0):
            if to != (x, y):
                self._send(
                    "touchMove", (round(x + part * (to[0] - x)), round(y + part * (to[1] - y)))
                )
        time.sleep(0.15)  # a finger that rests before it is lifted throws nothing
        if to != (x, y):
            self._send("touchMove", to)
        self._send("touchEnd")
