"""Small boxes on a scan, and which belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.defining.heads import without_heads
from emnist_device.forms.defining.joining import join
from emnist_device.forms.defining.outlines import find_outlines
from emnist_device.frames import Frame, FrameCell
from tests.emnist_device.forms.defining.test_proposals import cell, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Pixels to a mm.
SCALE = 8


def paper() -> NDArray[np.uint8]:
    return np.full((297 * SCALE, 210 * SCALE, 3), 255, np.uint8)


def draw(picture: Any, *boxes: tuple[float, float, float, float], grey: int = 60) -> None:
    for x, y, width, height in boxes:
        ends = [(round(a * SCALE), round(b * SCALE)) for a, b in ((x, y), (x + width, y + height))]
        cv2.rectangle(picture, ends[0], ends[1], (grey,) * 3, 2)


def write(picture: Any, x: float, y: float, text: str, size: float = 0.13) -> None:
    place = (round(x * SCALE), round(y * SCALE))
    cv2.putText(
        picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size * SCALE, (30,) * 3, 2, cv2.LINE_AA
    )


def boxes_of(cells: Any) -> list[tuple[float, ...]]:
    """Return left, top, width and height of cells, in mm."""
    found = []
    for each in cells:
        left, top = np.min(each.corners, axis=0)
        right, bottom = np.max(each.corners, axis=0)
        found.append(tuple(float(v) / SCALE for v in (left, top, right - left, bottom - top)))
    return sorted(found, key=lambda box: (round(box[1] / 4), box[0]))


TICKS = [(20.0, 30.0, 4.0, 4.0), (50, 30, 4, 4), (80, 30, 4, 4)]
CELLS = [(20.0, 50.0, 7.0, 8.0), (27, 50, 7, 8), (37, 50, 7, 8)]
SMALL = [(20.0, 70.0, 2.5, 2.5)]


@pytest.mark.parametrize("worse", ["as it is", "turned", "noisy", "faint", "broken"])
def test_small_boxes_are_found_between_words(worse: str) -> None:
    picture: Any = paper()
    draw(picture, *TICKS, *CELLS, *SMALL, grey=215 if worse == "faint" else 60)
    for x, word in ((26, "new"), (56, "known"), (86, "other")):
        write(picture, x, 33.5, word)
    write(picture, 21, 57, "7")  # what is small beside a box may be in it
    write(picture, 20, 120, "BOARD 0689", 0.5)  # letters are no boxes, however large
    cv2.circle(picture, (35 * SCALE, 57 * SCALE), 4, (30,) * 3, -1)
    cv2.ellipse(picture, (400, 800), (20, 16), 0, 0, 360, (60,) * 3, 2)
    letter_h = [(60, 800), (90, 800), (90, 820), (110, 820), (110, 800), (140, 800), (140, 860),
                (110, 860), (110, 840), (90, 840), (90, 860), (60, 860)]  # fmt: skip
    cv2.polylines(picture, [np.array(letter_h)], isClosed=True, color=(60,) * 3, thickness=2)
    for side, grey in ((28, 0), (20, 255), (12, 0)):  # a corner of a QR code
        cv2.rectangle(picture, (600 - side, 800 - side), (600 + side, 800 + side), (grey,) * 3, -1)
    if worse == "noisy":
        noise = np.random.default_rng(0).normal(0, 8, (*picture.shape[:2], 1))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if worse == "broken":
        picture[50 * SCALE - 2 : 50 * SCALE + 3, 40 * SCALE] = 255
    turn = cv2.getRotationMatrix2D((840, 1188), 2.0 if worse == "turned" else 0.0, 1.0)
    picture = cv2.warpAffine(picture, turn, picture.shape[1::-1], borderValue=(255,) * 3)
    found = find_outlines(picture)
    back = cv2.invertAffineTransform(turn)
    straight = [
        FrameCell(0, 0, tuple(map(tuple, np.array(each.corners) @ back[:, :2].T + back[:, 2])))
        for each in found
    ]
    wanted = [*TICKS, *CELLS, *SMALL]
    assert len(straight) == len(wanted)
    assert np.array(boxes_of(straight)) == pytest.approx(np.array(wanted), abs=0.25)
    for each in straight:
        (left, top), (right, upper), (_, bottom), _ = each.corners  # clockwise
        assert (left < right, upper < bottom, top < bottom) == (True,) * 3


def test_a_box_around_others_is_none() -> None:
    picture = paper()
    draw(picture, (15, 28, 90, 10), *TICKS, (15, 60, 90, 10))
    assert boxes_of(find_outlines(picture))[-1] == pytest.approx((15, 60, 90, 10), abs=0.2)
    assert len(find_outlines(picture)) == len(TICKS) + 1
    assert find_outlines(paper()) == ()


def at(x: float, y: float, width: float = 70, height: float = 80) -> FrameCell:
    return cell(x, y, width, height)


def kinds(frames: tuple[Frame, ...]) -> list[tuple[str, int]]:
    return sorted((frame.kind, len(frame.cells)) for frame in frames)


def test_cells_with_a_printed_point_between_are_a_comb() -> None:
    dotted = [at(x, 500) for x in (200, 270, 370)]
    assert kinds(join([], dotted, 10)) == [("comb", 3)]
    part = Frame("comb", (at(200, 500), at(270, 500)))
    assert kinds(join([part], dotted[2:], 10)) == [("comb", 3)]
    (whole,) = join([part], dotted, 10)
    assert [each.column for each in whole.cells] == [0, 1, 2]
    assert [each.corners for each in whole.cells] == [each.corners for each in dotted]
    apart = [at(200, 500), at(330, 500), at(200, 600), at(275, 640), at(500, 500, 90)]
    assert kinds(join([], apart, 10)) == [("box", 1)] * 5
    unlike = [at(200, 500), at(270, 500, 70, 100), at(345, 500, 90, 100)]
    assert kinds(join([], unlike, 10)) == [("box", 1)] * 3
    beside = table([500, 580, 660], [200, 270, 340])
    assert kinds(join([beside], [at(345, 500)], 10)) == [("box", 1), ("table", 4)]
    wide = [at(200, 500, 140), at(345, 500, 140)]
    assert kinds(join([], wide, 10)) == [("box", 1)] * 2


def test_boxes_to_tick_stand_alone_but_where_they_touch() -> None:
    ticks = [at(x, 500, 40, 40) for x in (200, 250, 300)]
    assert kinds(join([], ticks, 10)) == [("box", 1)] * 3
    touching = [at(x, 500, 50, 50) for x in (200, 250, 300)]
    assert kinds(join([], touching, 10)) == [("comb", 3)]


def test_what_is_found_twice_is_there_once() -> None:
    frames = [Frame("box", (at(200, 500, 800, 80),)), table([0, 100, 200], [0, 90, 180])]
    boxes = [at(203, 502, 795, 77), at(0, 0, 90, 100), at(90, 100, 90, 100)]
    assert kinds(join(frames, boxes, 10)) == [("box", 1), ("table", 4)]
    wrong = Frame("comb", tuple(at(x, 500) for x in (200, 270, 340, 375)))  # the gap is no cell
    assert kinds(join([wrong], [at(x, 500) for x in (200, 270, 370)], 10)) == [("comb", 3)]
    assert join(frames, [], 10) == tuple(frames)


def test_boxes_to_tick_take_the_places_of_their_cells() -> None:
    around = table([0, 100, 200], [0, 90, 180])
    ticks = [at(25, 130, 40, 40), at(115, 130, 40, 40)]
    assert kinds(join([around], ticks, 10)) == [("box", 1), ("box", 1), ("table", 2)]
    small = table([0, 50, 100], [0, 50, 100])  # each is the cell itself
    cells = [at(x, y, 50, 50) for y in (0, 50) for x in (0, 50)]
    assert join([small], cells, 10) == (small,)
    holder = Frame("box", (at(0, 400, 900, 100),))
    assert (
        kinds(join([holder], [at(25, 430, 40, 40), at(500, 430, 40, 40)], 10)) == [("box", 1)] * 2
    )


def printed(frame: Frame, *places: tuple[int, int]) -> Frame:
    cells = (
        FrameCell(each.row, each.column, each.corners, (7,) * ((each.row, each.column) in places))
        for each in frame.cells
    )
    return Frame(frame.kind, tuple(cells))


@pytest.mark.parametrize(
    ("places", "left"),
    [
        ([], (0, 0, 3, 4)),
        ([(0, 0), (0, 1), (0, 2), (0, 3)], (1, 0, 2, 4)),
        ([(0, 1), (0, 2), (0, 3), (1, 0), (2, 0)], (1, 1, 2, 3)),  # nothing in the corner
        ([(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (2, 0)], (1, 1, 2, 3)),
        ([(0, 0), (1, 0), (2, 0)], (0, 1, 3, 3)),
        ([(0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3), (2, 2)], (2, 0, 1, 4)),
        ([(0, 0), (0, 1), (2, 2)], (0, 0, 3, 4)),
        ([(row, column) for row in range(3) for column in range(4)], (0, 0, 3, 4)),
        ([(row, column) for row in range(3) for column in range(4) if row + column], (0, 0, 3, 4)),
        ([(row, column) for row in range(3) for column in range(4) if row + column < 5],
         (2, 3, 1, 1)),
        ([(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (1, 3), (2, 1), (2, 3)], (0, 0, 3, 4)),
    ],
)  # fmt: skip
def test_heads_of_a_table_are_none_of_its_cells(
    places: list[tuple[int, int]], left: tuple[int, int, int, int]
) -> None:
    whole = printed(table([0, 100, 200, 300], [0, 90, 180, 270, 360]), *places)
    body = without_heads(whole)
    row, column, rows, columns = left
    assert (body.rows, body.columns, len(body.cells)) == (rows, columns, rows * columns)
    assert (body.box.x, body.box.y) == (90 * column, 100 * row)
    assert (body.cells[0].row, body.cells[0].column) == (0, 0)
    line = without_heads(printed(table([0, 100], [0, 90, 180, 270]), (0, 0)))
    assert (line.rows, line.columns, line.box.x) == (1, 2, 90)
    comb = Frame("comb", tuple(printed(whole, (0, 0)).cells[:4]))
    assert without_heads(comb) == comb
