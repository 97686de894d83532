"""The page that reads in a browser, in headless Chromium beside the C of this machine."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import MODELS, read_sidecar
from emnist_edge.drawing.character import draw_character
from export.c99.web import PARTS, compile_module, make_page
from export.c99.write import network_of
from tests.export.c99.building import build_library

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from selenium.webdriver import Chrome

    from tests.export.c99.built import Built

READ_ALL = """
const [crops, done] = arguments;
(async () => {
  const readings = [];
  for (const [text, width, height, grey] of crops) {
    const pixels = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const reading = await emnist.read(pixels, width, height, grey);
    delete reading.glyph;
    readings.push(reading);
  }
  return readings;
})().then(done, (error) => done(String(error)));
"""
DRAW = """
const pad = document.getElementById("pad"), frame = pad.getBoundingClientRect();
const send = (name, [x, y]) => pad.dispatchEvent(new PointerEvent(name, {
  pointerId: 1, button: 0, bubbles: true, clientX: frame.left + x, clientY: frame.top + y}));
pad.setPointerCapture = () => {};
for (const stroke of arguments[0]) {
  send("pointerdown", stroke[0]);
  for (const point of stroke.slice(1)) send("pointermove", point);
  send("pointerup", stroke.at(-1));
}
"""
#: Bytes that the page may have, by the network that it reads with.
LARGEST = {"tiny": 150_000, "small": 250_000}
#: Of the pad's text colours and what is behind them: WCAG's contrast for small text, AA.
CONTRAST = 4.5


@pytest.fixture(scope="module", params=[*LARGEST])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def built(model: str, compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The C of the page's network, for this machine."""
    return build_library(compiler, tmp_path_factory.mktemp("c"), model)


