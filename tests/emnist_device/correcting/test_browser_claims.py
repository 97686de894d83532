"""Sheets that are taken for one row of a roster, in headless Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.forms.reading.candidates import Candidates
from tests.browsing import wait_for
from tests.emnist_device.correcting.bound import bound_sheets
from tests.emnist_device.correcting.browsing import label, opened, press, shows
from tests.emnist_device.correcting.test_app import serving_review

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome


def test_a_sheet_whose_row_another_is_corrected_to_is_asked_for(
    chrome: Chrome, tmp_path: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    unsure = {"id": Candidates((("4772", 0.9),)), "name": Candidates((("BO", 0.9),))}
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": {}, "b.png": unsure})
    with serving_review(sheets.review, sheets.journal) as server, opened(chrome, server) as page:
        wait_for(lambda: label(page) == "b id")
        error, reason = (page.find_element("id", name) for name in ("error", "reason"))
        assert reason.is_displayed()
        press(page, "4711", Keys.ENTER)
        wait_for(lambda: "has one row for this sheet and for a.png. Accept" in error.text)
        assert not reason.is_displayed()  # it is that of the reading, which answers may overtake
        press(page, Keys.ENTER)
        wait_for(lambda: label(page) == "b name")
        press(page, "BOB", Keys.ENTER)
        for name in ("id", "name"):
            wait_for(lambda name=name: label(page) == f"a {name}")  # type: ignore[misc]
            assert reason.text == "In doubt: the roster has one row for this sheet and for b.png"
            press(page, Keys.ENTER)
        shows(page, "")
        assert len(page.find_elements("css selector", "#faulty-list button")) == 4
