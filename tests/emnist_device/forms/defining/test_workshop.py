"""What a trial says of a sheet that is none of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.defining.checking import sizes_of
from emnist_device.forms.defining.text import write_text
from emnist_device.forms.defining.workshop import Trial, make_workshop
from emnist_device.image.limits import DEFAULTS
from emnist_edge.errors import PictureError
from tests.emnist_device.forms.defining.paper import FOUND, draw_form, start

if TYPE_CHECKING:
    from pathlib import Path


def png(picture: Any) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


def small() -> bytes:
    return png(cv2.resize(draw_form(), None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"junk", "^the sheet is not a picture that can be read; use JPEG or PNG$"),
        (png(draw_form())[:900], "^the sheet is "),
        (png(np.full((1782, 1260), 255, np.uint8)), "^the sheet: (little|nothing) of the print of"),
        (small(), "^the sheet(: little of the print of| is too small)"),
    ],
    ids=["junk", "cut", "white", "small"],
)
def test_what_is_wrong_with_a_sheet_is_a_sentence(
    tmp_path: Path, content: bytes, words: str
) -> None:
    draft = start(tmp_path, fields=({"name": "number", **FOUND[0]},)).draft
    text = write_text(draft, in_place=True).text
    work = make_workshop("tiny-int8", 1, DEFAULTS)
    with pytest.raises(PictureError, match=words):
        work(Trial(text, tmp_path / "form.yaml", sizes_of(draft), None, content))
