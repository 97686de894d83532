"""The page in headless Chromium: by mouse, by keyboard and by touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from emnist_device.forms.template import load_template
from tests.browsing import PHONE, text, wait_for
from tests.emnist_device.forms.defining.browsing import (
    Finger,
    Here,
    Site,
    click,
    control,
    drag,
    fields,
    near,
    opened,
    set_kind,
    settle,
    type_in,
)
from tests.emnist_device.forms.defining.paper import FOUND, draw_form, write_digits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome


#: In the first box that is found, in mm.
FIRST = (50, 45)


@pytest.fixture(scope="module")
def here() -> Here:
    return Here()


@pytest.fixture
def site(tmp_path: Path, here: Here) -> Iterator[Site]:
    site = Site(tmp_path, here)
    yield site
    site.server.close()


@pytest.fixture
def page(chrome: Chrome, site: Site) -> Iterator[Chrome]:
    """The page, open; nothing may have gone wrong in it afterwards."""
    yield from opened(chrome, site)


@pytest.fixture
def phone(chrome: Chrome, site: Site) -> Iterator[Chrome]:
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    chrome.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield from opened(chrome, site)
    finally:
        chrome.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_boxes_are_clicked_and_fields_drawn_named_and_saved(page: Chrome, site: Site) -> None:
    click(page, *FIRST)
    type_in(page, "name", "number")
    set_kind(page, "digits")
    control(page, "required").click()
    drag(page, (120, 180), (180, 190))
    type_in(page, "name", "signed")
    made = fields(page)
    assert [(each["name"], each["kind"]) for each in made] == [
        ("number", "digits"),
        ("signed", "line"),
    ]
    assert near(made[1]["box"], (120, 180, 60, 10))
    page.find_element("id", "save").click()
    wait_for(lambda: text(page, "state") == "saved")
    saved: Any = site.saved()
    assert (saved["number"].kind, saved["number"].required, len(saved["number"].cells)) == (
        "digits",
        True,
        7,
    )
    assert saved["signed"].kind == "line"
    assert not page.find_element("id", "save").is_enabled()


def test_what_is_read_stands_beside_each_field(page: Chrome, tmp_path: Path) -> None:
    click(page, *FIRST)
    set_kind(page, "digits")
    wait_for(lambda: text(page, "trial-note") == "This is read on the scan itself.")
    assert text(page, "list").endswith("(blank)")
    filled = tmp_path / "filled.png"
    cv2.imwrite(str(filled), write_digits(draw_form(), "4027036"))
    page.find_element("id", "sheet").send_keys(str(filled))
    wait_for(lambda: text(page, "trial-note") == "This is read on filled.png, page 1 of the form.")
    assert text(page, "list").endswith("4027036")
    filled.write_bytes(b"no picture")
    page.find_element("id", "sheet").send_keys(str(filled))
    wait_for(lambda: "is not a picture" in text(page, "trial-note"))
    page.find_element("id", "scan").click()
    wait_for(lambda: text(page, "trial-note") == "This is read on the scan itself.")
    page.get_log("browser")  # type: ignore[no-untyped-call]  # the refusal


def test_all_of_it_goes_by_keyboard(page: Chrome, site: Site) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(page).send_keys(*keys).perform()

    def focused() -> Any:
        return page.execute_script("return document.activeElement.dataset.key ?? ''")

    for _ in range(15):
        if focused() == "found-0":
            break
        press(Keys.TAB)
    assert focused() == "found-0"
    press(Keys.ENTER)  # takes it, and goes to its name
    assert focused() == "name"
    press("number", Keys.ENTER)  # names it, and goes on to the next box
    assert focused() == "found-1"
    press(Keys.ENTER, "family", Keys.ENTER)
    assert focused() == "found-2"
    press("n")  # a new field, in the middle
    assert focused() == "field-2"
    before = fields(page)[2]["box"]
    press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    ActionChains(page).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT).perform()
    ActionChains(page).key_down(Keys.ALT).send_keys(Keys.ARROW_DOWN).key_up(Keys.ALT).perform()
    after = fields(page)[2]["box"]
    assert [b - a for a, b in zip(before, after, strict=True)] == [-9, 2, 0, 1]
    press(Keys.ENTER, "place", Keys.TAB, "free")  # typed on the list of kinds, which chooses one
    press(Keys.ESCAPE)
    ActionChains(page).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
    wait_for(lambda: text(page, "state") == "saved")
    saved: Any = site.saved()
    assert {name: field.kind for name, field in saved.items()} == {
        "number": "alnum", "family": "line", "place": "line",
    }  # fmt: skip
    page.execute_script("document.querySelector('[data-key=field-1]').focus()")
    press(Keys.DELETE)
    assert [each["name"] for each in fields(page)] == ["number", "place"]
    ActionChains(page).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    assert [each["name"] for each in fields(page)] == ["number", "family", "place"]


def label_size(page: Chrome) -> float:
    """Return how high the letters of the first label are, in pixels of the screen."""
    size: Any = page.execute_script(
        "const svg = document.getElementById('fields');"
        "const size = Number(svg.querySelector('.name').getAttribute('font-size'));"
        "return size * svg.clientWidth / svg.viewBox.baseVal.width"
    )
    return float(size)


def test_labels_leave_room_for_the_form(page: Chrome) -> None:
    click(page, *FIRST)
    assert label_size(page) == pytest.approx(12)


def test_labels_are_smaller_where_the_form_is_small(phone: Chrome) -> None:
    Finger(phone).tap(*FIRST)
    wait_for(lambda: fields(phone))
    assert label_size(phone) == pytest.approx(7)
    for _ in range(3):
        phone.find_element("id", "larger").click()
    assert label_size(phone) == pytest.approx(12)


def test_all_of_it_goes_by_touch(phone: Chrome, site: Site) -> None:
    finger = Finger(phone)
    wide: Any = phone.execute_script("return document.documentElement.scrollWidth")
    assert wide == PHONE["width"]
    assert text(phone, "how").startswith("Tap")
    finger.tap(60, 85)  # the box that was found
    wait_for(lambda: len(fields(phone)) == 1)
    assert near(fields(phone)[0]["box"], (20, 80, 80, 10))
    finger.stroke((150, 200), (150, 120))  # moves the page, and draws nothing
    assert len(fields(phone)) == 1
    phone.find_element("id", "draw").click()  # which stays in sight
    finger.stroke((120, 180), (180, 195))
    wait_for(lambda: len(fields(phone)) == 2)
    assert near(fields(phone)[1]["box"], (120, 180, 60, 15), 2.5)
    assert phone.find_element("id", "draw").get_attribute("aria-pressed") == "false"
    finger.stroke((150, 187), (130, 207))  # what was just drawn is chosen, and goes along
    wait_for(lambda: near(fields(phone)[1]["box"], (100, 200, 60, 15), 4))
    finger.stroke((160, 215), (170, 225))  # its corner
    wait_for(lambda: near(fields(phone)[1]["box"], (100, 200, 70, 25), 5))
    finger.tap(60, 85)
    wait_for(lambda: control(phone, "name").get_attribute("value") == "field1")
    type_in(phone, "name", "family")
    phone.find_element("id", "save").click()
    wait_for(lambda: text(phone, "state") == "saved")
    assert sorted(site.saved()) == ["family", "field2"]


def test_nothing_is_lost_where_the_browser_is_closed(page: Chrome, site: Site) -> None:
    click(page, *FIRST)
    type_in(page, "name", "number")
    page.get("about:blank")  # at once
    wait_for(lambda: [each["name"] for each in site.desk.draft.pages[0].fields] == ["number"])
    page.get(site.server.url)
    wait_for(lambda: text(page, "list").startswith("number"))
    assert text(page, "state") == "not saved yet"


def test_what_is_wrong_is_said_at_the_field_and_keeps_it_from_being_saved(
    page: Chrome, site: Site
) -> None:
    click(page, *FIRST)
    type_in(page, "name", "two words")
    wait_for(lambda: "is no name of a field" in text(page, "fault"))
    assert "is no name of a field" in text(page, "list")
    page.find_element("id", "save").click()
    wait_for(lambda: "not saved: field two words" in text(page, "problem"))
    assert not site.path.exists()
    type_in(page, "name", "words")
    wait_for(lambda: not page.find_element("id", "fault").is_displayed())
    page.find_element("id", "save").click()
    wait_for(site.path.exists)
    page.get_log("browser")  # type: ignore[no-untyped-call]  # the refusal


def test_boxes_to_choose_from_are_those_inside_and_others_are_drawn(
    page: Chrome, site: Site
) -> None:
    def draw(*place: float) -> None:
        page.find_element("css selector", "#editor button").click()
        drag(page, place[:2], place[2:])  # type: ignore[arg-type]
        settle(page)

    def options() -> Any:
        return fields(page)[0]["options"]

    boxes = [each["box"] for each in FOUND[2:]]
    click(page, 22, 152)
    type_in(page, "name", "new")
    drag(page, (15, 145), (85, 160))  # around a field, and two boxes that were found
    assert [(each["kind"], each["name"]) for each in fields(page)] == [("choice", "field1")]
    assert options() == dict(zip(("new", "A", "B"), boxes, strict=True))
    assert text(page, "boxes") == "3 boxes."
    shown = "[...document.querySelectorAll('.selected text')].map((each) => each.textContent)"
    assert page.execute_script(f"return {shown}")[-3:] == ["new", "A", "B"]
    draw(90, 150, 95, 155)
    assert near(options()["C"], (90, 150, 5, 5))
    assert near(fields(page)[0]["box"], (15, 145, 80, 15))  # it is within the field
    assert control(page, "options").get_attribute("value") == "new\nA\nB\nC"
    type_in(page, "options", "new\nB\nC")  # each keeps its place
    assert [options()["new"], options()["B"]] == boxes[::2]
    assert near(options()["C"], (90, 150, 5, 5))
    type_in(page, "options", "new\nB\nC\nmore")
    settle(page)
    assert text(page, "boxes") == "3 boxes, and 1 to be drawn."
    assert text(page, "fault") == "option 'more' has no box yet; draw one"
    draw(57, 152, 62, 157)  # in the field, which stays where it is
    assert near(options()["more"], (57, 152, 5, 5))
    assert near(fields(page)[0]["box"], (15, 145, 80, 15))
    assert (text(page, "boxes"), text(page, "fault")) == ("4 boxes.", "")
    page.find_element("id", "save").click()
    wait_for(lambda: text(page, "state") == "saved")
    saved: Any = site.saved()["field1"]
    assert {option.value for option in saved.options} == {"new", "B", "C", "more"}
    page.find_element("id", "undo").click()
    assert options()["more"] is None


def test_boxes_to_choose_from_are_drawn_by_touch(phone: Chrome) -> None:
    finger = Finger(phone)
    phone.find_element("id", "draw").click()
    finger.stroke((15, 145), (85, 160))
    wait_for(lambda: fields(phone))
    phone.find_element("css selector", "#editor button").click()
    finger.stroke((57, 150), (63, 156))
    wait_for(lambda: len(fields(phone)[0]["options"]) == 4)
    assert control(phone, "options").get_attribute("value") == "A\nB\nC\nD"
    assert near(fields(phone)[0]["options"]["D"], (57, 150, 6, 6), by=3)


def test_each_kind_has_its_own_controls(page: Chrome, site: Site) -> None:
    drag(page, (15, 145), (85, 160))  # around the boxes to tick
    type_in(page, "name", "answer")
    set_kind(page, "choice")
    boxes = [each["box"] for each in FOUND[2:]]
    assert fields(page)[0]["options"] == dict(zip("ABC", boxes, strict=True))
    type_in(page, "options", "new\nknown\nleft")
    named = dict(zip(("new", "known", "left"), boxes, strict=True))
    assert fields(page)[0]["options"] == named  # which have their places still
    kinds: Any = page.execute_script(
        "return [...document.querySelectorAll('[data-key=kind] option')].map((each) => each.value)"
    )
    told = {}
    for kind in kinds:
        set_kind(page, kind)
        wait_for(lambda: text(page, "state") != "sending")
        told[kind] = text(page, "fault")
    assert told == dict.fromkeys(kinds, "")  # each is a field at once
    set_kind(page, "date")
    type_in(page, "range", "2026-01-01 to 2026-12-31")
    assert fields(page)[0]["range"] == ["2026-01-01", "2026-12-31"]
    set_kind(page, "digits")
    type_in(page, "cells", "4")
    type_in(page, "gap", "2")
    type_in(page, "length", "2-4")
    type_in(page, "range", "0 to 20")
    digits = fields(page)[0]
    assert (digits["cells"], digits["length"], digits["range"]) == (
        {"count": 4, "gap": 2},
        [2, 4],
        [0, 20],
    )
    set_kind(page, "grid")
    type_in(page, "rows", "Q1, Q2")
    type_in(page, "columns", "3")
    page.find_element("id", "save").click()
    wait_for(site.path.exists)
    saved: Any = site.saved()["answer"]
    assert (saved.rows, saved.columns, saved.cells[0].kind) == (
        ("Q1", "Q2"),
        ("1", "2", "3"),
        "digits",
    )


def test_a_form_of_two_pages_is_turned_over(chrome: Chrome, tmp_path: Path, here: Here) -> None:
    site = Site(tmp_path, here, pages=2)
    try:
        for page in opened(chrome, site):
            page.find_element("id", "all").click()
            assert len(fields(page)) == len(FOUND)
            page.find_element("id", "after").click()
            assert text(page, "page") == "2 of 2"
            assert fields(page) == []
            settle(page)
            click(page, *FIRST)
            type_in(page, "name", "behind")
            page.find_element("id", "save").click()
            wait_for(site.path.exists)
        template = load_template(site.path)
        assert [len(each.fields) for each in template.pages] == [len(FOUND), 1]
    finally:
        site.server.close()


def test_two_windows_do_not_undo_each_other(page: Chrome, site: Site) -> None:
    click(page, *FIRST)
    wait_for(lambda: site.desk.view()["revision"] == 1)
    other = {"revision": 1, "form": "club", "title": "", "fields": [[{"name": "b", **FOUND[1]}]]}
    site.desk.change(json.loads(json.dumps(other)))
    type_in(page, "name", "a")
    wait_for(lambda: "in another window" in text(page, "problem"))
    assert [each["name"] for each in fields(page)] == ["b"]
    page.get_log("browser")  # type: ignore[no-untyped-call]  # the refusal