def build_page(model: str, folder: Path) -> Path:
    if not (shutil.which("clang") and shutil.which("wasm-ld")):
        pytest.skip("clang and wasm-ld are not at hand: clang, lld")
    network = network_of(f"{model}-int8")
    path = folder / f"{model}.html"
    module = compile_module(network, folder / "c")
    path.write_text(make_page(module, network.alphabet), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page_of(model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that reads with ``model``."""
    return build_page(model, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_page("tiny", tmp_path_factory.mktemp("web"))


@pytest.fixture
def opened(chrome: Chrome, page: Path) -> Chrome:
    """The page, from the disk."""
    chrome.get(page.as_uri())
    return chrome


def crops(count: int) -> list[tuple[NDArray[np.uint8], bool]]:
    """Draw crops of ink and of grey pictures, 5 to 120 pixels a side."""
    rng = np.random.default_rng(28)
    made = []
    for number in range(count):
        coverage = draw_character(BYMERGE[number % 47], 60.0, rng).coverage
        height, width = (int(side) for side in rng.integers(5, 121, 2))
        ink = cv2.resize(coverage, (width, height), interpolation=cv2.INTER_AREA)
        grey = number % 2 == 1
        if grey:
            ink = np.uint8(220) - np.asarray(ink * 0.7, np.uint8)
        made.append((ink, grey))
    return made


def shown(chrome: Chrome, element: str, text: str) -> str:
    """Wait until ``element`` shows ``text``; return all that it shows."""
    from selenium.webdriver.support.ui import WebDriverWait

    def found(driver: Chrome) -> str | None:
        seen = str(driver.find_element("id", element).text)
        return seen if text in seen else None

    return str(WebDriverWait(chrome, 30).until(found))


def test_the_page_is_small_and_asks_for_nothing_else(page_of: Path, model: str) -> None:
    text = page_of.read_text(encoding="utf-8")
    assert len(text.encode()) <= LARGEST[model]
    for word in ("http:", "https:", "src=", "@import", "fetch(", "$"):
        assert word not in text.replace("${", ""), word


def test_readings_are_those_of_the_c_of_this_machine(
    chrome: Chrome, page_of: Path, model: str, built: Built
) -> None:
    chrome.get(page_of.as_uri())
    alphabet = read_sidecar(MODELS / f"{model}-int8.json").alphabet
    drawn = crops(1000)
    sent = [
        (base64.b64encode(crop.tobytes()).decode(), crop.shape[1], crop.shape[0], grey)
        for crop, grey in drawn
    ]
    chrome.set_script_timeout(120)
    readings: list[dict[str, Any]] = chrome.execute_async_script(READ_ALL, sent)
    for (crop, grey), reading in zip(drawn, readings, strict=True):
        code, result = built.read(crop, grey=grey)
        expected: dict[str, Any] = {"code": code}
        if code == 0:
            expected |= {
                "best": alphabet[result.label],
                "second": alphabet[result.runner_up],
                "confidence": result.confidence,
                "secondConfidence": result.runner_up_confidence,
            }
        assert reading == expected
    assert sum(reading["code"] == 0 for reading in readings) > 900


def test_symbols_and_what_is_no_character_are_said(
    chrome: Chrome, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chrome.get(build_page("small", tmp_path_factory.mktemp("small")).as_uri())
    assert "letter, digit or symbol" in chrome.find_element("tag name", "header").text
    chrome.execute_script(DRAW, [[(140, 70), (140, 210)], [(70, 140), (210, 140)]])
    assert shown(chrome, "best", "+").strip() == "+"
    chrome.execute_script(
        "show({code: 0, best: NOTHING, second: '7', confidence: 60000, secondConfidence: 900})"
    )
    assert shown(chrome, "words", "This is no character.")
    assert chrome.find_element("id", "best").text.strip() == ""
    assert "Second guess: 7" in chrome.find_element("id", "runner-up").text


def test_what_is_drawn_is_read_and_cleared(opened: Chrome) -> None:
    opened.execute_script(DRAW, [[(90, 60), (190, 60), (120, 220)], [(110, 140), (180, 140)]])
    assert "7" in shown(opened, "reading", "% sure")
    assert "Second guess: " in opened.find_element("id", "runner-up").text
    opened.find_element("id", "clear").click()
    assert shown(opened, "words", "Draw a character.")
    assert opened.find_element("id", "best").text.strip() == ""


def test_the_keyboard_draws(opened: Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    pad = opened.find_element("id", "pad")
    pad.send_keys(Keys.ARROW_UP * 8, Keys.SPACE, Keys.ARROW_DOWN * 16)
    assert shown(opened, "best", "1").strip() in {"1", "I", "L"}
    pad.send_keys(Keys.ESCAPE)
    assert shown(opened, "words", "Draw a character.")


def test_a_picture_is_read(opened: Chrome, tmp_path: Path) -> None:
    ink = draw_character("R", 60.0, np.random.default_rng(3)).coverage
    ink = cv2.copyMakeBorder(ink, *(40,) * 4, cv2.BORDER_CONSTANT)
    for name, picture in [("dark.png", 230 - ink // 2), ("light.png", 20 + ink // 2)]:
        cv2.imwrite(str(tmp_path / name), cv2.resize(picture, None, fx=4, fy=4))
        opened.find_element("id", "file").send_keys(str(tmp_path / name))
        assert "R" in shown(opened, "reading", "% sure")
        assert name in str(opened.find_element("id", "picture").get_attribute("aria-label"))
        opened.find_element("id", "clear").click()
        assert shown(opened, "words", "Draw a character.")


def test_high_and_wide_pictures_leave_the_page_as_it_is(opened: Chrome, tmp_path: Path) -> None:
    size = opened.find_element("id", "picture").size
    for name, shape in [("high.png", (900, 40)), ("wide.png", (40, 900))]:
        cv2.imwrite(str(tmp_path / name), np.full(shape, 240, np.uint8))
        opened.find_element("id", "file").send_keys(str(tmp_path / name))
        assert shown(opened, "words", "No writing was found")
        assert opened.find_element("id", "picture").size == size
        opened.find_element("id", "clear").click()


def test_a_slow_picture_does_not_take_the_place_of_what_came_after_it(opened: Chrome) -> None:
    opened.execute_script(
        "window.createImageBitmap = () => new Promise((done) => { window.decoded = done; });"
        "readPicture(new File([], 'slow.png'));"
    )
    opened.execute_script(DRAW, [[(90, 60), (190, 60), (120, 220)], [(110, 140), (180, 140)]])
    assert "7" in shown(opened, "reading", "% sure")
    opened.execute_script(
        "const blank = document.createElement('canvas'); window.decoded(blank);"
        "return new Promise((done) => setTimeout(done, 200));"
    )
    assert "% sure" in opened.find_element("id", "words").text


def test_the_result_stands_beside_the_pad_on_a_narrow_screen(opened: Chrome) -> None:
    opened.set_window_size(500, 800)
    tops = [opened.find_element("id", each).location["y"] for each in ("pad", "best", "picture")]
    assert tops == sorted(tops)


def test_what_is_no_picture_or_has_no_writing_is_said(opened: Chrome, tmp_path: Path) -> None:
    (tmp_path / "none.png").write_text("none")
    opened.find_element("id", "file").send_keys(str(tmp_path / "none.png"))
    assert shown(opened, "words", "cannot open this as a picture")
    cv2.imwrite(str(tmp_path / "empty.png"), np.full((50, 50), 240, np.uint8))
    opened.find_element("id", "file").send_keys(str(tmp_path / "empty.png"))
    assert shown(opened, "words", "No writing was found")


def test_controls_have_names_and_text_has_contrast(opened: Chrome) -> None:
    for element in ("pad", "file", "clear", "confidence", "glyph", "picture"):
        assert opened.find_element("id", element).accessible_name
    assert opened.find_element("tag name", "html").get_attribute("lang") == "en"
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    schemes = style.split("@media (prefers-color-scheme: dark)")
    for scheme in schemes:
        for text, behind in [("ink", "card"), ("ink", "ground"), ("soft", "card"),
                             ("soft", "ground"), ("accent-ink", "accent")]:  # fmt: skip
            assert contrast(colour(scheme, text), colour(scheme, behind)) >= CONTRAST


def colour(scheme: str, name: str) -> NDArray[np.float64]:
    """Return the red, green and blue, 0 to 1, of ``--name`` in a style sheet."""
    code = scheme.split(f"--{name}: #")[1][:6]
    return np.array([int(code[at : at + 2], 16) for at in (0, 2, 4)]) / 255


def contrast(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return WCAG's contrast of two colours."""
    luminances = [
        float(np.where(one <= 0.04045, one / 12.92, ((one + 0.055) / 1.055) ** 2.4) @ _WEIGHTS)
        for one in (first, second)
    ]
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)


_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])
