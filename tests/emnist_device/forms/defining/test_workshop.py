"""What is found on a scan, and what a trial says of a sheet that is none of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.defining.checking import sizes_of
from emnist_device.forms.defining.draft import DraftPage
from emnist_device.forms.defining.proposals import propose
from emnist_device.forms.defining.text import write_text
from emnist_device.forms.defining.workshop import Look, Trial, make_workshop
from emnist_device.image.limits import DEFAULTS
from emnist_edge.errors import PictureError
from tests.emnist_device.forms.defining.paper import (
    FOUND,
    SCALE,
    TABLE,
    TICKS,
    box,
    draw_form,
    start,
)

if TYPE_CHECKING:
    from pathlib import Path


def png(picture: Any) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


def small() -> bytes:
    return png(cv2.resize(draw_form(), None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA))


def test_boxes_between_words_points_and_heads_are_told_from_what_is_filled_in(
    tmp_path: Path,
) -> None:
    picture = draw_form()
    for x in (120, 127, 137):  # with a printed point before the last
        left, top, width, height = box(x, 90, 7, 8)
        cv2.rectangle(picture, (left, top), (left + width, top + height), (70,) * 3, 2)
    cv2.circle(picture, (round(135.5 * SCALE), 97 * SCALE), 3, (30,) * 3, -1)
    left, top, width, height, columns, rows = TABLE
    for column, word in enumerate(("Mon", "Tue", "Wed", "Thu")):
        place = ((left + column * width + 2) * SCALE, (top + height - 3) * SCALE)
        cv2.putText(picture, word, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (30,) * 3, 2, cv2.LINE_AA)
    path = tmp_path / "scan.png"
    path.write_bytes(png(picture))
    seen: Any = make_workshop("small-int8", 1, DEFAULTS)(Look(str(path), 1, tmp_path / "page.png"))
    high, wide = picture.shape[:2]
    found = propose(seen.frames, 1.0, DraftPage(path, "scan.png", wide, high))
    ticks = [each["box"] for each in found if each["kind"] == "check"]
    wanted = [box(TICKS[0] + number * 25, TICKS[1], 5, 5) for number in range(3)]
    assert np.array(ticks) == pytest.approx(np.array(wanted), abs=2)
    (grid,) = (each for each in found if each["kind"] == "grid")
    assert (grid["rows"], grid["columns"]) == (rows - 1, columns)
    assert grid["box"] == pytest.approx(box(left, top + height, 60, 20), abs=2)
    (dotted,) = (each for each in found if isinstance(each.get("cells"), list))
    cells = [box(x, 90, 7, 8) for x in (120, 127, 137)]
    assert np.array(dotted["cells"]) == pytest.approx(np.array(cells), abs=2)


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
