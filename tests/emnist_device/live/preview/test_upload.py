from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from emnist_device.live.eye import Eye, Settings
from emnist_device.live.preview import upload
from emnist_device.live.preview.upload import Desk
from emnist_edge.errors import PictureError
from evaluate.damage import overwrite
from tests.nasty import PAGE, TEXT, encode
from tests.pdfs import encrypted, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = Image.fromarray(PAGE[..., ::-1])


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(Eye(Settings()))
    yield desk
    desk.close()


def read(desk: Desk, content: bytes) -> Any:
    return asyncio.run(desk.read(content))


def test_the_first_of_several_pages_is_read_and_said(desk: Desk) -> None:
    other = Image.fromarray(np.full(PAGE.shape, 255, np.uint8))
    content = encode(PICTURE, "TIFF", save_all=True, append_images=[other, other])
    page, pages = read(desk, content)
    assert (page.text, pages) == (TEXT, 3)


def test_the_first_page_of_a_pdf_is_read(desk: Desk) -> None:
    page, pages = read(desk, scan([PAGE, PAGE], (250, 160)))
    assert (page.text, pages) == (TEXT, 2)
    with pytest.raises(PictureError, match="the picture: is encrypted"):
        read(desk, encrypted())


def test_a_picture_that_is_damaged_in_the_middle_is_refused(desk: Desk) -> None:
    with pytest.raises(PictureError, match=r"^the picture: is damaged, "):
        read(desk, overwrite(encode(PICTURE, "JPEG")))
    page, _ = read(desk, encode(PICTURE, "JPEG"))
    assert page.text == TEXT


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"seconds": 0.001}, "the picture took longer than 0.001 s"),
        ({"memory": 400 * 2**20, "pixels": 10**9}, "the picture"),
        ({"pixels": 1000}, "the picture: its header announces 500 x 320 pixels, and 1,000 is the "),
    ],
)
def test_what_costs_too_much_is_refused_without_advice_on_options(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, limits: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(upload, "_LIMITS", replace(upload._LIMITS, **limits))
    content = encode(
        Image.new("L", (15_000, 15_000), 255) if "memory" in limits else PICTURE, "PNG"
    )
    with pytest.raises(PictureError) as caught:
        read(desk, content)
    assert str(caught.value).startswith(message)
    assert "--limit" not in str(caught.value)
    assert str(caught.value)[-1].isalnum()


def test_other_settings_hold_from_the_next_picture_on(desk: Desk) -> None:
    content = encode(PICTURE, "PNG")
    assert read(desk, content)[0].text == TEXT
    settings = desk.eye.settings
    decoding = replace(settings.decoding, charset="digits")
    desk.eye.become(Eye(replace(settings, decoding=decoding)))
    text = read(desk, content)[0].text
    assert text.replace("\n", "").replace(" ", "").isdigit()
