"""Pages in headless Chromium, as tests see them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

#: What a phone is taken for.
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def text(page: Chrome, name: str) -> str:
    """Return what stands in the element with this id."""
    return str(page.find_element("id", name).text).strip()


def wait_for(question: Callable[[], object], timeout: float = 60) -> None:
    """Wait until ``question`` is answered by yes; it is a fault where that takes too long."""
    deadline = time.monotonic() + timeout
    while not question():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
