"""The page of doubtful fields in headless Chromium: what a test does there, and sees."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browsing import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from emnist_device.serving.server import Server


@contextmanager
def opened(chrome: Chrome, server: Server) -> Iterator[Chrome]:
    """Open the page of a server."""
    chrome.get(server.url)
    wait_for(lambda: chrome.find_element("id", "label").text)
    yield chrome
    chrome.get("about:blank")
    log: Any = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in log if "api/picture" not in entry["message"]] == []


def press(page: Chrome, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(*keys).perform()


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
