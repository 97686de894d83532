"""Settings that visitors change: model, and what is known of the text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from emnist_device.live.eye import Eye, Settings
from emnist_device.live.preview.server import Preview
from emnist_device.serving.address import Address
from emnist_edge.drawing.pages import draw_page
from tests.emnist_device.live.preview.asking import ask

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def preview() -> Iterator[Preview]:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings()))
    yield preview
    preview.close()


def test_model_and_charset_can_be_chosen(preview: Preview) -> None:
    before = json.loads(ask(preview, "/api/settings")[2])
    assert before["model"] == "small-int8"
    assert "mlp-int8" in before["models"]
    wanted = json.dumps({"model": "mlp-int8", "charset": "digits"}).encode()
    assert ask(preview, "/api/settings", "POST", wanted)[0] == 200
    drawn = draw_page("OSO\n7483", size=(500, 320), height=50, seed=3)
    content = cv2.imencode(".png", drawn.picture)[1].tobytes()
    page = json.loads(ask(preview, "/api/read", "POST", content)[2])
    assert page["model"] == "mlp-int8"
    assert page["text"].split("\n")[0].isdigit()
    wanted = json.dumps({"model": "small-int8", "charset": ""}).encode()
    assert ask(preview, "/api/settings", "POST", wanted)[0] == 200


def test_what_is_known_of_the_text_can_be_written(preview: Preview) -> None:
    def change(**settings: Any) -> Any:
        content = json.dumps({"model": "small-int8", **settings}).encode()
        status, _, answer = ask(preview, "/api/settings", "POST", content)
        assert status == 200
        return json.loads(answer)

    drawn = draw_page("SO5\n7483", size=(500, 320), height=50, seed=3)
    content = cv2.imencode(".png", drawn.picture)[1].tobytes()

    def read() -> str:
        return str(json.loads(ask(preview, "/api/read", "POST", content)[2])["text"])

    assert change(pattern=r"\d+")["pattern"] == r"\d+"
    assert read().replace("\n", "").isdigit()
    known = change(pattern="", words="SOS\nother", only=True)
    assert (known["pattern"], known["words"], known["only"]) == ("", "SOS\nother", True)
    assert read().split("\n")[0].upper() == "SOS"
    assert change(charset="letters")["words"] == "SOS\nother"  # what is not spoken of stays
    gone = change(charset="", words="")
    assert (gone["charset"], gone["words"], gone["only"]) == ("", "", False)


def test_words_that_cannot_be_are_told_without_a_path(preview: Preview) -> None:
    body = b'{"model": "small-int8", "words": "\\u4e2d"}'
    status, _, answer = ask(preview, "/api/settings", "POST", body)
    assert (status, "the words: has no words" in json.loads(answer)["error"]) == (400, True)
    assert b".txt" not in answer


@pytest.mark.parametrize("camera", [True, False])
def test_the_page_is_told_whether_frames_are_to_come(camera: bool) -> None:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings("tiny-int8")), camera=camera)
    try:
        assert json.loads(ask(preview, "/api/settings")[2])["camera"] is camera
    finally:
        preview.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{}",
        b'{"model": "../../etc/passwd", "charset": ""}',
        b'{"model": ["cnn-int8"], "charset": ""}',
        b'{"model": "cnn-int8", "charset": "\\u00e9"}',
        b'{"model": "cnn-int8", "charset": 7}',
        b'{"model": "cnn-int8", "pattern": 7}',
        b'{"model": "cnn-int8", "pattern": "[0-9"}',
        b'{"model": "cnn-int8", "words": ["ROOM"]}',
        b'{"model": "cnn-int8", "words": "\\u4e2d"}',
        b'{"model": "cnn-int8", "words": "a\\u0000b"}',
        b'{"model": "cnn-int8", "charset": "' + b"A" * 40000 + b'"}',
    ],
)
def test_settings_that_make_no_sense_are_refused(preview: Preview, body: bytes) -> None:
    status, _, answer = ask(preview, "/api/settings", "POST", body)
    assert status in {400, 413}
    assert "error" in json.loads(answer)
