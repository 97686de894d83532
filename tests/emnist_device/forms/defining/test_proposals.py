from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.defining.combs import part_cells
from emnist_device.forms.defining.draft import DraftPage
from emnist_device.forms.defining.proposals import named, propose
from emnist_device.forms.defining.straight import find_lean, straighten
from emnist_device.frames import Frame, FrameCell

A4 = DraftPage(Path("a.png"), "a.png", 2100, 2970)
IN_MM = DraftPage(Path("a.png"), "a.png", 210, 297, "A4")


def cell(
    x: float, y: float, width: float, height: float, row: int = 0, column: int = 0
) -> FrameCell:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return FrameCell(row, column, corners)


def turned_by(turn: Any, cell: FrameCell) -> FrameCell:
    corners = np.array(cell.corners) @ turn[:, :2].T + turn[:, 2]
    return FrameCell(cell.row, cell.column, tuple((x, y) for x, y in corners.tolist()))


def comb(*lefts: float, width: float = 90) -> Frame:
    return Frame("comb", tuple(cell(x, 400, width, 90, 0, n) for n, x in enumerate(lefts)))


def table(rows: list[float], columns: list[float]) -> Frame:
    return Frame(
        "table",
        tuple(
            cell(columns[c], rows[r], columns[c + 1] - columns[c], rows[r + 1] - rows[r], r, c)
            for r in range(len(rows) - 1)
            for c in range(len(columns) - 1)
        ),
    )


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        (comb(200, 290, 380), {"kind": "alnum", "box": [200, 400, 270, 90], "cells": 3}),
        (comb(200, 300, 400),
         {"kind": "alnum", "box": [200, 400, 290, 90], "cells": {"count": 3, "gap": 10}}),
        (comb(200, 290, 500),
         {"kind": "alnum", "box": [200, 400, 390, 90],
          "cells": [[200, 400, 90, 90], [290, 400, 90, 90], [500, 400, 90, 90]]}),
        (Frame("box", (cell(5, 6, 40, 40),)), {"kind": "check", "box": [5, 6, 40, 40]}),
        (Frame("box", (cell(5, 6, 80, 80),)), {"kind": "alnum", "box": [5, 6, 80, 80], "cells": 1}),
        (Frame("box", (cell(5, 6, 800, 80),)), {"kind": "line", "box": [5, 6, 800, 80]}),
        (table([0, 100, 200], [0, 90, 180, 270]),
         {"kind": "grid", "box": [0, 0, 270, 200], "rows": 2, "columns": 3,
          "cell": {"kind": "alnum"}}),
    ],
)  # fmt: skip
def test_a_frame_is_the_field_that_it_looks_like(frame: Frame, field: dict[str, Any]) -> None:
    assert propose([frame], 1.0, A4) == [field]


def test_places_are_in_the_units_of_the_page() -> None:
    (field,) = propose([comb(204, 294, 384)], 0.1, IN_MM)
    assert field == {"kind": "alnum", "box": [20.4, 40, 27, 9], "cells": 3}


def test_of_an_uneven_table_each_cell_is_a_field_and_what_is_too_small_is_none() -> None:
    fields = propose([table([0, 100, 120, 300], [0, 300, 1000])], 1.0, A4)
    assert [each["box"] for each in fields] == [
        [0, 0, 300, 100], [300, 0, 700, 100], [0, 120, 300, 180], [300, 120, 700, 180],
    ]  # fmt: skip
    assert {each["kind"] for each in fields} == {"line"}


def test_cells_of_a_table_do_not_overlap_though_it_leans() -> None:
    lean = table([0, 100, 200], [0, 300, 1000])
    turn = cv2.getRotationMatrix2D((500, 100), 1.0, 1)
    turn[:, 2] += 30
    cells = [turned_by(turn, each) for each in lean.cells]
    boxes = [each["box"] for each in propose([Frame("table", tuple(cells))], 1.0, A4)]
    assert len(boxes) == 4
    for n, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, high in boxes[:n]:
            across = min(x + width, left + wide) - max(x, left)
            down = min(y + height, top + high) - max(y, top)
            assert min(across, down) <= 15


def test_fields_are_named_in_the_order_of_reading() -> None:
    places = [(900, 95, 800, 80), (5, 900, 800, 80), (5, 100, 800, 80), (1000, 600, 80, 500)]
    frames = [Frame("box", (cell(*place),)) for place in places]
    fields = named(propose(frames, 1.0, A4), 4)
    assert [(each["name"], each["box"][:2]) for each in fields] == [
        ("field4", [5, 100]), ("field5", [900, 95]), ("field6", [1000, 600]), ("field7", [5, 900]),
    ]  # fmt: skip


def draw(*boxes: tuple[int, int, int, int]) -> Any:
    picture = np.full((600, 1200, 3), 240, np.uint8)
    for x, y, width, height in boxes:
        cv2.rectangle(picture, (x, y), (x + width, y + height), (90, 60, 60), 2)
    return picture


def test_two_lines_between_cells_part_them() -> None:
    picture = draw((200, 400, 84, 90), (290, 400, 84, 90), (380, 400, 84, 90))
    found = Frame("comb", (cell(200, 400, 90, 90, 0, 0), cell(290, 400, 87, 90, 0, 1),
                           cell(377, 400, 87, 90, 0, 2)))  # fmt: skip
    (field,) = propose([part_cells(picture, found)], 1.0, A4)
    assert field["cells"]["count"] == 3
    assert field["cells"]["gap"] == pytest.approx(6, abs=1)
    assert field["box"] == [200, 400, 264, 90]


def test_one_line_between_cells_does_not_though_something_is_written_beside_it() -> None:
    picture = draw((200, 400, 90, 90), (290, 400, 90, 90), (380, 400, 90, 90))
    cv2.line(picture, (300, 405), (302, 485), (0, 0, 0), 4)
    frame = comb(200, 290, 380)
    assert part_cells(picture, frame) == frame
    assert part_cells(picture, comb(200, 300, 400)) == comb(200, 300, 400)  # are apart already
    assert part_cells(np.full((600, 1200), 255, np.uint8), frame) == frame


@pytest.mark.parametrize("angle", [1.7, -0.6])
def test_a_scan_that_lies_askew_is_straightened(angle: float) -> None:
    picture = draw((200, 200, 700, 90))
    turn = cv2.getRotationMatrix2D((600, 300), -angle, 1)
    leaning = cv2.warpAffine(picture, turn, (1200, 600), borderValue=(240, 240, 240))
    frame = Frame("box", (turned_by(turn, cell(200, 200, 700, 90)),))
    assert find_lean([frame]) == pytest.approx(angle, abs=0.01)
    upright, frames, turned = straighten(leaning, [frame])
    assert turned == pytest.approx(angle, abs=0.01)
    assert np.array(frames[0].cells[0].corners) == pytest.approx(
        np.array([(200, 200), (900, 200), (900, 290), (200, 290)]), abs=0.5
    )
    line = upright[195:206, 250:850, 1].min(axis=0)
    assert (upright[198:203, 250:850, 1].min(axis=0) == line).all()  # where the line was


def test_a_scan_that_is_level_or_has_no_boxes_stays_as_it_is() -> None:
    picture = draw((200, 200, 700, 90))
    for frames in ([], [Frame("box", (cell(200, 200, 700, 90),))]):
        same, _, turned = straighten(picture, frames)
        assert same is picture
        assert turned == 0
