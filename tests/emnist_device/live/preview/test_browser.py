"""The preview in headless Chromium, with a network camera behind it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.live.capture import Capture
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.frames import Frame
from emnist_device.live.loop import Loop
from emnist_device.live.moment import Moment
from emnist_device.live.preview.server import Preview
from emnist_device.live.sheets import SheetSight
from emnist_device.live.sources.video import Stream
from emnist_device.live.steady import Patience
from emnist_device.page import Line
from emnist_device.serving.address import Address
from emnist_device.text.spelling import make_words
from evaluate.cameras.live_video import frames, shots
from evaluate.cameras.mjpeg import NetworkCamera
from tests.browsing import PHONE, text, wait_for
from tests.conftest import ROOT
from tests.emnist_device.live.conftest import LINES, Words, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from selenium.webdriver import Chrome

SEVEN = [[(-50, -70), (50, -70), (45, -60), (0, 80)]]  # pixels from the middle of the pad


@pytest.fixture(scope="module")
def camera() -> Iterator[NetworkCamera]:
    shown = [frame for shot in shots(LINES, seconds=2.0) for frame in frames(shot, seed=4)]
    camera = NetworkCamera(shown[::3], rate=10.0)  # spares the machine
    camera.start()
    yield camera
    camera.stop()


@contextmanager
def live(camera: NetworkCamera, address: Address) -> Iterator[Preview]:
    """Read the camera and serve the preview while the block runs."""
    eye = Eye(Settings())
    preview = Preview(address, eye)
    source = Stream(camera.url)
    source.open()
    stopping = threading.Event()
    patience = Patience(again=1.0)
    loop = Loop(Capture(source, Words()), eye, patience, [preview], Words(), stopping)
    thread = threading.Thread(target=loop.run)
    thread.start()
    yield preview
    stopping.set()
    thread.join(10)
    assert not loop.failed


@pytest.fixture(scope="module")
def preview(camera: NetworkCamera) -> Iterator[Preview]:
    with live(camera, Address("127.0.0.1", 0)) as preview:
        yield preview


@pytest.fixture
def page(chrome: Chrome, preview: Preview) -> Iterator[Chrome]:
    """The preview, opened anew; nothing may have gone wrong in it afterwards."""
    chrome.get(preview.url)
    yield chrome
    log: Any = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    problems = [entry["message"] for entry in log]
    assert [problem for problem in problems if "413" not in problem] == []


def draw(page: Chrome, *strokes: Sequence[tuple[int, int]]) -> None:
    """Draw on the pad with the mouse; places are pixels from its middle."""
    from selenium.webdriver.common.action_chains import ActionChains

    pad = page.find_element("id", "pad")
    page.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", pad)
    for (x, y), *others in strokes:
        chain = ActionChains(page, duration=30)
        chain.move_to_element_with_offset(pad, x, y).click_and_hold()
        for left, down in others:
            chain.move_to_element_with_offset(pad, left, down)
        chain.release().perform()


def pad_top(page: Chrome) -> float:
    """Return where the pad begins, in pixels of the page."""
    top: Any = page.execute_script("return pad.getBoundingClientRect().top + window.scrollY")
    return float(top)


def test_the_picture_has_boxes_and_the_text_is_what_is_written(page: Chrome) -> None:
    for line in LINES:
        wait_for(lambda line=line: text(page, "text") == line)  # type: ignore[misc]
        wait_for(lambda line=line: line in text(page, "settled"))  # type: ignore[misc]
    assert text(page, "state") == "live"
    # Boxes and their labels are the only saturated green there is.
    green: Any = page.execute_script(
        "const {width, height} = view; let count = 0;"
        "const {data} = view.getContext('2d').getImageData(0, 0, width, height);"
        "for (let n = 0; n < data.length; n += 4)"
        "  count += data[n + 1] > data[n] + 60 && data[n + 1] > data[n + 2] + 30;"
        "return count;"
    )
    assert green > 1000
    assert float(text(page, "rate")) > 0.5
    assert text(page, "latency").endswith(" ms")
    assert "find" in text(page, "stages")
    assert not page.find_element("id", "no-picture").is_displayed()


@pytest.mark.parametrize(
    ("char", "strokes"),
    [
        ("7", SEVEN),
        ("A", [[(-50, 70), (-2, -70), (2, -70), (50, 70)], [(-30, 20), (30, 20)]]),
    ],
)
def test_what_is_drawn_comes_back_as_text(
    page: Chrome, char: str, strokes: list[list[tuple[int, int]]]
) -> None:
    draw(page, *strokes)
    wait_for(lambda: text(page, "pad-text") == char)
    assert text(page, "choices").startswith(char)
    page.find_element("id", "clear").click()
    wait_for(lambda: text(page, "pad-text") == "")


def test_a_picture_is_read_and_one_that_is_too_large_is_refused(
    page: Chrome, tmp_path: Path
) -> None:
    file = page.find_element("id", "file")
    file.send_keys(str(ROOT / "samples" / "note.jpg"))
    wait_for(lambda: text(page, "picture-text") == "MEET AT 9\nROOM 47\nBRING TEA")
    assert page.find_element("id", "shown").is_displayed()
    (tmp_path / "large.jpg").write_bytes(b"\xff\xd8" + bytes(9 * 2**20))
    file.send_keys(str(tmp_path / "large.jpg"))
    wait_for(lambda: text(page, "picture-note") == "the picture is larger than 8 MiB")
    assert "error" in str(page.find_element("id", "picture-note").get_attribute("class"))
    assert text(page, "picture-text") == ""  # an error is no text that was read
    assert not page.find_element("id", "shown").is_displayed()


def test_the_charset_that_is_chosen_is_what_is_read(page: Chrome) -> None:
    from selenium.webdriver.support.select import Select

    charset = page.find_element("id", "charset")
    wait_for(lambda: len(Select(charset).options) > 3)
    Select(charset).select_by_value("digits")
    wait_for(lambda: text(page, "text").replace(" ", "").isdigit())
    Select(charset).select_by_value("")
    wait_for(lambda: text(page, "text") in LINES)


# Contrast of a text with what is behind it, as WCAG 2.2 has it (relative luminance).
CONTRAST = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const light = ([red, green, blue]) =>
  0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
};
return [...document.querySelectorAll("p, h1, h2, dt, dd, li, summary, label, nav a, output")]
  .filter((element) => element.checkVisibility() && element.textContent.trim())
  .map((element) => {
    const lights = [getComputedStyle(element).color, behind(element)]
      .map((colour) => light(channels(colour))).sort((one, other) => other - one);
    return [element.id || element.textContent.trim(), (lights[0] + 0.05) / (lights[1] + 0.05)];
  });
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Chrome, scheme: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        found: Any = page.execute_script(CONTRAST)
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert "pad-hint" in dict(found)
    assert [(name, contrast) for name, contrast in found if contrast < 4.5] == []


def test_each_character_says_what_it_may_be_and_the_text_can_be_copied(page: Chrome) -> None:
    page.find_element("id", "file").send_keys(str(ROOT / "samples" / "note.jpg"))
    wait_for(lambda: text(page, "picture-text") == "MEET AT 9\nROOM 47\nBRING TEA")
    letters = page.find_elements("css selector", "#picture-text .letter")
    assert len(letters) == 21
    letters[6].click()
    assert text(page, "picture-choices").startswith("9")
    letters[0].click()
    assert text(page, "picture-choices").startswith("M")
    button = page.find_element("css selector", "[data-copy=picture-text]")
    button.click()
    wait_for(lambda: button.text in {"Copied", "Not allowed"})
    assert not page.find_element("css selector", "[data-copy=pad-text]").is_displayed()


def test_without_a_camera_there_is_nothing_of_one(chrome: Chrome) -> None:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings("tiny-int8")), camera=False)
    try:
        chrome.get(preview.url)
        wait_for(lambda: text(chrome, "state") == "no camera")
        assert not chrome.find_element("id", "live").is_displayed()
        assert not chrome.find_element("id", "settled").is_displayed()
        wide: Any = chrome.execute_script("return pad.getBoundingClientRect().width")
        assert wide > 600  # the page is not half empty
    finally:
        chrome.get("about:blank")
        preview.close()
        chrome.get_log("browser")  # type: ignore[no-untyped-call]


def test_a_pattern_that_is_written_is_kept_to_and_one_that_is_none_is_told(page: Chrome) -> None:
    pattern = page.find_element("id", "pattern")
    wait_for(lambda: page.find_element("id", "model").get_attribute("value"))
    pattern.send_keys("[0-9\n")
    wait_for(lambda: "pattern" in text(page, "settings-error"))
    assert pattern.get_attribute("value") == "[0-9"  # to be mended
    pattern.clear()
    pattern.send_keys("\\d+\n")
    wait_for(lambda: text(page, "text").replace(" ", "").replace("\n", "").isdigit())
    pattern.clear()
    pattern.send_keys("\n")
    wait_for(lambda: text(page, "text") in LINES)
    page.get_log("browser")  # type: ignore[no-untyped-call]  # the refusals


def test_marks_are_shown_and_unsure_characters_marked(page: Chrome) -> None:
    line = write("A7", confidence=0.9)
    sure, unsure = line.characters
    unsure = replace(unsure, confidence=0.3)
    line = Line(make_words([sure, unsure], ["#", " - (", ")"], lambda _: 0.3))
    shown: Any = page.execute_async_script(
        "const [line, done] = arguments; const output = document.createElement('pre');"
        "import('/api.js').then(({showText}) => { showText(output, [line]);"
        "  const marked = output.querySelectorAll('.unsure');"
        "  done([output.textContent, [...marked].map((each) => each.textContent)]); });",
        line.to_dict(),
    )
    assert shown == ["#A - (7)", ["7"]]


def test_it_fits_a_phone(page: Chrome) -> None:
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    page.refresh()
    try:
        wait_for(lambda: text(page, "text") in LINES)
        wide: Any = page.execute_script("return document.documentElement.scrollWidth")
        assert wide == PHONE["width"]
        # Whoever writes must not have the paper move under the hand while texts come and go.
        tops = set()
        for line in LINES:
            wait_for(lambda line=line: text(page, "text") == line)  # type: ignore[misc]
            tops.add(pad_top(page))
            wait_for(lambda line=line: line in text(page, "settled"))  # type: ignore[misc]
            tops.add(pad_top(page))
        assert len(tops) == 1
        draw(page, *SEVEN)
        wait_for(lambda: text(page, "pad-text") == "7")
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_token_in_the_address_opens_the_page(chrome: Chrome, camera: NetworkCamera) -> None:
    with live(camera, Address("0.0.0.0", 0, "correct-horse")) as preview:
        base = f"http://127.0.0.1:{preview.url.split(':')[2].split('/')[0]}/"
        chrome.get(base)
        assert "Open the address" in chrome.find_element("tag name", "body").text
        chrome.get(f"{base}?token=correct-horse")
        assert chrome.current_url == base
        wait_for(lambda: text(chrome, "text") in LINES)
        chrome.get("about:blank")
    chrome.get_log("browser")  # type: ignore[no-untyped-call]


def test_a_sheet_that_is_read_has_a_green_frame_and_one_that_is_refused_an_amber_one(
    chrome: Chrome,
) -> None:
    count = (
        "const {width, height} = view; let green = 0, amber = 0;"
        "const {data} = view.getContext('2d').getImageData(0, 0, width, height);"
        "for (let n = 0; n < data.length; n += 4) {"
        " green += data[n + 1] > 140 && data[n] < 80 && data[n + 2] < 140;"
        " amber += data[n] > 200 && data[n + 1] > 120 && data[n + 1] < 190 && data[n + 2] < 60;"
        "} return [green, amber];"
    )
    corners = ((100.0, 60.0), (500.0, 80.0), (480.0, 400.0), (90.0, 380.0))
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings()))
    try:
        chrome.get(preview.url)
        for number, sight in enumerate(
            (
                SheetSight("hold it still"),
                SheetSight("read: exam, page 1", True, corners=corners),
                SheetSight("is of another form", refused=True, corners=corners),
            )
        ):
            frame = Frame(number, np.full((480, 640, 3), 220, np.uint8), 0.1, time.monotonic())
            preview.show(Moment(frame, (), (), 10.0, 5.0, 0, {"read": 1.0}, "m", sheet=sight))
            wait_for(lambda sight=sight: text(chrome, "text") == sight.note)  # type: ignore[misc]
            pixels: Any = chrome.execute_script(count)
            assert [each > 3000 for each in pixels] == [sight.done, sight.refused]
    finally:
        chrome.get("about:blank")
        preview.close()
